// Server-side apply of custom objects: what is merged, who owns what, what goes when its last owner drops it.
import { apply, mergePatch, onePath, wanted } from '../asks.ts';
import { requests, type Case } from '../case.ts';
import { configMapsPath, widgetsPath } from '../fixtures.ts';

const small = { size: 'small' };
const force = '&force=true';
const statusPath = `${onePath}/status`;
const withStatus = (status: object): object => ({ apiVersion: 'test.example.com/v1', kind: 'Widget', metadata: { name: 'one' }, status });

export const applyCases: readonly Case[] = [
  requests('apply creates what is not there, and its manager owns what it sent, not the defaults', apply('a', onePath, wanted({ ...small, parts: [{ name: 'x' }], nested: { deep: {} } }))),
  requests('apply owns labels and annotations one by one', apply('a', onePath, wanted(small, { labels: { x: '1', y: '2' }, annotations: { z: '3' } })), apply('b', onePath, wanted(small, { labels: { w: '4' } }))),
  requests('apply merges structs field by field', apply('a', onePath, wanted({ ...small, nested: { deep: { other: 'a' } } })), apply('b', onePath, wanted({ ...small, nested: { deep: { deeper: 'b' } } }), force)),
  requests('apply merges a list by its key and keeps items of others', apply('a', onePath, wanted({ ...small, parts: [{ name: 'x', value: '1' }, { name: 'y' }] })), apply('b', onePath, wanted({ ...small, parts: [{ name: 'z', value: '3' }, { name: 'x', kept: false }] }), force)),
  requests('apply merges a list by several keys, one of them with a default', apply('a', onePath, wanted({ ...small, pairs: [{ port: 80, note: 'a' }, { port: 80, protocol: 'UDP' }] })), apply('b', onePath, wanted({ ...small, pairs: [{ port: 80, protocol: 'TCP', note: 'a' }, { port: 81 }] }))),
  requests('apply merges sets', apply('a', onePath, wanted({ ...small, tags: ['a', 'b'] })), apply('b', onePath, wanted({ ...small, tags: ['c', 'b'] })), apply('a', onePath, wanted({ ...small, tags: ['a'] }))),
  requests('apply replaces atomic lists and maps whole', apply('a', onePath, wanted({ ...small, steps: ['one', 'two'], fixed: { a: '1', b: '2' } })), apply('a', onePath, wanted({ ...small, steps: ['three'], fixed: { b: '3' } }))),
  requests('an atomic map of another manager is a conflict as a whole', apply('a', onePath, wanted({ ...small, fixed: { a: '1' } })), apply('b', onePath, wanted({ fixed: { b: '2' } })), apply('b', onePath, wanted({ fixed: { b: '2' } }), force)),
  requests('apply merges maps of strings key by key', apply('a', onePath, wanted({ ...small, labels: { x: '1', y: '2' } })), apply('b', onePath, wanted({ labels: { z: '3' } })), apply('a', onePath, wanted({ ...small, labels: { y: '2' } }))),
  requests('apply reads fields without a schema by their shape', apply('a', onePath, wanted({ ...small, free: { map: { x: 1, deep: { y: [1, 2] } }, list: [{ name: 'a' }], none: {}, empty: [] } })), apply('b', onePath, wanted({ free: { map: { z: true } } })), apply('a', onePath, wanted({ ...small, free: { map: { x: 2 } } }))),
  requests('apply of an embedded object owns its fields one by one', apply('a', onePath, wanted({ ...small, template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: { a: 'b' } }, spec: { x: 1 } } })), apply('b', onePath, wanted({ template: { apiVersion: 'v1', kind: 'Pod', spec: { y: 2 } } }))),
  requests('apply takes a field away that its only manager no longer applies', apply('a', onePath, wanted({ ...small, word: 'abc', labels: { x: '1' } }, { labels: { l: 'm' } })), apply('a', onePath, wanted(small))),
  requests('apply leaves a field that another manager still owns', apply('a', onePath, wanted({ ...small, word: 'abc' })), apply('b', onePath, wanted({ word: 'abc' })), apply('a', onePath, wanted(small)), apply('b', onePath, wanted({}))),
  requests('apply takes list items away, and leaves those in which another manager owns something', apply('a', onePath, wanted({ ...small, parts: [{ name: 'x', value: '1' }, { name: 'y', value: '2' }] })), apply('b', onePath, wanted({ parts: [{ name: 'x', kept: false }] }), force), apply('a', onePath, wanted(small))),
  requests('a field with a default comes back with it once it is dropped', apply('a', onePath, wanted({ ...small, replicas: 5, notNone: 'mine', parts: [{ name: 'x', kept: false }] })), apply('a', onePath, wanted({ ...small, parts: [{ name: 'x' }] }))),
  requests('apply of the same again changes nothing', apply('a', onePath, wanted({ ...small, parts: [{ name: 'x' }], free: { a: 1 } })), apply('a', onePath, wanted({ ...small, parts: [{ name: 'x' }], free: { a: 1 } }))),
  requests('a second manager of equal values shares the ownership', apply('a', onePath, wanted(small)), apply('b', onePath, wanted(small)), apply('c', onePath, wanted({ size: 'large' }))),
  requests('a manager with nothing left goes from managedFields', apply('a', onePath, wanted({ ...small, word: 'abc' })), apply('b', onePath, wanted({ word: 'abc' })), apply('b', onePath, { apiVersion: 'test.example.com/v1', kind: 'Widget' })),
  requests('forced apply takes fields over, and who loses all goes', apply('a', onePath, wanted(small)), apply('b', onePath, wanted({ size: 'large' }), force)),
  requests('an update takes ownership from who applied', apply('a', onePath, wanted({ ...small, word: 'abc', replicas: 2 })), mergePatch(`${onePath}?fieldManager=b`, { spec: { word: 'xyz' } }), apply('a', onePath, wanted({ ...small, word: 'abc', replicas: 2 })), apply('a', onePath, wanted({ ...small, replicas: 2 }))),
  requests('apply of status is a manager of its own, and touches nothing else', apply('a', onePath, wanted(small)), apply('a', statusPath, { ...withStatus({ phase: 'Ready', conditions: [{ type: 'Ready', status: 'True' }] }), spec: { size: 'large' } }), apply('b', statusPath, withStatus({ phase: 'Other' })), apply('a', statusPath, withStatus({ conditions: [{ type: 'Ready', status: 'False' }] }))),
  requests('apply of an object does not touch its status', apply('a', onePath, wanted(small)), apply('a', onePath, { ...wanted(small), status: { phase: 'ignored' } })),
  requests('apply of the status of what is not there is NotFound', apply('a', statusPath, withStatus({ phase: 'Ready' }))),
  requests('apply of metadata through status is not owned', apply('a', onePath, wanted(small)), apply('b', statusPath, { ...withStatus({ phase: 'Ready' }), metadata: { name: 'one', labels: { x: '1' } } })),
  requests('a scale that is applied conflicts with who owns the replicas', apply('a', onePath, wanted({ ...small, replicas: 2 })),
    apply('b', `${onePath}/scale`, { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'one' }, spec: { replicas: 3 } }),
    apply('b', `${onePath}/scale`, { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'one' }, spec: { replicas: 3 } }, force), ['GET', onePath]),
  requests('a field manager in two versions keeps one entry', apply('a', onePath, wanted({ ...small, word: 'abc' })), apply('a', onePath.replace('/v1/', '/v1beta1/'), { ...wanted({ ...small, word: 'abc', replicas: 3 }), apiVersion: 'test.example.com/v1beta1' }), apply('a', onePath, wanted(small))),
  requests('an update manager in two versions has two entries', apply('x', onePath, wanted(small)), mergePatch(`${onePath}?fieldManager=b`, { spec: { word: 'abc' } }), mergePatch(`${onePath.replace('/v1/', '/v1beta1/')}?fieldManager=b`, { spec: { replicas: 7 } }), apply('a', onePath, wanted({ ...small, word: 'xyz', replicas: 8 }))),
  requests('dry-run apply answers and stores nothing', apply('a', onePath, wanted(small), '&dryRun=All'), ['GET', onePath], apply('a', onePath, wanted(small)), apply('a', onePath, wanted({ size: 'large' }), '&dryRun=All'), apply('b', onePath, wanted({ size: 'large' }), '&dryRun=All'), ['GET', onePath]),
  requests('apply over an object without managers owns the rest as before-first-apply', ['POST', widgetsPath, { body: wanted({ ...small, word: 'abc' }) }], mergePatch(onePath, { metadata: { managedFields: [{}] } }), apply('a', onePath, wanted({ size: 'large' })), apply('a', onePath, wanted({ size: 'large' }), force)),
  requests('an empty list of managedFields clears them, another null or absent does not', apply('a', onePath, wanted(small)), mergePatch(onePath, { metadata: { managedFields: null } }), mergePatch(`${onePath}?fieldManager=z`, { metadata: { managedFields: [] } }), mergePatch(`${onePath}?fieldManager=z`, { spec: { word: 'abc' } }), apply('a', onePath, wanted(small))),
  requests('more than ten updaters are folded into one, and an object that nobody owns anything of records none', ['POST', `${widgetsPath}?fieldManager=m0`, { body: wanted(small) }],
    ...Array.from({ length: 13 }, (_, index) => mergePatch(`${onePath}?fieldManager=n${String.fromCharCode(97 + index)}`, { spec: { labels: { [`k${index % 5}`]: String(index) }, free: { [`f${index}`]: index } } })),
    ['POST', configMapsPath, { body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } } }], mergePatch(`${configMapsPath}/one`, { data: { a: '1' } })),
  requests('updates record who changed what', ['POST', `${widgetsPath}?fieldManager=maker`, { body: wanted({ ...small, tags: ['a'], parts: [{ name: 'x' }], steps: ['s'], free: { a: { b: [] } }, none: null }) }], mergePatch(`${onePath}?fieldManager=patcher`, { spec: { tags: ['a', 'b'], parts: [{ name: 'x', value: '1' }, { name: 'y' }], free: { a: null, c: 1 } } }), mergePatch(`${onePath}?fieldManager=remover`, { spec: { tags: null, parts: [{ name: 'y' }] } })),
];
