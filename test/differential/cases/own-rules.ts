// The rules of our own kinds on both servers, and rules in definitions of several versions and under server-side apply.
import { requests, type Body, type Case } from '../case.ts';

const kinds = (plural: string): string => `/apis/clrk.apoxy.dev/v1alpha1/namespaces/{ns}/${plural}`;
const own = (kind: string, spec: object, name = 'one'): object => ({ apiVersion: 'clrk.apoxy.dev/v1alpha1', kind, metadata: { name }, spec });
const said = (body: Body): unknown => body.details?.causes?.map(({ field, message }) => `${field}: ${message}`).toSorted() ?? body.kind;
const sent = (title: string, plural: string, kind: string, ...specs: readonly (object | readonly [spec: object, name: string])[]): Case =>
  requests(title, ...specs.map((one): readonly [string, string, object] => {
    const [spec, name] = Array.isArray(one) ? (one as unknown as readonly [object, string]) : [one, 'one'];
    return ['POST', `${kinds(plural)}?dryRun=All`, { body: own(kind, spec, name), keep: said }];
  }));

const agent = (resources: object): object => ({ template: { spec: { image: 'a' } }, workerPoolRef: 'p', resources });
const tls = { name: 'a', protocol: 'TLS', tls: { mode: 'Terminate' } };
const route = (match: object): object => ({ parentRefs: [{ group: 'clrk.apoxy.dev', kind: 'EgressGateway', name: 'g' }], rules: [{ matches: [{ provider: 'anthropic', ...match }] }] });
const target = { group: 'clrk.apoxy.dev', kind: 'AIProviderRoute', name: 'r' };
const policy = (more: object): object => ({ secretRef: { name: 's' }, target: 'Header', headerName: 'x-api-key', ...more });

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const version = (name: string, storage: boolean, rule: string): object => ({
  name, served: true, storage, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { a: { type: 'integer' } }, 'x-kubernetes-validations': [{ rule }] } } } },
});
const definition = (group: string, versions: readonly object[]): object => ({
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `things.${group}` },
  spec: { group, scope: 'Namespaced', names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' }, versions },
});

export const ownRuleCases: readonly Case[] = [
  sent('the limits of an agent are within reason on any server', 'daemonagents', 'DaemonAgent', agent({ memory: 512 }), agent({ memory: '9000P' }), agent({ cpu: '1M' }), agent({ cpu: '500u' }), agent({ cpu: 2, memory: '512Mi' }), agent({ cpu: 'much' }), [agent({}), 'a'.repeat(64)]),
  sent('the listeners of a gateway fit together on any server', 'egressgateways', 'EgressGateway', { listeners: [{ name: 'a', protocol: 'TLS' }] }, { listeners: [{ ...tls, protocol: 'HTTP' }] }, { listeners: [tls, { ...tls, name: 'b' }] }, { listeners: [tls, { ...tls, name: 'b', port: 443 }] }, { listeners: [tls, tls] }, { listeners: [tls], requestTimeout: '0s' }, { listeners: [tls], requestTimeout: '25h' }, { listeners: [tls], requestTimeout: '300' }, { listeners: [tls], requestTimeout: '1m30s' }),
  sent('a route names known providers and real paths on any server', 'aiproviderroutes', 'AIProviderRoute', route({ provider: 'antropic' }), route({ provider: 'OpenAI' }), route({ endpoints: ['v1/messages', '/v1/*'] }), route({ endpoints: ['\\/v1'] })),
  sent('a policy has targets and a header of its own on any server', 'credentialinjectionpolicies', 'CredentialInjectionPolicy', policy({}), policy({ targetRefs: [target], parentRefs: [target] }), policy({ targetRefs: [target] }), policy({ targetRefs: [target], headerName: 'Content-Length' })),
  {
    title: 'rules of several versions are told with their version, a shared schema once', clusterWide: true, vague: [/selfType\d*/g],
    run: async ({ request, unique }) => {
      await request('POST', `${definitions}?dryRun=All`, { body: definition(`${unique}.example.com`, [version('v1', true, 'self.a > 1'), version('v2', false, 'self.b > 1')]), keep: said });
      await request('POST', `${definitions}?dryRun=All`, { body: definition(`${unique}.example.com`, [version('v1', true, 'self.b > 1'), version('v2', false, 'self.b > 1')]), keep: said });
    },
  },
  {
    title: 'rules bind server-side apply too, and a refused apply owns nothing',
    run: async ({ request }) => {
      const apply = (spec: object, manager: string): Promise<unknown> => request('PATCH', `${kinds('egressgateways')}/g?fieldManager=${manager}`, { body: own('EgressGateway', spec, 'g'), headers: { 'content-type': 'application/apply-patch+yaml' }, keep: said });
      await apply({ listeners: [{ name: 'a', protocol: 'TLS' }] }, 'one');
      await apply({ listeners: [tls] }, 'one');
      await apply({ listeners: [{ ...tls, name: 'b' }] }, 'two');
      await apply({ listeners: [{ ...tls, name: 'b', port: 443 }] }, 'two');
      await request('GET', `${kinds('egressgateways')}/g`, { keep: (body) => body.spec });
    },
  },
];
