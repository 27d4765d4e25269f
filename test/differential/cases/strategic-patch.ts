// Strategic merge patches of core kinds: merge keys, the directives, and what is refused.
import { mergePatch, onePath, strategicPatch, wanted } from '../asks.ts';
import { requests, type Case } from '../case.ts';
import { configMap, configMapsPath, gizmosPath, widgetsPath } from '../fixtures.ts';

const cm = `${configMapsPath}/one`;
const make = ['POST', configMapsPath, { body: configMap('one', { a: '1', b: '2' }, { labels: { l: 'm' }, finalizers: ['a.b/one', 'a.b/two'] }) }] as const;
const account = '/api/v1/namespaces/{ns}/serviceaccounts/sa';
const makeAccount = ['POST', '/api/v1/namespaces/{ns}/serviceaccounts', { body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'sa' }, secrets: [{ name: 'a' }, { name: 'b', namespace: 'x' }, { name: 'c' }], imagePullSecrets: [{ name: 'p' }] } }] as const;
const owner = (uid: string): object => ({ apiVersion: 'no.such.group/v1', kind: 'Thing', name: uid, uid: `12345678-1234-1234-1234-12345678901${uid}` });
const secrets = (...items: readonly object[]): readonly [string, string, object] => strategicPatch(account, { secrets: items });
const release = mergePatch(cm, { metadata: { finalizers: null } });

export const strategicPatchCases: readonly Case[] = [
  requests('a strategic merge patch merges maps, and null removes', make, strategicPatch(cm, { data: { a: '9', b: null, c: '3' }, metadata: { labels: { x: 'y' } } }), strategicPatch(cm, { data: null }), release),
  requests('a strategic merge patch merges lists by their merge key', makeAccount, secrets({ name: 'b', namespace: 'y' }, { name: 'd' })),
  requests('a strategic merge patch replaces lists without a merge key', makeAccount, strategicPatch(account, { imagePullSecrets: [{ name: 'q' }] })),
  requests('a strategic merge patch adds to lists of plain values', make, strategicPatch(cm, { metadata: { finalizers: ['a.b/three', 'a.b/one'] } }), release),
  requests('$patch: delete takes an item out of a list', makeAccount, secrets({ name: 'b', $patch: 'delete' }), secrets({ name: 'none', $patch: 'delete' })),
  requests('$patch: replace puts a list or a map in the place of another', make, makeAccount, secrets({ $patch: 'replace' }, { name: 'z' }), strategicPatch(cm, { data: { $patch: 'replace', z: '1' } }), release),
  requests('$patch: delete empties a map', make, strategicPatch(cm, { data: { $patch: 'delete' } }), release),
  requests('other values of $patch are refused', make, makeAccount, strategicPatch(cm, { data: { $patch: 'frob' } }), secrets({ name: 'a', $patch: 'frob' }), secrets({ name: 'a', $patch: 'merge' }), release),
  requests('$retainKeys leaves the named fields alone', make, strategicPatch(cm, { data: { $retainKeys: ['a', 'c'], c: '3' } }), strategicPatch(cm, { data: { $retainKeys: ['a'], d: '4' } }), strategicPatch(cm, { data: { $retainKeys: 'a' } }), release),
  requests('$setElementOrder puts the items of a list into an order', makeAccount, strategicPatch(account, { '$setElementOrder/secrets': [{ name: 'c' }, { name: 'd' }, { name: 'a' }], secrets: [{ name: 'd' }] }), strategicPatch(account, { '$setElementOrder/secrets': [{ name: 'a' }, { name: 'b' }] })),
  requests('$setElementOrder orders plain values too', make, strategicPatch(cm, { metadata: { '$setElementOrder/finalizers': ['a.b/two', 'a.b/three', 'a.b/one'], finalizers: ['a.b/three'] } }), release),
  requests('an order that is not that of the patch is refused', makeAccount, strategicPatch(account, { '$setElementOrder/secrets': [{ name: 'a' }, { name: 'b' }], secrets: [{ name: 'b' }, { name: 'a' }] }), strategicPatch(account, { '$setElementOrder/secrets': [{ name: 'a' }], secrets: [{ name: 'q' }] })),
  requests('$deleteFromPrimitiveList takes plain values out of a list', make, strategicPatch(cm, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a.b/one', 'a.b/none'] } }), release),
  requests('a list item without its merge key is refused', makeAccount, secrets({ namespace: 'x' }), secrets({ $patch: 'delete' })),
  requests('owners are merged by their uid', make, strategicPatch(cm, { metadata: { ownerReferences: [owner('1')] } }), strategicPatch(cm, { metadata: { ownerReferences: [owner('2'), { uid: '12345678-1234-1234-1234-123456789011', name: 'renamed' }] } }), strategicPatch(cm, { metadata: { ownerReferences: [{ uid: '12345678-1234-1234-1234-123456789012', $patch: 'delete' }] } }), release),
  requests('the ports of a Service are merged by their number', ['POST', '/api/v1/namespaces/{ns}/services', { body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { clusterIP: 'None', ports: [{ name: 'a', port: 80 }, { name: 'b', port: 81 }], selector: { x: 'y' } } } }], strategicPatch('/api/v1/namespaces/{ns}/services/s', { spec: { ports: [{ port: 81, targetPort: 'web' }, { name: 'c', port: 82 }], selector: { z: 'w' } } })),
  requests('nulls below a new map are dropped', ['POST', configMapsPath, { body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } } }], strategicPatch(cm, { data: { a: null, b: '2' }, metadata: { annotations: { c: null } } })),
  requests('a strategic merge patch that is no object is refused', make, strategicPatch(cm, '[]'), strategicPatch(cm, '"x"'), strategicPatch(cm, '{'), strategicPatch(cm, ''), strategicPatch(cm, 'null'), release),
  requests('what a strategic merge patch makes must be of the right types', make, strategicPatch(cm, { data: { n: 5 } }), strategicPatch(cm, { data: 'x' }), strategicPatch(cm, { immutable: 'yes' }), strategicPatch(cm, { metadata: { labels: { a: 1 } } }), release),
  requests('unknown and duplicate fields of a strategic merge patch are dropped, warned of or refused', make, strategicPatch(cm, { nonsense: 1 }), strategicPatch(`${cm}?fieldValidation=Ignore`, { nonsense: 1 }), strategicPatch(`${cm}?fieldValidation=Strict`, { nonsense: 1 }), strategicPatch(cm, '{"data":{"x":"1","x":"2"}}'), strategicPatch(`${cm}?fieldValidation=Strict`, '{"data":{"x":"1","x":"2"}}'), release),
  requests('an empty strategic merge patch changes nothing', make, strategicPatch(cm, {}), strategicPatch(cm, { data: { a: '1' } }), release),
  requests('custom kinds take no strategic merge patch', ['POST', widgetsPath, { body: wanted({ size: 'small' }) }], strategicPatch(onePath, { spec: { size: 'large' } }), strategicPatch(`${onePath}/status`, {}), strategicPatch(`${onePath}/scale`, {}), strategicPatch(`${gizmosPath}/none`, {})),
  requests('text in a Secret is patched in plain', ['POST', '/api/v1/namespaces/{ns}/secrets', { body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: 'x', b: 'y' } } }], strategicPatch('/api/v1/namespaces/{ns}/secrets/s', { stringData: { a: 'z' }, data: { b: null } }), strategicPatch('/api/v1/namespaces/{ns}/secrets/s', { data: { a: 'not base64' } })),
];
