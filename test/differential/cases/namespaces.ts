// Namespaces: what is in a new one, how one ends, and what happens in between.
import { kubectl, requests, type Ask, type Case } from '../case.ts';
import { configMap, widget } from '../fixtures.ts';

const path = '/api/v1/namespaces';
const space = (name: string, more: object = {}, metadata: object = {}): object => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...metadata }, ...more });
const merge = (body: object): Ask => ({ body, headers: { 'content-type': 'application/merge-patch+json' } });

export const namespaceCases: readonly Case[] = [
  { ...requests('a namespace is labelled with its name and waits for its content', ['POST', path, { body: space('made-{u}', { spec: { finalizers: ['example.com/own'] }, status: { phase: 'Terminating' } }) }], ['PATCH', `${path}/made-{u}`, merge({ metadata: { labels: { 'kubernetes.io/metadata.name': 'other', a: 'b' } } })], ['PATCH', `${path}/made-{u}`, merge({ spec: { finalizers: ['example.com/other'] } })], ['DELETE', `${path}/made-{u}`]), clusterWide: true },
  requests('every namespace has a default account and the certificate to trust the server by', ['GET', `${path}/{ns}/serviceaccounts/default`], ['GET', `${path}/{ns}/configmaps/kube-root-ca.crt`, { keep: (body) => ({ ...(body as object), data: Object.keys(body['data'] ?? {}) }) }]),
  {
    title: 'what every namespace has comes back when it is deleted or changed',
    run: async ({ request, until }) => {
      await request('DELETE', `${path}/{ns}/serviceaccounts/default`, { keep: (body) => body['kind'] });
      await until('GET', `${path}/{ns}/serviceaccounts/default`, ({ status }) => status === 200, { keep: (body) => body['kind'] });
      await request('PATCH', `${path}/{ns}/configmaps/kube-root-ca.crt`, { ...merge({ data: { 'ca.crt': 'other' } }), keep: (body) => body['data'] });
      await until('GET', `${path}/{ns}/configmaps/kube-root-ca.crt`, ({ body }) => body['data']?.['ca.crt'] !== 'other', { keep: (body) => String(body['data']?.['ca.crt']).startsWith('-----BEGIN CERTIFICATE') });
    },
  },
  requests('the first namespaces may not be deleted', ['DELETE', `${path}/default`], ['DELETE', `${path}/kube-system`], ['DELETE', `${path}/kube-public?dryRun=All`], ['GET', `${path}/default`, { keep: (body) => body['status'] }]),
  {
    title: 'the service of the API server is in the default namespace',
    clusterWide: true,
    run: ({ request }) => request('GET', `${path}/default/services/kubernetes`, { keep: ({ metadata, spec }) => ({ labels: metadata?.['labels'], clusterIP: spec?.['clusterIP'], type: spec?.['type'], ports: spec?.['ports']?.map((port) => ({ ...(port as object), targetPort: 'its own' })) }) }),
  },
  {
    title: 'a namespace that ends takes its content along',
    clusterWide: true,
    run: async ({ request, quietly, until }) => {
      await quietly(() => request('POST', path, { body: space('end-{u}') }));
      await quietly(() => request('POST', `${path}/end-{u}/configmaps`, { body: configMap('one') }));
      await quietly(() => request('POST', '/apis/test.example.com/v1/namespaces/end-{u}/widgets', { body: widget('one') }));
      await quietly(() => until('GET', `${path}/end-{u}/configmaps/kube-root-ca.crt`, ({ status }) => status === 200));
      await request('DELETE', `${path}/end-{u}`, { keep: ({ metadata, status, spec }) => ({ grace: metadata?.['deletionGracePeriodSeconds'], isMarked: metadata?.['deletionTimestamp'] !== undefined, status, spec }) });
      await until('GET', `${path}/end-{u}`, ({ status }) => status === 404);
      await request('GET', '/apis/test.example.com/v1/namespaces/end-{u}/widgets', { keep: (body) => body['items'] });
    },
  },
  {
    title: 'a namespace whose content is held back says by whom, takes nothing new, and goes when it is let go',
    clusterWide: true,
    run: async ({ request, quietly, until }) => {
      await quietly(() => request('POST', path, { body: space('held-{u}') }));
      await quietly(() => until('GET', `${path}/held-{u}/configmaps/kube-root-ca.crt`, ({ status }) => status === 200));
      await quietly(() => request('POST', `${path}/held-{u}/configmaps`, { body: configMap('one', {}, { finalizers: ['example.com/a'] }) }));
      await quietly(() => request('DELETE', `${path}/held-{u}`));
      await until('GET', `${path}/held-{u}`, ({ body }) => (body['status']?.['conditions']?.length ?? 0) > 0, { keep: ({ status, spec, metadata }) => ({ status, spec, managers: metadata?.['managedFields']?.map((one) => [one['manager'], one['subresource']]) }) });
      await request('POST', `${path}/held-{u}/configmaps`, { body: configMap('two') });
      await request('PUT', `/apis/coordination.k8s.io/v1/namespaces/held-{u}/leases/one`, { body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'one' } } });
      await request('POST', '/apis/test.example.com/v1/namespaces/held-{u}/widgets?dryRun=All', { body: widget('two') });
      await request('DELETE', `${path}/held-{u}`, { keep: ({ kind, status }) => ({ kind, phase: status?.['phase'] }) });
      await request('PATCH', `${path}/held-{u}/configmaps/one`, { ...merge({ metadata: { finalizers: null } }), keep: (body) => body['kind'] });
      await until('GET', `${path}/held-{u}`, ({ status }) => status === 404);
    },
  },
  {
    title: 'a finalizer of a namespace is written at its own path',
    clusterWide: true,
    run: async ({ request, until }) => {
      const { body } = await request('POST', path, { body: space('final-{u}') });
      await request('PUT', `${path}/final-{u}/finalize`, { body: { ...(body as object), spec: { finalizers: ['kubernetes', 'example.com/own'] } } });
      await request('GET', `${path}/final-{u}/finalize`);
      await request('DELETE', `${path}/final-{u}`, { keep: ({ spec }) => spec });
      const { body: held } = await until('GET', `${path}/final-{u}`, (reply) => reply.body['spec']?.['finalizers']?.length === 1, { keep: ({ spec }) => spec });
      await request('PUT', `${path}/final-{u}/finalize`, { body: { ...(held as object), spec: {} }, keep: ({ kind, spec }) => ({ kind, spec }) });
      await request('GET', `${path}/final-{u}`);
    },
  },
  requests('the status of a namespace is its own', ['PATCH', `${path}/{ns}/status`, merge({ status: { conditions: [{ type: 'Own', status: 'True' }] }, spec: { finalizers: [] } })], ['PATCH', `${path}/{ns}`, merge({ status: { phase: 'Terminating' } })]),
  kubectl('kubectl create, label and get namespaces', 'create namespace cli-{u}', 'create ns cli-{u}', 'get ns cli-{u}', 'get ns cli-{u} -o jsonpath={.status.phase}', 'label ns cli-{u} a=b', 'get ns cli-{u} --show-labels', 'delete ns cli-{u} --wait=false', 'create ns Not_One', 'create ns dry-{u} --dry-run=server -o name'),
];
