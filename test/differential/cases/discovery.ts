// Discovery in both forms, cut down to the groups that both servers have, and what kubectl prints of it.
import { kubectl, requests, type Body, type Case } from '../case.ts';
import { fixtures } from '../fixtures.ts';

const ours = ['clrk.apoxy.dev', 'test.example.com', 'coordination.k8s.io', 'apiextensions.k8s.io'];
const coreKinds = ['configmaps', 'endpoints', 'events', 'namespaces', 'secrets', 'serviceaccounts', 'services'];
/** Not served here: finishing a namespace by hand, and tokens of accounts. */
const missing = ['namespaces/finalize', 'serviceaccounts/token'];

const sorted = (items: readonly Body[] | undefined, key: string): readonly Body[] => (items ?? []).toSorted((a, b) => (String(a[key]) < String(b[key]) ? -1 : 1));
/** A real server lists custom kinds in any order. */
const inOrder = { keep: (body: Body): unknown => (body['resources'] ? { ...(body as object), resources: sorted(body['resources'], 'name') } : body) };
const coreOnly = { keep: (body: Body): unknown => ({ ...(body as object), resources: (body['resources'] ?? []).filter(({ name }) => coreKinds.includes(name?.split('/')[0] ?? '') && !missing.includes(name ?? '')) }) };

const served = (resource: Body): unknown => ({ ...(resource as object), ...(resource['subresources'] && { subresources: sorted(resource['subresources'], 'subresource').filter(({ subresource }) => !missing.includes(`${resource['resource']}/${subresource}`)) }) });
const withoutNone = (resource: unknown): unknown => ((resource as { readonly subresources?: unknown[] }).subresources?.length === 0 ? { ...(resource as object), subresources: undefined } : resource);

