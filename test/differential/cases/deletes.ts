// Deleting: what is answered, what holds an object back, and what the options may say.
import { kubectl, requests, type Ask, type Case } from '../case.ts';
import { configMap, configMapsPath, gizmo, gizmosPath, secretsPath, widget, widgetsPath } from '../fixtures.ts';

const options = (more: object): Ask => ({ body: { apiVersion: 'v1', kind: 'DeleteOptions', ...more } });
const merge = (body: object): Ask => ({ body, headers: { 'content-type': 'application/merge-patch+json' } });
const held = (name: string, finalizers: readonly string[] = ['example.com/a']): object => configMap(name, { a: '1' }, { finalizers });
const secret = (name: string): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, data: { a: 'YQ==' } });

export const deleteCases: readonly Case[] = [
  requests('a delete answers with a Status that names the object',
    ['POST', configMapsPath, { body: configMap('one') }], ['DELETE', `${configMapsPath}/one`], ['POST', secretsPath, { body: secret('one') }], ['DELETE', `${secretsPath}/one`], ['POST', widgetsPath, { body: widget('one') }], ['DELETE', `${widgetsPath}/one`], ['POST', gizmosPath, { body: gizmo('gone-{u}') }], ['DELETE', `${gizmosPath}/gone-{u}`]),
  requests('some kinds answer a delete with the object itself',
    ['POST', '/api/v1/namespaces/{ns}/services', { body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'one' }, spec: { clusterIP: 'None', ports: [{ port: 1 }] } } }], ['DELETE', '/api/v1/namespaces/{ns}/services/one'],
    ['POST', '/api/v1/namespaces/{ns}/serviceaccounts', { body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'one' } } }], ['DELETE', '/api/v1/namespaces/{ns}/serviceaccounts/one'],
    ['POST', '/api/v1/namespaces/{ns}/endpoints', { body: { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'two' } } }], ['DELETE', '/api/v1/namespaces/{ns}/endpoints/two'],
    ['POST', '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases', { body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'one' } } }], ['DELETE', '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases/one'],
    ['POST', '/api/v1/namespaces/{ns}/events', { body: { apiVersion: 'v1', kind: 'Event', metadata: { name: 'one' }, involvedObject: { namespace: '{ns}' } } }], ['DELETE', '/api/v1/namespaces/{ns}/events/one']),
  requests('an object with finalizers is marked, stays, and goes with the last of them',
    ['POST', configMapsPath, { body: held('one', ['example.com/a', 'example.com/b']) }], ['DELETE', `${configMapsPath}/one`], ['DELETE', `${configMapsPath}/one`], ['GET', `${configMapsPath}/one`],
    ['PATCH', `${configMapsPath}/one`, merge({ metadata: { finalizers: ['example.com/b'] } })], ['PATCH', `${configMapsPath}/one`, merge({ metadata: { finalizers: null } })], ['GET', `${configMapsPath}/one`]),
  requests('a marked custom object counts a generation, and goes with its last finalizer',
    ['POST', widgetsPath, { body: widget('one', { size: 'small' }, { finalizers: ['example.com/a'] }) }], ['DELETE', `${widgetsPath}/one`], ['PATCH', `${widgetsPath}/one`, merge({ spec: { size: 'large' } })], ['PATCH', `${widgetsPath}/one`, merge({ metadata: { finalizers: [] } })], ['GET', `${widgetsPath}/one`]),
  requests('an object that goes takes no new finalizers, but may be changed', ['POST', configMapsPath, { body: held('one') }], ['DELETE', `${configMapsPath}/one`], ['PATCH', `${configMapsPath}/one`, merge({ metadata: { finalizers: ['example.com/a', 'example.com/new'] } })], ['PATCH', `${configMapsPath}/one`, merge({ data: { b: '2' } })], ['PATCH', `${configMapsPath}/one`, merge({ metadata: { deletionTimestamp: null } })], ['PATCH', `${configMapsPath}/one`, merge({ metadata: { finalizers: null } })]),
  requests('the last finalizer can go by PUT as well', ['POST', configMapsPath, { body: held('one') }], ['DELETE', `${configMapsPath}/one`], ['PUT', `${configMapsPath}/one`, { body: configMap('one', { a: '2' }) }], ['GET', `${configMapsPath}/one`]),
  requests('a status update cannot take the last finalizer away', ['POST', widgetsPath, { body: widget('one', { size: 'small' }, { finalizers: ['example.com/a'] }) }], ['DELETE', `${widgetsPath}/one`], ['PATCH', `${widgetsPath}/one/status`, merge({ metadata: { finalizers: null }, status: { phase: 'Going' } })], ['PATCH', `${widgetsPath}/one`, merge({ metadata: { finalizers: null } })]),
  { ...requests('a delete with the wrong uid or version is a Conflict',
    ['POST', configMapsPath, { body: configMap('one') }], ['DELETE', `${configMapsPath}/one`, options({ preconditions: { uid: '11111111-2222-4333-8444-555555555555' } })], ['DELETE', `${configMapsPath}/one`, options({ preconditions: { resourceVersion: '1' } })],
    ['POST', widgetsPath, { body: widget('one') }], ['DELETE', `${widgetsPath}/one`, options({ preconditions: { uid: 'wrong' } })]), vague: [/(?<=in record \()\d+/g] },
  {
    title: 'a delete with the right uid and version succeeds',
    run: async ({ request }) => {
      const { body } = await request('POST', configMapsPath, { body: configMap('one') });
      await request('DELETE', `${configMapsPath}/one`, options({ preconditions: { uid: body['metadata']?.['uid'], resourceVersion: body['metadata']?.['resourceVersion'] } }));
      const again = await request('POST', configMapsPath, { body: configMap('two') });
      await request('DELETE', `${configMapsPath}/two`, options({ preconditions: { uid: again.body['metadata']?.['uid'] } }));
    },
  },
  requests('wrong delete options are refused',
    ['POST', configMapsPath, { body: configMap('one') }], ['DELETE', `${configMapsPath}/one`, options({ propagationPolicy: 'Sideways' })], ['DELETE', `${configMapsPath}/one?propagationPolicy=Sideways`], ['DELETE', `${configMapsPath}/one`, options({ propagationPolicy: 'Background', orphanDependents: true })],
    ['DELETE', `${configMapsPath}/one`, options({ dryRun: ['Some'] })], ['DELETE', `${configMapsPath}/one?gracePeriodSeconds=x`], ['DELETE', `${configMapsPath}/one`, options({ gracePeriodSeconds: 'x' })], ['DELETE', `${configMapsPath}/one`, { body: { apiVersion: 'v1', kind: 'ConfigMap' }, keep: ({ code, reason }) => ({ code, reason }) }], ['DELETE', `${configMapsPath}/one`, { body: {} }]),
  requests('delete options in the query do what those in the body do',
    ['POST', configMapsPath, { body: configMap('one') }], ['DELETE', `${configMapsPath}/one?gracePeriodSeconds=0&propagationPolicy=Background`], ['POST', configMapsPath, { body: configMap('two') }], ['DELETE', `${configMapsPath}/two?propagationPolicy=Sideways`, options({ propagationPolicy: 'Background' })],
    ['POST', configMapsPath, { body: configMap('three') }], ['DELETE', `${configMapsPath}/three?orphanDependents=false`], ['POST', configMapsPath, { body: configMap('four') }], ['DELETE', `${configMapsPath}/four`, { body: { apiVersion: 'meta.k8s.io/v1', kind: 'DeleteOptions', gracePeriodSeconds: 30 } }], ['POST', configMapsPath, { body: configMap('five') }], ['DELETE', `${configMapsPath}/five`, options({ gracePeriodSeconds: -1 })]),
  requests('delete options may be YAML', ['POST', configMapsPath, { body: configMap('one') }], ['DELETE', `${configMapsPath}/one`, { body: 'apiVersion: v1\nkind: DeleteOptions\ndryRun: [All]\n', headers: { 'content-type': 'application/yaml' } }], ['DELETE', `${configMapsPath}/one`, options({ dryRun: ['All'] })]),
  requests('a dry run of a delete shows what would be marked', ['POST', configMapsPath, { body: held('one') }], ['DELETE', `${configMapsPath}/one?dryRun=All`], ['GET', `${configMapsPath}/one`], ['DELETE', `${configMapsPath}/one?dryRun=All&propagationPolicy=Foreground`]),
  requests('a collection is deleted whole', ['POST', widgetsPath, { body: widget('one') }], ['POST', widgetsPath, { body: widget('two') }], ['DELETE', widgetsPath], ['GET', widgetsPath, { keep: (body) => body['items'] }]),
  requests('a collection is deleted by label and by field',
    ['POST', secretsPath, { body: { ...secret('one'), metadata: { name: 'one', labels: { a: 'b' } } } }], ['POST', secretsPath, { body: secret('two') }], ['POST', secretsPath, { body: secret('three') }], ['DELETE', `${secretsPath}?labelSelector=a%3Db`], ['DELETE', `${secretsPath}?fieldSelector=metadata.name%3Dtwo`],
    ['GET', secretsPath, { keep: (body) => body['items'] }], ['DELETE', `${secretsPath}?limit=1`, options({ propagationPolicy: 'Sideways' })]),
  requests('a collection with finalizers in it stays marked', ['POST', secretsPath, { body: { ...secret('one'), metadata: { name: 'one', finalizers: ['example.com/a'] } } }], ['POST', secretsPath, { body: secret('two') }], ['DELETE', secretsPath], ['GET', secretsPath, { keep: (body) => body['items'] }], ['PATCH', `${secretsPath}/one`, merge({ metadata: { finalizers: null } })]),
  requests('namespaces cannot be deleted all at once', ['DELETE', '/api/v1/namespaces'], ['DELETE', '/api/v1/namespaces/{ns}/services?labelSelector=none%3Dnone', { keep: (body) => body['items'] ?? body }], ['DELETE', '/api/v1/namespaces/{ns}/events?labelSelector=none%3Dnone', { keep: (body) => body['items'] ?? body }]),
  kubectl('kubectl delete says what it deletes and how', ['create -f -', configMap('one')], ['create -f -', configMap('two')], ['create -f -', configMap('three')], 'delete cm one --force --grace-period=0', 'delete cm two --cascade=orphan', 'delete cm three --wait=false --cascade=foreground', 'delete cm none', 'delete cm none --ignore-not-found', 'delete cm one --cascade=sideways', 'delete cm one --grace-period=0'),
  kubectl('kubectl delete --all and -l take what they select', ['create -f -', widget('one', { size: 'small' }, { labels: { a: 'b' } })], ['create -f -', widget('two')], ['create -f -', widget('three')], 'delete widgets -l a=b', 'delete widgets --all --dry-run=server', 'delete widgets --field-selector spec.size=small', 'delete widgets --all', 'delete wd,cm --all -l a=b'),
  kubectl('kubectl delete by file and by raw path', ['create -f -', widget('one')], ['delete -f -', widget('one')], ['delete -f -', widget('one')], ['create -f -', widget('two')], `delete --raw ${widgetsPath}/two`, 'delete widget/one widget/two', 'delete widget'),
];
