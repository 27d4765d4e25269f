// What server-side apply refuses, and with which words: conflicts, values it cannot type, wrong bodies and options.
import { apply, jsonPatch, mergePatch, onePath, strategicPatch, wanted } from '../asks.ts';
import { requests, type Case } from '../case.ts';
import { configMap, configMapsPath, gizmo, gizmosPath, widgetsPath } from '../fixtures.ts';

const small = { size: 'small' };
const widget = (more: object): object => ({ apiVersion: 'test.example.com/v1', kind: 'Widget', metadata: { name: 'one' }, ...more });
const yaml = (text: string): readonly [string, string, object] => apply('a', onePath, text);
const long = 'x'.repeat(129);

export const applyRefusalCases: readonly Case[] = [
  requests('one conflict names its owner and its field', apply('a', onePath, wanted(small)), apply('b', onePath, wanted({ size: 'large' }))),
  requests('several conflicts with one manager are listed', apply('a', onePath, wanted({ ...small, word: 'abc', replicas: 2, parts: [{ name: 'x', value: '1' }], tags: ['t'] }, { labels: { 'a.b/c': 'd' } })),
    apply('b', onePath, wanted({ size: 'large', word: 'xyz', replicas: 3, parts: [{ name: 'x', value: '2' }], tags: ['t'] }, { labels: { 'a.b/c': 'e' } }))),
  requests('conflicts with several managers are listed by manager', apply('m2', onePath, wanted({ ...small, word: 'abc' })), apply('m1', onePath, wanted({ replicas: 2, pairs: [{ port: 80, note: 'n' }] })),
    mergePatch(`${onePath}?fieldManager=m0`, { spec: { ratio: 1.5, free: { a: { b: 1 } } } }), apply('b', onePath, wanted({ size: 'large', word: 'xyz', replicas: 3, ratio: 2.5, free: { a: { b: 2 } }, pairs: [{ port: 80, note: 'o' }] }))),
  requests('a conflict with an update names its version', ['POST', `${widgetsPath}?fieldManager=maker`, { body: wanted(small) }], apply('a', onePath, wanted({ size: 'large' })), mergePatch(`${onePath}/status?fieldManager=sub`, { status: { phase: 'x' } }), apply('b', `${onePath}/status`, widget({ status: { phase: 'y' } }))),
  requests('apply without a field manager is refused', ['PATCH', onePath, { body: wanted(small), headers: { 'content-type': 'application/apply-patch+yaml' } }], apply('', onePath, wanted(small))),
  requests('a field manager that is too long or not printable is refused', apply(long, onePath, wanted(small)), apply('a%07b', onePath, wanted(small)), ['POST', `${widgetsPath}?fieldManager=${long}`, { body: wanted(small) }], ['POST', `${widgetsPath}?fieldManager=a%0ab`, { body: wanted(small) }]),
  requests('force is for apply alone', ['POST', widgetsPath, { body: wanted(small) }], mergePatch(`${onePath}?force=true`, {}), jsonPatch(`${onePath}?force=true`, []), mergePatch(`${onePath}?force=false`, {}), apply('a', onePath, wanted(small), '&force=yes')),
  requests('options of patches are checked', mergePatch(`${onePath}?dryRun=some`, {}), mergePatch(`${onePath}?fieldValidation=Loud`, {}), apply('a', onePath, wanted(small), '&dryRun=None'), apply('a', onePath, wanted(small), '&fieldValidation=Loud')),
  requests('an applied object of another version or kind is refused', apply('a', onePath, { ...wanted(small), apiVersion: 'test.example.com/v1beta1' }), apply('a', onePath, { ...wanted(small), kind: 'Gadget' }), apply('a', onePath, { ...wanted(small), apiVersion: 'v1', kind: 'ConfigMap' }), apply('a', `${configMapsPath}/one`, wanted(small))),
  requests('an applied object without version or kind is refused', apply('a', onePath, { kind: 'Widget', spec: small }), apply('a', onePath, { apiVersion: 'test.example.com/v1', spec: small }), apply('a', onePath, {}), apply('a', `${configMapsPath}/one`, { data: { a: 'b' } })),
  requests('an applied object takes its name and namespace from the path', apply('a', onePath, { apiVersion: 'test.example.com/v1', kind: 'Widget', spec: small }), apply('a', `${configMapsPath}/two`, { apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b' } })),
  requests('an applied object with another name or namespace is refused', apply('a', onePath, wanted(small, { name: 'two' })), apply('a', onePath, wanted(small, { namespace: 'other' })), apply('a', `${configMapsPath}/one`, configMap('two')), apply('a', `${configMapsPath}/one`, configMap('one', {}, { namespace: 'other' })), apply('a', `${gizmosPath}/{u}`, gizmo('two'))),
  requests('apply with managedFields is refused', apply('a', onePath, wanted(small, { managedFields: [{ manager: 'x', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} }] })), apply('a', onePath, wanted(small, { managedFields: [] })), apply('a', onePath, wanted(small, { managedFields: null }))),
  requests('apply with a resourceVersion creates nothing and is a conflict when it is old', apply('a', onePath, wanted(small, { resourceVersion: '1' })), apply('a', onePath, wanted(small)), apply('a', onePath, wanted(small, { resourceVersion: '1' })), apply('a', onePath, wanted({ size: 'large' }, { resourceVersion: '1' }))),
  requests('apply with a uid creates nothing and is a conflict when it is another', apply('a', onePath, wanted(small, { uid: 'abc' })), apply('a', onePath, wanted(small)), apply('a', onePath, wanted({ size: 'large' }, { uid: 'abc' }))),
  requests('an applied generateName is kept beside the name', apply('a', onePath, wanted(small, { generateName: 'one-' })), apply('a', onePath, wanted(small))),
  requests('what the server keeps can be in an applied object', apply('a', onePath, wanted(small, { creationTimestamp: '2020-01-01T00:00:00Z', generation: 7, selfLink: '/x' })), apply('a', onePath, wanted(small, { creationTimestamp: null }))),
  requests('a list item without its keys cannot be applied', apply('a', onePath, wanted({ ...small, parts: [{ value: '1' }] })), apply('a', onePath, wanted({ ...small, pairs: [{ note: 'x' }] })), apply('a', onePath, wanted({ ...small, parts: ['x'] })), apply('a', onePath, wanted({ ...small, parts: [null] }))),
  requests('duplicates in a keyed list or set cannot be applied', apply('a', onePath, wanted({ ...small, parts: [{ name: 'x' }, { name: 'x' }] })), apply('a', onePath, wanted({ ...small, tags: ['a', 'a'] })), apply('a', onePath, wanted({ ...small, pairs: [{ port: 1 }, { port: 1, protocol: 'TCP' }] }))),
  requests('wrong types cannot be applied', apply('a', onePath, wanted({ size: 5 })), apply('a', onePath, wanted({ ...small, replicas: 'many' })), apply('a', onePath, wanted({ ...small, nested: 'x' })), apply('a', onePath, wanted({ ...small, parts: {} })), apply('a', onePath, wanted({ ...small, tags: [{}] })), apply('a', onePath, wanted({ ...small, port: true })), apply('a', onePath, wanted({ ...small, labels: { a: 1 } })), apply('a', onePath, wanted({ ...small, steps: [1] }))),
  {
    title: 'several wrong values are told at once, in any order',
    run: async ({ note, request, quietly }) => {
      const { body } = await quietly(() => request(...apply('a', onePath, wanted({ size: 5, word: true, parts: [{ value: '1' }], nested: { deep: { other: 3 } } }))));
      note('lines of the message', String(body['message']).split('\n').toSorted());
    },
  },
  requests('an unknown field cannot be applied', apply('a', onePath, wanted({ ...small, nonsense: 1 })), apply('a', onePath, widget({ nonsense: 1, spec: small })), apply('a', onePath, wanted({ ...small, parts: [{ name: 'x', nonsense: 1 }] })), apply('a', onePath, wanted(small, { nonsense: 1 })), apply('a', onePath, wanted({ ...small, nonsense: 1 }), '&fieldValidation=Ignore'), apply('a', onePath, wanted({ ...small, nonsense: 1 }), '&fieldValidation=Strict')),
  requests('applied nulls are null where they may be', apply('a', onePath, wanted({ ...small, none: null })), apply('a', onePath, wanted({ ...small, notNone: null })), apply('a', onePath, wanted({ ...small, word: null })), apply('a', onePath, wanted({ ...small, nested: null, parts: null, labels: null })), apply('a', onePath, wanted({ ...small, free: null })), apply('a', onePath, wanted({ ...small, free: { x: null } })), apply('a', onePath, widget({ spec: null }))),
  requests('an applied object must be valid in the end', apply('a', onePath, wanted({})), apply('a', onePath, wanted({ size: 'huge' })), apply('a', onePath, wanted(small)), apply('a', onePath, wanted({ word: 'ab' })), apply('b', onePath, wanted({ replicas: 1000 }), '&force=true')),
  requests('an applied name must be valid', apply('a', `${widgetsPath}/Bad_Name`, wanted(small, { name: 'Bad_Name' }))),
  requests('a body that is no YAML object cannot be applied', yaml('- a\n- b\n'), yaml('just words'), yaml(''), yaml('null')),
  requests('a body that is no YAML cannot be applied', yaml('{'), yaml('a: [1, 2'), yaml('a: 1\n b: 2\n')),
  requests('YAML is applied as JSON is', yaml('apiVersion: test.example.com/v1\nkind: Widget\nmetadata:\n  name: one\nspec:\n  size: small # a comment\n  tags: [a, "b"]\n')),
  requests('duplicate fields in applied YAML are warned of, or refused', yaml('apiVersion: test.example.com/v1\nkind: Widget\nmetadata: {name: one}\nspec:\n  size: small\n  size: large\n'), apply('a', onePath, 'apiVersion: test.example.com/v1\nkind: Widget\nmetadata: {name: one}\nspec:\n  size: small\n  size: large\n', '&fieldValidation=Strict'), apply('a', onePath, 'apiVersion: test.example.com/v1\nkind: Widget\nmetadata: {name: one}\nspec:\n  size: small\n  size: large\n', '&fieldValidation=Ignore')),
  requests('another type of patch is not taken', ['PATCH', onePath, { body: wanted(small), headers: { 'content-type': 'application/json' } }], ['PATCH', onePath, { body: 'x', headers: { 'content-type': '' } }], strategicPatch(onePath, {}), ['PATCH', `${configMapsPath}/one`, { body: {}, headers: { 'content-type': 'text/plain' } }], apply('a', `${onePath}`, wanted(small), '&pretty=false')),
  requests('apply to a collection or a missing namespace is refused', ['PATCH', `${widgetsPath}?fieldManager=a`, { body: wanted(small), headers: { 'content-type': 'application/apply-patch+yaml' } }], apply('a', onePath.replace('{ns}', 'nowhere'), wanted(small)), apply('a', `${configMapsPath.replace('{ns}', 'nowhere')}/one`, configMap('one'))),
];
