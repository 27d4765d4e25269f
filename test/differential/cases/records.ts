// The small kinds that programs write: Events, Leases, Endpoints, ServiceAccounts.
import { kubectl, requests, type Ask, type Case } from '../case.ts';

const [eventsPath, leasesPath, endpointsPath, accountsPath] = ['/api/v1/namespaces/{ns}/events', '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases', '/api/v1/namespaces/{ns}/endpoints', '/api/v1/namespaces/{ns}/serviceaccounts'];
const merge = (body: object): Ask => ({ body, headers: { 'content-type': 'application/merge-patch+json' } });
const event = (name: string, more: object): object => ({ apiVersion: 'v1', kind: 'Event', metadata: { name }, involvedObject: { kind: 'ConfigMap', name: 'one', namespace: '{ns}' }, ...more });
const lease = (name: string, spec: object, metadata: object = {}): object => ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, ...metadata }, spec });
const endpoints = (name: string, ...subsets: readonly object[]): object => ({ apiVersion: 'v1', kind: 'Endpoints', metadata: { name }, subsets });
const tell = (name: string, more: object): readonly [string, string, Ask] => ['POST', eventsPath, { body: event(name, more) }];
const claim = (name: string, spec: object): readonly [string, string, Ask] => ['POST', leasesPath, { body: lease(name, spec) }];
const point = (...subsets: readonly object[]): readonly [string, string, Ask] => ['POST', endpointsPath, { body: endpoints('one', ...subsets) }];

const old = { reason: 'Tested', message: 'it was tested ', type: 'Normal', count: 3, source: { component: 'case', host: 'here' }, firstTimestamp: '2020-01-01T00:00:00Z', lastTimestamp: '2020-01-02T00:00:00Z' };
const fresh = { reason: 'Tested', message: 'it was tested', type: 'Warning', eventTime: '2020-01-01T00:00:00.123456Z', reportingComponent: 'example.com/case', reportingInstance: 'case-1', action: 'Test' };

