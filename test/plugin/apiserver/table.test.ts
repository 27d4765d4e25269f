// Ages, JSONPath and duplicate fields: the small pure parts, by tables.
import test from 'ava';
import { kindNamed, kinds } from '../../../operator/api/kinds.ts';
import { scanJson } from '../../../plugin/apiserver/rest/json-scan.ts';
import { parsePath } from '../../../plugin/apiserver/rest/path.ts';
import { humanDuration } from '../../../plugin/apiserver/table/age.ts';
import { evaluate, parseJsonPath } from '../../../plugin/apiserver/table/json-path.ts';
import { matches, patternFault } from '../../../plugin/apiserver/schema/pattern.ts';

test('durations read as kubectl prints them', (t) => {
  const minute = 60;
  const hour = 3600;
  const day = 86400;
  const rows: readonly (readonly [number, string])[] = [
    [0, '0s'], [119, '119s'], [120, '2m'], [125, '2m5s'], [10 * minute, '10m'], [179 * minute, '179m'], [3 * hour, '3h'], [5 * hour + 60, '5h1m'], [9 * hour, '9h'],
    [47 * hour, '47h'], [48 * hour, '2d'], [2 * day + hour, '2d1h'], [8 * day, '8d'], [800 * day, '2y70d'], [-5, '<invalid>'],
  ];
  for (const [seconds, text] of rows) t.is(humanDuration(seconds * 1000), text);
});

test('printer columns find fields, indexes, all items and filtered items', (t) => {
  const root = { spec: { list: [{ type: 'a', n: 1 }, { type: 'b', n: 2 }], 'a.b': 'dotted', map: { x: 1, y: 2 } } };
  const rows: readonly (readonly [string, unknown])[] = [
    ['.spec.list[0].n', [1]], ['.spec.list[-1].n', [2]], ['.spec.list[*].n', [1, 2]], ['.spec.list[?(@.type=="b")].n', [2]], [".spec.list[?(@.type!='b')].n", [1]], ['.spec.a\\.b', ['dotted']],
    [".spec['a\\.b']", ['dotted']], [".spec['a.b']", []], ['.spec.list[0:1].n', [1]], ['..n', [1, 2]], ['.spec.list[?(@.n>1)].type', ['b']], ['.spec.list[?(@.none)].n', []], ['.spec.list[0,1].n', [1, 2]], ['.spec.map.*', [1, 2]], ['.spec.none.deeper', []], ['.constructor', []],
  ];
  for (const [path, expected] of rows) t.deepEqual(evaluate(parseJsonPath(path) ?? [], root) as unknown, expected, path);
  for (const path of ['.spec[', '.spec[?(@.a]', '.spec[x]', '{range .x}']) t.is(parseJsonPath(path), undefined, path);
});

test('a path that would multiply its work finds nothing', (t) => {
  let chain: unknown = 1;
  for (let i = 0; i < 2000; i++) chain = { a: chain };
  t.deepEqual(evaluate(parseJsonPath('..a..a..a') ?? [], chain), []);
});

test('the columns of our kinds are paths that are understood, and tell whether a route or a policy is in effect', (t) => {
  const cell = (kind: string, column: string, object: unknown): unknown => {
    const path = kindNamed(kind)?.columns.find(({ name }) => name === column)?.jsonPath ?? '';
    return evaluate(parseJsonPath(path) ?? [], object)[0];
  };
  for (const { kind, columns } of kinds) for (const { jsonPath } of columns) t.truthy(parseJsonPath(jsonPath), `${kind} ${jsonPath}`);
  const conditions = [{ type: 'Accepted', status: 'True' }, { type: 'ResolvedRefs', status: 'False' }];
  const objects = { AIProviderRoute: { status: { parents: [{ conditions }] } }, CredentialInjectionPolicy: { status: { ancestors: [{ conditions }] } } };
  for (const [kind, object] of Object.entries(objects)) t.deepEqual([cell(kind, 'Accepted', object), cell(kind, 'Ready', object), cell(kind, 'Ready', {})], ['True', 'False', undefined], kind);
});

test('duplicate fields are named by their path', (t) => {
  t.deepEqual(scanJson('{"a":1,"b":{"c":[{"d":1,"d":2}],"c":1},"a":"\\"a\\":"}'), ['b.c[0].d', 'b.c', 'a']);
  t.deepEqual(scanJson('{"a":{"x":1},"b":{"x":1},"c":["x","x"]}'), []);
  t.throws(() => scanJson('{"\\u005f_proto__":1}'), { message: /__proto__/ });
});

test('resource paths are taken apart', (t) => {
  t.like(parsePath('/api/v1/namespaces/a/secrets/b'), { group: '', plural: 'secrets', namespace: 'a', name: 'b', subresource: undefined } as never);
  t.like(parsePath('/api/v1/namespaces/a'), { plural: 'namespaces', name: 'a', namespace: undefined } as never);
  t.like(parsePath('/api/v1/namespaces/a/status'), { plural: 'namespaces', name: 'a', subresource: 'status' } as never);
  t.like(parsePath('/apis/g.io/v1/things/x/scale'), { group: 'g.io', plural: 'things', name: 'x', subresource: 'scale' } as never);
  t.like(parsePath('/api/v1/namespaces/a/services/https:s:p/proxy/v1/x%2Fy'), { plural: 'services', name: 'https:s:p', subresource: 'proxy', rest: 'v1/x%2Fy' } as never);
  for (const path of ['/', '/api', '/api/v1', '/apis/g/v1', '/api/v1/namespaces/a/secrets/b/c/d', '/healthz']) t.is(parsePath(path), undefined, path);
});

test('a pattern means what RE2 means or is not taken, and none can hang', (t) => {
  t.true(matches('(?i)^abc$', 'ABC'));
  t.false(matches('^(a+)+$', `${'a'.repeat(5000)}b`));
  for (const pattern of ['(?=a)', '(a)\\1', '(?<!a)b', '(']) t.truthy(patternFault(pattern), pattern);
});
