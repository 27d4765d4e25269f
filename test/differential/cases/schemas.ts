// What a schema demands, keyword by keyword: the words, the field and the reason of each refusal.
import { requests, type Ask, type Case } from '../case.ts';
import { widgetsPath } from '../fixtures.ts';

const thing = (name: string, spec: object): object => ({ apiVersion: 'test.example.com/v1', kind: 'Widget', metadata: { name }, spec: { size: 'small', ...spec } });
type Asked = readonly [method: string, path: string, ask?: Ask];
const posts = (...specs: readonly object[]): readonly Asked[] => specs.map((spec, index) => ['POST', widgetsPath, { body: thing(`n${index}`, spec) }]);
const values = (field: string, ...all: readonly unknown[]): readonly Asked[] => posts(...all.map((value) => ({ [field]: value })));

const definition = (schema: object): object => ({
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'things.{u}.example.com' },
  spec: { group: '{u}.example.com', scope: 'Namespaced', names: { plural: 'things', kind: 'Thing' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: schema } } } }] },
});

/** A kind of the case's own whose spec has this schema, and objects of it. */
function of(title: string, schema: object, ...specs: readonly unknown[]): Case {
  return {
    title,
    run: async ({ request, until, quietly, unique }) => {
      const path = `/apis/${unique}.example.com/v1/namespaces/{ns}/things`;
      const name = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.${unique}.example.com`;
      await quietly(async () => {
        await request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: definition(schema) });
        await until('POST', path, ({ status }) => status !== 404 && status !== 503, { body: { apiVersion: `${unique}.example.com/v1`, kind: 'Thing', metadata: { name: 'Probe_' } } });
      });
      for (const [index, spec] of specs.entries()) await request('POST', path, { body: { apiVersion: `${unique}.example.com/v1`, kind: 'Thing', metadata: { name: `n${index}` }, spec }, keep: (body) => (body['kind'] as unknown === 'Status' ? body : body['spec']) });
      await quietly(() => request('DELETE', name));
    },
  };
}

const str = { type: 'string' } as const;
const int = { type: 'integer' } as const;
const obj = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more });
const a = (schema: object): object => obj({ a: schema });
const all = (...given: readonly unknown[]): readonly object[] => given.map((value) => ({ a: value }));
const formatted = (format: string, ...texts: readonly string[]): Case => of(`the format ${format} is checked as the real server checks it`, a({ type: 'string', format }), ...all(...texts));

export const schemaCases: readonly Case[] = [
  requests('a wrong type is named with the right one', ...values('size', 1, true, [], {}), ...values('replicas', 'x', true, [], {}, 1.5), ...values('ratio', 'x', true), ...values('parts', {}, 'x', 1), ...values('labels', [], 'x', 1), ...values('nested', [], 1), posts({ parts: [1, 'x', []] })[0] ?? ['GET', '/'], posts({ labels: { a: 1, b: {} } })[0] ?? ['GET', '/']),
  requests('a spec of a wrong type is named', ...[[], 'x', 1, null].map((spec): Asked => ['POST', widgetsPath, { body: { ...thing('one', {}), spec } }])),
  requests('what an enumeration lacks is refused with all it has', ...values('size', 'huge', '', 'Small')),
  requests('limits of numbers are named', ...values('replicas', -1, 101, 2147483648, -2147483649), ...values('ratio', 0, -1, 0.25, 1.3, 1000000.25)),
  requests('limits of texts are named', ...values('word', 'a', '', 'abcdef', 'AB', 'ABCDEF', 'é', 'ééééé', '🎉', 'a"b', 'a\nb', 'a\\b')),
  requests('a list with too many, or the same twice, is refused', ...values('tags', ['a', 'a'], ['a', 'b', 'a', 'b'], []), ...values('parts', Array.from({ length: 11 }, (_, index) => ({ name: `n${index}` })), [{ name: 'a' }, { name: 'a' }], [{ name: 'a' }, { name: 'b' }, { name: 'a' }, { name: 'a' }], [{ value: 'x' }]), ...values('pairs', [{ port: 1 }, { port: 1, protocol: 'TCP' }], [{ port: 1 }, { port: 1, protocol: 'UDP' }], [{}, {}])),
  requests('a map with too many keys is refused', ...values('labels', { a: 'a', b: 'b', c: 'c', d: 'd', e: 'e', f: 'f' })),
  requests('what is required is named', ['POST', widgetsPath, { body: { apiVersion: 'test.example.com/v1', kind: 'Widget', metadata: { name: 'one' }, spec: {} } }], ...values('parts', [{}], [{ value: 'a' }]), ...values('pairs', [{ protocol: 'TCP' }])),
  requests('one of several, and only one', ...values('choice', {}, { left: 'a' }, { left: 'a', right: 'b' }, { left: 1 }, { up: 'x' })),
  requests('all faults of an object are named', ['POST', widgetsPath, { body: { apiVersion: 'test.example.com/v1', kind: 'Widget', metadata: { name: 'A_B', labels: { 'a b': 'c d' } }, spec: { replicas: -1, word: 'ABCDEFG', tags: ['a', 'a'], ratio: 'x', choice: {} } } }]),
  requests('a date and bytes are checked', ...values('since', 'now', '2024-01-01', '2024-01-01T00:00:00Z', '2024-01-01T25:00:00Z', '2024-02-30T00:00:00Z', '2024-01-01t00:00:00.123+01:00', '2024-01-01 00:00:00Z', ''), ...values('secret', 'YQ==', 'YQ', '!', '', 'YWJj\n')),
  of('all of several schemas must hold', a({ type: 'string', allOf: [{ minLength: 3 }, { pattern: '^a' }] }), ...all('abc', 'ab', 'xyz', 'x', 1)),
  of('any of several schemas must hold', a({ type: 'string', anyOf: [{ minLength: 5 }, { pattern: '^a' }] }), ...all('abc', 'xxxxx', 'x', 1)),
  of('one of several schemas must hold', a({ type: 'string', oneOf: [{ minLength: 5 }, { pattern: '^a' }] }), ...all('abc', 'xxxxx', 'axxxx', 'x')),
  of('a schema that must not hold', a({ type: 'string', not: { pattern: '^a' } }), ...all('abc', 'x')),
  of('combinations inside of an object name the object', obj({ a: str, b: int }, { anyOf: [{ required: ['a'] }, { required: ['b'] }], not: { required: ['a', 'b'] }, allOf: [{ properties: { b: { minimum: 3 } } }] }), { a: 'x' }, { b: 1 }, {}, { a: 'x', b: 5 }, { a: 1, b: 1 }),
  of('combinations below combinations', obj({ a: str, b: str }, { oneOf: [{ anyOf: [{ required: ['a'] }], properties: { a: { minLength: 3 } } }, { required: ['b'], properties: { b: { enum: ['x', 'y'] } } }] }), { a: 'abc' }, { a: 'a' }, { b: 'x' }, { b: 'z' }, { a: 'abc', b: 'x' }, {}),
  of('an integer or a text with further limits', a({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }], pattern: '^\\d+%$', maximum: 5, maxLength: 4 }), ...all(1, 6, '1%', 'x', '12345%', true)),
  of('limits of numbers, with and without their ends', obj({ a: { type: 'number', minimum: 1, maximum: 5, exclusiveMaximum: true }, b: { type: 'integer', minimum: 1000000, maximum: 5000000000 }, c: { type: 'integer', multipleOf: 3 }, d: { type: 'number', multipleOf: 0.1 }, e: { type: 'integer', format: 'int32' }, f: { type: 'integer', format: 'int64' }, g: { type: 'number', format: 'float', minimum: -1.5 } }), { a: 0 }, { a: 5 }, { a: 5.5 }, { b: 1 }, { b: 6000000000 }, { c: 4 }, { d: 0.3 }, { d: 0.25 }, { e: 3000000000 }, { f: 3000000000 }, { g: -2 }, { g: 'x' }, { e: 'x' }, { e: 1.5 }),
  of('least numbers of items and keys', obj({ a: { type: 'array', items: str, minItems: 2, maxItems: 3 }, b: { type: 'object', additionalProperties: int, minProperties: 1, maxProperties: 1 } }), { a: ['x'] }, { a: ['x', 'x', 'x', 'x'] }, { a: [1, 2] }, { b: {} }, { b: { x: 1, y: 2 } }, { b: { 'a b': 'x' } }, { b: { 'a.b/c': 'x' } }, { b: { 0: 'x' } }),
  of('an enumeration of other things than texts', obj({ a: { type: 'integer', enum: [1, 2] }, b: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, enum: [{ x: 1 }] }, c: { type: 'string', enum: ['a"b', 'ü'] }, d: { type: 'string', nullable: true, enum: ['x', null] }, e: { type: 'number', enum: [1.5, 2] } }), { a: 3 }, { a: 1 }, { a: '1' }, { b: { x: 2 } }, { b: { x: 1 } }, { c: 'x' }, { d: null }, { d: 'y' }, { e: 2 }, { e: 2.5 }),
  of('what may be null, may be null', obj({ a: { type: 'string', nullable: true, minLength: 3 }, b: { type: 'array', nullable: true, items: { type: 'object', nullable: true, properties: { c: str } } }, d: { type: 'object', nullable: true, additionalProperties: { type: 'string', nullable: true } } }), { a: null, b: null, d: null }, { b: [null, { c: null }], d: { x: null } }, { a: 'x' }),
  of('patterns are those of Go', obj({ a: { type: 'string', pattern: '^\\p{L}+$' }, b: { type: 'string', pattern: '(?i)^abc$' }, c: { type: 'string', pattern: '^[[:alpha:]]+$' }, d: { type: 'string', pattern: 'a{2,3}' }, e: { type: 'string', pattern: '^\\Qa.b\\E$' }, f: { type: 'string', pattern: '^(?P<x>a)$' }, g: { type: 'string', pattern: '\\Aab\\z' }, h: { type: 'string', pattern: '(?s)^a.b$' }, i: { type: 'string', pattern: '^a$' } }), { a: 'ü' }, { a: '1' }, { b: 'ABC' }, { c: 'abc' }, { c: 'a1' }, { d: 'aa' }, { d: 'a' }, { e: 'a.b' }, { e: 'axb' }, { f: 'a' }, { g: 'ab' }, { h: 'a\nb' }, { i: 'a\nb' }, { i: 'a\n' }),
  formatted('email', 'a@b.c', 'a', 'a@b', 'A <a@b.c>', '@b', 'a b@c.d', ''),
  formatted('hostname', 'a.b.c', 'a_b', '-a', 'a-', 'localhost', '1.2.3.4', 'a..b', '', 'ü.de'),
  formatted('ipv4', '1.2.3.4', '1.2.3', '256.1.1.1', '::1', '01.2.3.4', ''),
  formatted('ipv6', '::1', '1.2.3.4', 'fe80::1%eth0', '::ffff:1.2.3.4', 'x', ''),
  formatted('cidr', '1.2.3.4/8', '1.2.3.4', '::1/64', '1.2.3.4/33', '1.2.3.4/08', ''),
  formatted('mac', '01:23:45:67:89:ab', '01-23-45-67-89-ab', '0123.4567.89ab', '0123456789ab', 'x', ''),
  formatted('uri', 'http://a/b', '/a', 'a', 'mailto:a@b', 'http://a b', '', '#a', 'http://[::1'),
  formatted('uuid', '01234567-89ab-cdef-0123-456789abcdef', '0123456789abcdef0123456789abcdef', '01234567-89AB-CDEF-0123-456789ABCDEF', 'x', ''),
  formatted('uuid4', '01234567-89ab-4def-8123-456789abcdef', '01234567-89ab-1def-8123-456789abcdef', ''),
  formatted('date', '2024-01-01', '2024-02-30', '2024-1-1', '2024-01-01T00:00:00Z', ''),
  formatted('duration', '1s', '1h30m', '1', 'x', '1 day', '2w', '-5ms', '1.5h', '0', '', '1s2', 'P1D'),
  formatted('byte', 'YQ==', 'YQ', 'YQ=', '-_', '', 'a b'),
  formatted('password', 'x', ''),
  formatted('hexcolor', '#fff', 'fff', '#ffff', 'x'),
  formatted('rgbcolor', 'rgb(1,2,3)', 'rgb(1, 2, 3)', 'rgb(256,1,1)', 'x'),
  formatted('isbn10', '0321751043', '0321751044', 'x'),
  formatted('isbn13', '978-0321751041', '978-0321751042', 'x'),
  formatted('creditcard', '4111111111111111', '4111111111111112', 'x'),
  formatted('ssn', '123-45-6789', '123456789', 'x'),
  formatted('bsonobjectid', '507f1f77bcf86cd799439011', 'x'),
  formatted('k8s-short-name', 'a-b', 'A', 'a.b', '', '-a', 'a'.repeat(64)),
  formatted('k8s-long-name', 'a-b.c', 'A', 'a..b', '', 'a'.repeat(254)),
  formatted('unheard-of', 'x', ''),
];