export const recordCases: readonly Case[] = [
  requests('an event of each sort is kept as it is sent', tell('old', old), tell('fresh', { ...fresh, series: { count: 2, lastObservedTime: '2020-01-01T00:00:01.000000Z' }, related: { kind: 'Secret', name: 'a' } }), ['GET', `${eventsPath}/fresh`]),
  requests('an event lies in the namespace of what it is about', ['POST', eventsPath, { body: event('one', { ...old, involvedObject: { kind: 'ConfigMap', namespace: 'other' } }) }], ['POST', eventsPath, { body: event('one', { ...old, involvedObject: { kind: 'Node', name: 'n' } }) }], ['POST', '/api/v1/namespaces/default/events', { body: event('one-{u}', { ...old, involvedObject: { kind: 'Node', name: 'n' } }) }], ['DELETE', '/api/v1/namespaces/default/events/one-{u}']),
  requests('an event with an exact time says who reports it and what was done', tell('one', { eventTime: fresh.eventTime }), tell('one', { ...fresh, reportingComponent: 'a b' }), tell('one', { ...fresh, action: 'x'.repeat(129), message: 'x'.repeat(1025), reason: 'x'.repeat(129), reportingInstance: 'x'.repeat(129) })),
  requests('the name of an event need not be a domain name', ['POST', eventsPath, { body: { ...event('x', old), metadata: { name: 'Upper_Case:1' } } }], ['POST', eventsPath, { body: { ...event('x', old), metadata: { name: 'a/b' } } }]),
  requests('an event counts on by update', tell('one', old), ['PATCH', `${eventsPath}/one`, merge({ count: 4, lastTimestamp: '2020-01-03T00:00:00Z' })], ['PATCH', `${eventsPath}/one`, merge({ involvedObject: { namespace: 'other' } })]),
  requests('events are selected by the object that they are about, in both of their forms', tell('one', old), tell('two', { ...fresh, involvedObject: { kind: 'Secret', name: 'two', namespace: '{ns}' } }), ...['involvedObject.name=two', 'reason=Tested', 'type=Warning', 'source=case', 'involvedObject.kind!=Secret', 'reportingComponent=example.com/case'].map((selector): readonly [string, string, Ask] => ['GET', `${eventsPath}?fieldSelector=${encodeURIComponent(selector)}`, { keep: (body) => body['items']?.map((one) => one['metadata']?.['name']) ?? body }])),
  kubectl('kubectl get events prints both sorts', ['create -f -', event('old', old)], ['create -f -', event('fresh', fresh)], 'get events', 'get events -o wide', 'get events --field-selector type=Warning', 'events --types=Warning', 'get event old -o yaml'),
  {
    title: 'of two that take a lease at once, one is told of a Conflict',
    run: async ({ request }) => {
      const { body } = await request('POST', leasesPath, { body: lease('one', { holderIdentity: 'a', leaseDurationSeconds: 15, acquireTime: '2020-01-01T00:00:00.000000Z', renewTime: '2020-01-01T00:00:00.000000Z', leaseTransitions: 0 }) });
      const taken = (holderIdentity: string): Ask => ({ body: { ...(body as object), spec: { ...(body['spec'] as object), holderIdentity, renewTime: '2020-01-01T00:00:02.500000Z', leaseTransitions: 1 } } });
      await request('PUT', `${leasesPath}/one`, taken('b'));
      await request('PUT', `${leasesPath}/one`, taken('c'));
      await request('GET', `${leasesPath}/one`);
    },
  },
  requests('a lease is not renewed without naming its version', claim('one', { holderIdentity: 'a' }), ['PUT', `${leasesPath}/one`, { body: lease('one', { holderIdentity: 'b' }) }], ['PATCH', `${leasesPath}/one`, merge({ spec: { holderIdentity: 'c' } })]),
  requests('a lease that makes no sense is refused', claim('one', { leaseDurationSeconds: 0 }), claim('one', { leaseDurationSeconds: -1, leaseTransitions: -1 }), claim('one', { strategy: 'Mine' }), claim('one', { strategy: 'a b/c' }), claim('one', { preferredHolder: 'a' }), claim('one', { renewTime: 'yesterday' }), claim('two', { holderIdentity: '', strategy: 'example.com/own', preferredHolder: 'a' })),
  kubectl('kubectl get leases shows who holds them', ['create -f -', lease('one', { holderIdentity: 'me' })], ['create -f -', lease('two', {})], 'get leases', 'get lease one -o yaml', 'delete lease one two'),
  requests('endpoints are kept, and warned of', point({ addresses: [{ ip: '10.1.2.3', hostname: 'a', nodeName: 'n', targetRef: { kind: 'Pod', name: 'p' } }], notReadyAddresses: [{ ip: '2001:db8::1' }], ports: [{ port: 80 }, { port: 81, name: 'b', protocol: 'UDP' }] }), point({ addresses: [{ ip: '10.1.2.3' }], ports: [{ name: 'a', port: 80 }, { port: 81, name: 'b', protocol: 'UDP' }] }), ['GET', `${endpointsPath}/one`]),
  requests('endpoints that point nowhere are refused', point({ ports: [{ port: 80 }] }), point({ addresses: [{ ip: 'x' }] }), point({ addresses: [{ ip: '0.0.0.0' }, { ip: '169.254.1.1' }] }), point({ addresses: [{ ip: '10.1.2.3', hostname: 'A b' }], ports: [{ port: 0, protocol: 'XTP' }] })),
  requests('endpoints on the loopback address', point({ addresses: [{ ip: '127.0.0.1' }], ports: [{ port: 80 }] }), ['DELETE', `${endpointsPath}/one`, { keep: () => undefined }]),
  kubectl('kubectl get endpoints shows where they point', ['create -f -', endpoints('one', { addresses: [{ ip: '10.1.2.3' }, { ip: '10.1.2.4' }], ports: [{ port: 80 }, { port: 81, name: 'b' }].map((port, index) => ({ name: `p${index}`, ...port })) })], ['create -f -', endpoints('two')], 'get endpoints', 'get ep two -o yaml'),
  requests('a service account keeps what it refers to', ['POST', accountsPath, { body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'one' }, secrets: [{ name: 'a' }], imagePullSecrets: [{ name: 'b' }], automountServiceAccountToken: false } }], ['PATCH', `${accountsPath}/one`, { body: { imagePullSecrets: [{ name: 'c' }] }, headers: { 'content-type': 'application/strategic-merge-patch+json' } }], ['PUT', `${accountsPath}/one`, { body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'one' } } }], ['DELETE', `${accountsPath}/one`]),
  kubectl('kubectl create serviceaccount makes one', 'create serviceaccount one', 'get sa one', 'get sa one -o yaml', 'create sa one', 'delete sa one'),
];
