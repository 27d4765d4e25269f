// Names and places: generated names, what path and body say of the same thing, dry runs, creating by PUT, versions of one kind.
import { kubectl, requests, type Case } from '../case.ts';
import { configMap, configMapsPath, gizmo, gizmosPath, secretsPath, widget, widgetsPath } from '../fixtures.ts';

const leasesPath = '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases';
const lease = (name: string, spec: object = { holderIdentity: 'me' }, metadata: object = {}): object => ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, ...metadata }, spec });
const nameless = (generateName: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName } });
const oldWidgets = '/apis/test.example.com/v1beta1/namespaces/{ns}/widgets';
const beta = (name: string, spec: object): object => ({ apiVersion: 'test.example.com/v1beta1', kind: 'Widget', metadata: { name }, spec });

/** The end of a generated name, wherever it stands. */
const vague = [/(?<=made-|m{20})[bcdfghjklmnpqrstvwxz2456789]{5}\b/g];

export const namingCases: readonly Case[] = [
  { ...requests('a name is made from generateName', ['POST', configMapsPath, { body: nameless('made-') }], ['POST', widgetsPath, { body: { ...widget('x'), metadata: { generateName: 'made-' } } }]), vague },
  { ...requests('a long generateName is cut so that the name stays a name', ['POST', configMapsPath, { body: nameless('m'.repeat(100)) }], ['POST', '/api/v1/namespaces/{ns}/services', { body: { apiVersion: 'v1', kind: 'Service', metadata: { generateName: 'm'.repeat(70) }, spec: { clusterIP: 'None', ports: [{ port: 1 }] } } }]), vague },
  requests('a name wins over generateName', ['POST', configMapsPath, { body: configMap('one', {}, { generateName: 'made-' }) }]),
  { ...requests('a generateName that no name can begin with is refused', ['POST', configMapsPath, { body: nameless('Made_') }]), vague: [/Made_[a-z0-9]{5}/g] },
  requests('an object without a name is refused', ['POST', configMapsPath, { body: { apiVersion: 'v1', kind: 'ConfigMap' } }], ['POST', widgetsPath, { body: { apiVersion: 'test.example.com/v1', kind: 'Widget', spec: { size: 'small' } } }], ['POST', configMapsPath, { body: configMap('') }]),
  requests('a name must be one that the kind can have',
    ['POST', configMapsPath, { body: configMap('Upper') }], ['POST', configMapsPath, { body: configMap('a..b') }], ['POST', widgetsPath, { body: widget('a/b') }], ['POST', widgetsPath, { body: widget('a_b') }], ['POST', configMapsPath, { body: configMap('x'.repeat(254)) }],
    ['POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a.b' } } }], ['POST', '/api/v1/namespaces/{ns}/services', { body: { apiVersion: 'v1', kind: 'Service', metadata: { name: '1a' }, spec: { clusterIP: 'None', ports: [{ port: 1 }] } } }], ['POST', configMapsPath, { body: configMap('..') }], ['POST', widgetsPath, { body: widget('.') }]),
  requests('labels and annotations must be ones',
    ['POST', configMapsPath, { body: configMap('one', {}, { labels: { 'a b': 'c' } }) }], ['POST', configMapsPath, { body: configMap('one', {}, { labels: { a: 'b c' } }) }], ['POST', configMapsPath, { body: configMap('one', {}, { labels: { 'x/y/z': 'c' } }) }],
    ['POST', configMapsPath, { body: configMap('one', {}, { labels: { '/z': 'c', 'A_B/c': 'd' } }) }], ['POST', widgetsPath, { body: widget('one', { size: 'small' }, { labels: { a: 'x'.repeat(64) } }) }], ['POST', configMapsPath, { body: configMap('one', {}, { labels: { ['y'.repeat(64)]: 'x' } }) }],
    ['POST', configMapsPath, { body: configMap('one', {}, { annotations: { 'a b': 'c' } }) }], ['POST', configMapsPath, { body: configMap('one', {}, { annotations: { a: 'c'.repeat(256 * 1024) } }) }]),
  requests('finalizers and owners must be ones',
    ['POST', configMapsPath, { body: configMap('one', {}, { finalizers: ['a b'] }) }], ['POST', configMapsPath, { body: configMap('one', {}, { finalizers: ['plain'] }) }], ['POST', widgetsPath, { body: widget('one', { size: 'small' }, { finalizers: ['plain'] }) }],
    ['POST', configMapsPath, { body: configMap('one', {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: '' }] }) }], ['POST', configMapsPath, { body: configMap('one', {}, { ownerReferences: [{ apiVersion: '', kind: '', name: '', uid: '1' }] }) }],
    ['POST', configMapsPath, { body: configMap('one', {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'x', uid: '1' }] }) }],
    ['POST', configMapsPath, { body: configMap('one', {}, { ownerReferences: ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid: name, controller: true })) }) }],
    ['POST', widgetsPath, { body: widget('one', { size: 'small' }, { ownerReferences: [{ apiVersion: 'a/b/c', kind: 'X', name: 'x', uid: '1' }] }) }]),
  requests('the name in the path and the name in the body must be one', ['POST', configMapsPath, { body: configMap('one') }], ['PUT', `${configMapsPath}/one`, { body: configMap('two') }], ['PUT', `${configMapsPath}/one`, { body: { apiVersion: 'v1', kind: 'ConfigMap' } }], ['PUT', `${widgetsPath}/one`, { body: widget('two') }], ['PATCH', `${configMapsPath}/one`, { body: { metadata: { name: 'two' } }, headers: { 'content-type': 'application/merge-patch+json' } }]),
  requests('the namespace in the path and the namespace in the body must be one',
    ['POST', configMapsPath, { body: configMap('one', {}, { namespace: 'other' }) }], ['POST', widgetsPath, { body: widget('one', { size: 'small' }, { namespace: 'other' }) }], ['POST', configMapsPath, { body: configMap('one', {}, { namespace: '{ns}' }) }],
    ['PUT', `${configMapsPath}/one`, { body: configMap('one', {}, { namespace: 'other' }) }], ['PATCH', `${configMapsPath}/one`, { body: { metadata: { namespace: 'other' } }, headers: { 'content-type': 'application/merge-patch+json' } }], ['POST', gizmosPath, { body: gizmo('spaced-{u}', {}, { namespace: '{ns}' }) }], ['DELETE', `${gizmosPath}/spaced-{u}`]),
  requests('a namespace that is not there takes nothing', ['POST', '/api/v1/namespaces/none/configmaps', { body: configMap('one') }], ['POST', '/apis/test.example.com/v1/namespaces/none/widgets', { body: widget('one') }], ['GET', '/api/v1/namespaces/none/configmaps'], ['GET', '/api/v1/namespaces/none/configmaps/one'], ['PUT', '/apis/coordination.k8s.io/v1/namespaces/none/leases/one', { body: lease('one') }], ['DELETE', '/api/v1/namespaces/none/configmaps/one']),
  requests('objects of a namespace cannot be created outside of one', ['POST', '/api/v1/configmaps', { body: configMap('one') }], ['DELETE', '/api/v1/configmaps'], ['GET', '/api/v1/configmaps/one']),
  requests('a PUT creates a lease, and not a config map', ['PUT', `${leasesPath}/one`, { body: lease('one') }], ['PUT', `${leasesPath}/two`, { body: lease('two', {}, { resourceVersion: '7' }) }], ['PUT', `${leasesPath}/two`, { body: lease('two', {}, { uid: '11111111-2222-4333-8444-555555555555' }) }], ['PUT', `${leasesPath}/three`, { body: lease('three', {}, { uid: '11111111-2222-4333-8444-555555555555' }) }], ['PUT', `${configMapsPath}/one`, { body: configMap('one') }], ['PUT', `${secretsPath}/one`, { body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one' } } }]),
  requests('a PUT creates a service, an account, endpoints or an event where a cluster does',
    ['PUT', '/api/v1/namespaces/{ns}/serviceaccounts/one', { body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'one' } } }],
    ['PUT', '/api/v1/namespaces/{ns}/endpoints/one', { body: { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'one' } } }], ['PUT', '/api/v1/namespaces/{ns}/events/one', { body: { apiVersion: 'v1', kind: 'Event', metadata: { name: 'one' }, involvedObject: { namespace: '{ns}' }, reason: 'Tested' } }], ['PUT', '/api/v1/namespaces/made-by-put-{u}', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'made-by-put-{u}' } } }]),
  requests('a dry run answers as if, and stores nothing',
    ['POST', `${configMapsPath}?dryRun=All`, { body: configMap('one') }], ['GET', `${configMapsPath}/one`], ['POST', configMapsPath, { body: configMap('two') }], ['PUT', `${configMapsPath}/two?dryRun=All`, { body: configMap('two', { a: '2' }) }], ['DELETE', `${configMapsPath}/two?dryRun=All`], ['DELETE', `${configMapsPath}?dryRun=All`], ['GET', `${configMapsPath}/two`],
    ['POST', `${configMapsPath}?dryRun=All`, { body: configMap('two') }], ['POST', `${widgetsPath}?dryRun=All`, { body: widget('one', { size: 'none' }) }], ['POST', `${widgetsPath}?dryRun=All`, { body: widget('one') }]),
  requests('a dry run of a wrong sort is refused', ['POST', `${configMapsPath}?dryRun=Some`, { body: configMap('one') }], ['PUT', `${configMapsPath}/one?dryRun=true`, { body: configMap('one') }], ['DELETE', `${configMapsPath}/one?dryRun=Some`], ['POST', `${configMapsPath}?dryRun=`, { body: configMap('one') }], ['POST', `${configMapsPath}?dryRun=All&dryRun=All`, { body: configMap('two') }], ['POST', `${configMapsPath}?dryRun=All&dryRun=None`, { body: configMap('two') }]),
  requests('a wrong field manager is refused', ['POST', `${configMapsPath}?fieldManager=${'x'.repeat(129)}`, { body: configMap('one') }], ['POST', `${configMapsPath}?fieldManager=a%01b`, { body: configMap('one') }], ['POST', `${configMapsPath}?fieldManager=mine`, { body: configMap('one') }]),
  requests('versions of a kind show one object, and the old one warns', ['POST', oldWidgets, { body: beta('one', { size: 'small' }) }], ['GET', `${widgetsPath}/one`], ['GET', `${oldWidgets}/one`], ['PUT', `${oldWidgets}/one`, { body: beta('one', { size: 'large' }) }], ['GET', oldWidgets], ['DELETE', `${oldWidgets}/one`]),
  kubectl('kubectl shows the warning of an old version once', ['create -f -', beta('one', { size: 'small' })], 'get widgets.v1beta1.test.example.com', 'delete widgets.v1beta1.test.example.com one'),
];
