// Merge patches (RFC 7386): null removes, objects merge, everything else replaces; and what no patch may change.
import { jsonPatch, mergePatch, onePath, strategicPatch, wanted } from '../asks.ts';
import { requests, type Case } from '../case.ts';
import { configMap, configMapsPath, gizmo, gizmosPath, widgetsPath } from '../fixtures.ts';

const cm = `${configMapsPath}/one`;
const make = ['POST', configMapsPath, { body: configMap('one', { a: '1', b: '2' }, { labels: { l: 'm' }, annotations: { n: 'o' } }) }] as const;
const makeWidget = ['POST', widgetsPath, { body: wanted({ size: 'small', tags: ['a', 'b'], parts: [{ name: 'x' }], labels: { a: 'b', c: 'd' }, free: { a: { b: 1 }, list: [{ x: null }] } }) }] as const;
const spec = (value: unknown): readonly [string, string, object] => mergePatch(onePath, { spec: value });

export const mergePatchCases: readonly Case[] = [
  requests('a merge patch merges objects, and null removes', make, mergePatch(cm, { data: { a: '9', b: null, c: '3' } }), mergePatch(cm, { data: null })),
  requests('a merge patch replaces lists whole', makeWidget, spec({ tags: ['z'], parts: [{ name: 'y', value: '2' }] })),
  requests('a merge patch puts anything in the place of anything', makeWidget, spec({ free: { a: [1], list: { x: { y: null, z: 1 } } } }), spec({ free: { a: 'text', list: 5 } }), spec({ free: { a: { deep: { er: null } } } }), spec({ free: { list: [null, { x: null }] } })),
  requests('nulls below a new object are dropped', makeWidget, spec({ nested: { deep: { other: null } }, free: { fresh: { a: null, b: { c: null } } } })),
  requests('an empty merge patch changes nothing', makeWidget, mergePatch(onePath, {}), spec({}), mergePatch(onePath, { metadata: { labels: null } }), spec({ size: 'small' })),
  requests('a merge patch without the last label leaves none', make, mergePatch(cm, { metadata: { labels: { l: null }, annotations: {} } }), mergePatch(cm, { metadata: { annotations: { n: null } } })),
  requests('a merge patch of what is not there is NotFound', mergePatch(onePath, {}), mergePatch(cm, { data: { a: 'b' } }), mergePatch(`${gizmosPath}/{u}`, {}), mergePatch(onePath, 'nonsense')),
  requests('a merge patch that is no object is refused', makeWidget, mergePatch(onePath, '[]'), mergePatch(onePath, '"x"'), mergePatch(onePath, 'null'), mergePatch(onePath, '{'), mergePatch(onePath, ''), mergePatch(onePath, '5'), mergePatch(onePath, '{"a":1}{"b":2}')),
  requests('a patch cannot change the name', make, mergePatch(cm, { metadata: { name: 'two' } }), mergePatch(cm, { metadata: { name: null } }), jsonPatch(cm, [{ op: 'replace', path: '/metadata/name', value: 'two' }]), strategicPatch(cm, { metadata: { name: 'two' } })),
  requests('a patch cannot change the namespace', make, makeWidget, mergePatch(cm, { metadata: { namespace: 'other' } }), mergePatch(onePath, { metadata: { namespace: 'other' } }), mergePatch(cm, { metadata: { namespace: null } }), mergePatch(`${gizmosPath}/none`, { metadata: { namespace: 'x' } })),
  requests('a patch cannot change the uid', make, makeWidget, mergePatch(cm, { metadata: { uid: 'abc' } }), mergePatch(onePath, { metadata: { uid: 'abc' } }), mergePatch(cm, { metadata: { uid: null } })),
  requests('a patch cannot change kind or version', make, makeWidget, mergePatch(cm, { kind: 'Secret' }), mergePatch(onePath, { kind: 'Gizmo' }), mergePatch(onePath, { apiVersion: 'test.example.com/v1beta1' }), mergePatch(cm, { apiVersion: 'v2' }), mergePatch(onePath, { kind: null }), mergePatch(onePath, { apiVersion: 'other/v1' })),
  requests('what the server keeps does not change with a patch', makeWidget, mergePatch(onePath, { metadata: { creationTimestamp: '2020-01-01T00:00:00Z', generation: 99, selfLink: '/x' } }), mergePatch(onePath, { metadata: { creationTimestamp: null, generation: null } }), mergePatch(onePath, { status: { phase: 'x' } })),
  {
    title: 'a patch with a resourceVersion is for that version alone',
    run: async ({ request }) => {
      const { body } = await request(...make);
      const version = body['metadata']?.['resourceVersion'];
      await request(...mergePatch(cm, { metadata: { resourceVersion: version }, data: { a: '2' } }));
      await request(...mergePatch(cm, { metadata: { resourceVersion: version }, data: { a: '3' } }));
      await request(...jsonPatch(cm, [{ op: 'replace', path: '/metadata/resourceVersion', value: version }]));
      await request(...strategicPatch(cm, { metadata: { resourceVersion: version } }));
      await request(...mergePatch(cm, { metadata: { resourceVersion: 'no number' } }));
    },
  },
  requests('a patch without a resourceVersion is refused for custom kinds', make, makeWidget, mergePatch(cm, { metadata: { resourceVersion: null }, data: { z: '1' } }), mergePatch(onePath, { metadata: { resourceVersion: null }, spec: { size: 'large' } }), mergePatch(onePath, { metadata: { resourceVersion: '0' } }), mergePatch(cm, { metadata: { resourceVersion: '' } })),
  requests('a patched object must be valid', makeWidget, spec({ size: 'huge' }), spec({ replicas: 1000, word: 'x' }), spec(null), spec({ size: null }), spec({ parts: [{ name: 'a' }, { name: 'a' }] }), spec({ tags: ['a', 'a'] })),
  requests('immutable data cannot be patched', ['POST', configMapsPath, { body: { ...configMap('one'), immutable: true } }], mergePatch(cm, { data: { a: '2' } }), mergePatch(cm, { immutable: false }), mergePatch(cm, { immutable: null }), mergePatch(cm, { metadata: { labels: { a: 'b' } } })),
  requests('nulls in a patched list are what they are', makeWidget, spec({ tags: ['a', null] }), spec({ parts: [null] }), spec({ free: { list: [null] } })),
  requests('a patch of status changes status alone', makeWidget, mergePatch(`${onePath}/status`, { spec: { size: 'large' }, status: { phase: 'Ready' } }), jsonPatch(`${onePath}/status`, [{ op: 'add', path: '/status/replicas', value: 3 }]), mergePatch(`${onePath}/status`, { status: null }), mergePatch(`${onePath}/status`, { metadata: { labels: { a: 'b' } } })),
  requests('a dry-run patch answers and stores nothing', make, mergePatch(`${cm}?dryRun=All`, { data: { a: '7' } }), ['GET', cm]),
  requests('unknown and duplicate fields of a merge patch are dropped, warned of or refused', makeWidget, spec({ nonsense: 1 }), mergePatch(`${onePath}?fieldValidation=Ignore`, { spec: { nonsense: 1 } }), mergePatch(onePath, '{"spec":{"size":"small","size":"large"}}'), mergePatch(`${onePath}?fieldValidation=Strict`, '{"spec":{"word":"ab","word":"abc"}}'), mergePatch(`${onePath}?fieldValidation=Ignore`, '{"spec":{"word":"ab","word":"abc"}}')),
  requests('a patch of a cluster-wide object', ['POST', gizmosPath, { body: gizmo('{u}') }], mergePatch(`${gizmosPath}/{u}`, { spec: { count: 3 } }), jsonPatch(`${gizmosPath}/{u}`, [{ op: 'remove', path: '/spec/note' }]), mergePatch(`${gizmosPath}/{u}/status`, { status: { seen: true } }), ['DELETE', `${gizmosPath}/{u}`]),
  requests('a patch of a finalizer of an object that is being deleted lets it go', ['POST', configMapsPath, { body: configMap('one', {}, { finalizers: ['a.b/c'] }) }], ['DELETE', cm], mergePatch(cm, { metadata: { finalizers: ['a.b/c', 'd.e/f'] } }), mergePatch(cm, { metadata: { finalizers: null } }), ['GET', cm]),
  // An owner of a kind that nobody knows does not take the object with it, unlike one that is only not there.
  requests('owners are patched as they are', make, mergePatch(cm, { metadata: { ownerReferences: [{ apiVersion: 'no.such.group/v1', kind: 'Thing', name: 'x', uid: '12345678-1234-1234-1234-123456789012' }] } }), mergePatch(cm, { metadata: { ownerReferences: [{ apiVersion: 'no.such.group/v1', kind: 'Thing' }] } }), mergePatch(cm, { metadata: { ownerReferences: null } })),
];