const aggregated = (version = 'v2'): Readonly<Record<string, string>> => ({ accept: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList` });
const groups = (names: readonly string[]) => (body: Body): unknown => (body['items'] ? {
  ...(body as object),
  items: body['items'].filter(({ metadata }) => names.includes(metadata?.['name'] ?? '')).map((group) => ({
    ...(group as object),
    versions: (group['versions'] ?? []).map((one) => ({ ...(one as object), resources: sorted(one['resources'], 'resource').filter(({ resource }) => group['metadata']?.['name'] !== undefined || coreKinds.includes(resource ?? '')).map(served).map(withoutNone) })),
  })),
} : body['message']);

const definition = (group: string, plural: string, kind: string, versions: readonly string[]): object => ({
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.${group}` },
  spec: { group, scope: 'Namespaced', names: { plural, kind, shortNames: [`${plural}x`], categories: ['all'] }, versions: versions.map((name, index) => ({ name, served: true, storage: index === 0, schema: { openAPIV3Schema: { type: 'object' } } })) },
});
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export const discoveryCases: readonly Case[] = [
  requests('the versions of the core group', ['GET', '/api', { keep: (body) => ({ ...(body as object), serverAddressByClientCIDRs: body['serverAddressByClientCIDRs']?.map((one) => one['clientCIDR']) }) }]),
  requests('the groups, the preferred version first', ['GET', '/apis', { keep: (body) => ({ ...(body as object), groups: sorted(body['groups']?.filter(({ name }) => ours.includes(name ?? '')), 'name') }) }]),
  ...ours.map((group) => requests(`the group ${group}`, ['GET', `/apis/${group}`], ['GET', `/apis/${group}/`])),
  requests('the kinds of the core group', ['GET', '/api/v1', coreOnly]),
  ...['clrk.apoxy.dev/v1alpha1', 'test.example.com/v1', 'test.example.com/v1beta1', 'coordination.k8s.io/v1', 'apiextensions.k8s.io/v1'].map((version) => requests(`the kinds of ${version}`, ['GET', `/apis/${version}`, inOrder])),
  requests('groups and versions that are not there', ['GET', '/apis/none.example.com'], ['GET', '/apis/none.example.com/v1'], ['GET', '/apis/test.example.com/v7'], ['GET', '/apis/coordination.k8s.io/v7'], ['GET', '/api/v7']),
  requests('aggregated discovery of all groups', ['GET', '/apis', { headers: aggregated(), keep: groups(ours) }]),
  requests('aggregated discovery of the core group', ['GET', '/api', { headers: aggregated(), keep: groups(['']) }]),
  requests('aggregated discovery in other versions, and a form beside it', ['GET', '/apis', { headers: aggregated('v2beta1'), keep: groups(ours) }], ['GET', '/apis', { headers: aggregated('v3'), keep: groups(ours) }], ['GET', '/api', { headers: { accept: `${aggregated('v3')['accept']},application/json` }, keep: (body) => body['kind'] }],
    ['GET', '/apis', { headers: { accept: `${aggregated('v2beta1')['accept']},${aggregated()['accept']}` }, keep: groups(ours) }], ['GET', '/apis', { headers: { accept: 'text/html' }, keep: (body) => body['message'] }], ['GET', '/apis', { headers: { accept: '*/*' }, keep: (body) => body['kind'] }]),
  {
    title: 'who has the aggregated discovery already gets nothing again, until it changes',
    run: async (server) => {
      const group = `${server.unique}.example.com`;
      const { headers } = await server.quietly(() => server.request('GET', '/apis', { headers: aggregated() }));
      const etag = String(headers['etag']);
      server.note('the tag is a quoted hash', etag.replace(/[0-9A-F]{128}/, 'HASH'));
      server.note('it may be kept', headers['cache-control']);
      // Other cases change the kinds meanwhile: the document of the core group stays.
      const core = await server.quietly(() => server.request('GET', '/api', { headers: aggregated() }));
      await server.request('GET', '/api', { headers: { ...aggregated(), 'if-none-match': String(core.headers['etag']) } });
      await server.quietly(() => server.request('POST', definitions, { body: definition(group, 'ones', 'One', ['v1']) }));
      const changed = await server.quietly(() => server.until('GET', '/apis', ({ text }) => text.includes(group), { headers: aggregated() }));
      server.note('another tag', changed.headers['etag'] === etag);
      await server.quietly(() => server.request('DELETE', `${definitions}/ones.${group}`));
    },
  },
  {
    title: 'a kind is discovered once it is defined, changes with its definition, and is gone with it',
    run: async (server) => {
      const group = `${server.unique}.example.com`;
      const names = groups([group]);
      await server.quietly(async () => {
        await server.request('POST', definitions, { body: definition(group, 'ones', 'One', ['v1']) });
        await server.until('GET', '/apis', ({ text }) => text.includes(`"${group}"`), { headers: aggregated() });
      });
      await server.request('GET', '/apis', { headers: aggregated(), keep: names });
      await server.request('GET', `/apis/${group}/v1`);
      await server.quietly(async () => {
        await server.request('PATCH', `${definitions}/ones.${group}`, { headers: { 'content-type': 'application/merge-patch+json' }, body: { spec: { versions: ['v1', 'v2alpha1', 'v1beta2', 'v2', 'v10', 'strange', 'v1beta10'].map((name, index) => ({ name, served: name !== 'v1beta2', storage: index === 0, schema: { openAPIV3Schema: { type: 'object' } } })) } } });
        await server.until('GET', `/apis/${group}`, ({ text }) => text.includes('strange'));
      });
      await server.request('GET', `/apis/${group}`);
      await server.quietly(() => server.request('DELETE', `${definitions}/ones.${group}`));
      await server.until('GET', `/apis/${group}`, ({ status }) => status === 404);
    },
  },
  ...ours.map((group) => kubectl(`kubectl api-resources of ${group}`, `api-resources --api-group=${group} --sort-by=name`, `api-resources --api-group=${group} -o wide --sort-by=name`, `api-resources --api-group=${group} -o name --sort-by=name`)),
  kubectl('kubectl api-resources by verb and category', 'api-resources --categories=clrk --sort-by=kind', 'api-resources --api-group=test.example.com --namespaced=false', 'api-resources --api-group=test.example.com --verbs=list,nothing', 'api-resources --categories=things -o name'),
  {
    title: 'kubectl api-versions lists every version of ours',
    run: (server) => server.kubectl('api-versions', { keep: (stdout) => stdout.split('\n').filter((line) => line === 'v1' || ours.some((group) => line.startsWith(`${group}/`))) }),
  },
  requests('the fixtures are there as they were installed', ...fixtures.map(({ metadata }) => ['GET', `${definitions}/${metadata?.name}`, { keep: (body: Body) => body['status']?.['acceptedNames'] }] as const)),
];
