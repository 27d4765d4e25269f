// CEL rules of custom resources: what a definition may say, what the rules say of objects, and what they cost.
import type { Body, Case, Server } from '../case.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
type Schema = Readonly<Record<string, unknown>>;
const text: Schema = { type: 'string' };

/** A definition whose spec has this schema. */
const definition = (group: string, spec: Schema, root: Schema = {}): object => ({
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `things.${group}` },
  spec: {
    group, scope: 'Namespaced', names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
    versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: 'object', properties: { spec, status: { type: 'object', properties: { phase: text } } }, ...root } } }],
  },
});

const rule = (source: string, more: object = {}): Schema => ({ 'x-kubernetes-validations': [{ rule: source, ...more }] });
const object = (properties: object, more: object = {}): Schema => ({ type: 'object', properties, ...more });
/** A real server makes up the name of the type of self each time. */
const vague = [/selfType\d*/g];

/** What a refusal says, fault by fault. */
const said = (body: Body): unknown => body.details?.causes?.map(({ field, message }) => `${field}: ${message}`).toSorted() ?? body.message ?? body.kind;

/** Who owns which field is not what these cases are about. */
const withoutOwners = (body: Body): unknown => (body.metadata ? { ...(body as object), metadata: { ...(body.metadata as object), managedFields: undefined } } : body);

/** What an object becomes, or what is wrong with it. */
const outcome = (body: Body): unknown => (body.kind === 'Status' ? said(body) : withoutOwners(body));

/** The answer to a definition that is not stored; each row is one answer. */
const admission = (title: string, ...rows: readonly (readonly [spec: Schema, root?: Schema])[]): Case => ({
  title, vague, clusterWide: true,
  run: async ({ request, unique }) => {
    for (const [index, [spec, root]] of rows.entries()) await request('POST', `${definitions}?dryRun=All`, { body: definition(`a${index}.${unique}.example.com`, spec, root), keep: said });
  },
});

async function install({ quietly, request, unique, until, namespace }: Server, spec: Schema, root: Schema = {}): Promise<{ readonly path: string; readonly thing: (name: string, spec: unknown, more?: object) => object; readonly name: string }> {
  const group = `${unique}.example.com`;
  const path = `/apis/${group}/v1/namespaces/${namespace}/things`;
  await request('POST', definitions, { body: definition(group, spec, root), keep: said });
  await quietly(() => until('GET', path, (reply) => reply.status === 200));
  return { path, thing: (name, given, more = {}) => ({ apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name }, spec: given, ...more }), name: `things.${group}` };
}

/** The definition goes again: it is cluster-wide. */
const installed = (title: string, spec: Schema, use: (server: Server, made: Awaited<ReturnType<typeof install>>) => Promise<unknown>, root?: Schema): Case => ({
  title, vague,
  run: async (server) => {
    const made = await install(server, spec, root);
    await use(server, made);
    await server.quietly(() => server.request('DELETE', `${definitions}/${made.name}`));
  },
});

/** Objects that are sent one after the other; each answer is compared. */
const created = (title: string, spec: Schema, ...given: readonly unknown[]): Case => installed(title, spec, async ({ request }, { path, thing }) => {
  for (const [index, one] of given.entries()) await request('POST', path, { body: thing(`n${index}`, one), keep: outcome });
});

/** An object and what it is replaced with; each answer is compared. */
const updated = (title: string, spec: Schema, first: unknown, ...changes: readonly unknown[]): Case => installed(title, spec, async ({ request }, { path, thing }) => {
  let { body } = await request('POST', path, { body: thing('one', first), keep: outcome });
  for (const change of changes) {
    const answer = await request('PUT', `${path}/one`, { body: { ...(body as object), spec: change }, keep: outcome });
    if (answer.status === 200) ({ body } = answer);
  }
});

const data = object({
  n: { type: 'integer' }, d: { type: 'number' }, s: { type: 'string', maxLength: 20 }, b: { type: 'boolean' }, list: { type: 'array', items: { type: 'integer' }, maxItems: 20 }, words: { type: 'array', items: { type: 'string', maxLength: 20 }, maxItems: 20 },
  map: { type: 'object', additionalProperties: { type: 'integer' }, maxProperties: 10 }, inner: object({ x: { type: 'integer' }, 'a-b.c/d': { type: 'string', maxLength: 5 }, namespace: text, in: text }), any: { 'x-kubernetes-int-or-string': true, maxLength: 10 },
  since: { type: 'string', format: 'date-time' }, span: { type: 'string', format: 'duration' }, day: { type: 'string', format: 'date' }, raw: { type: 'string', format: 'byte' }, none: { type: 'string', nullable: true },
  parts: { type: 'array', maxItems: 10, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: object({ name: { type: 'string', maxLength: 10 }, v: { type: 'integer' } }, { required: ['name'] }) },
  tags: { type: 'array', maxItems: 10, 'x-kubernetes-list-type': 'set', items: { type: 'string', maxLength: 10 } },
});
const sample = {
  n: 5, d: 2.5, s: 'hällo', b: true, list: [3, 1, 2], words: ['b', 'a'], map: { k: 1, j: 2 }, inner: { x: 7, 'a-b.c/d': 'odd', namespace: 'ns', in: 'i' }, any: '50%', since: '2024-02-29T23:30:15.5Z', span: '1h30m', day: '2024-02-29', raw: 'aGk=',
  none: null, parts: [{ name: 'a', v: 1 }, { name: 'b' }], tags: ['x', 'y'],
};

/** What expressions yield: each is the message of a rule that always fails. */
const values = (title: string, ...expressions: readonly string[]): Case => created(
  title, object(Object.fromEntries(expressions.map((expression, index) => [`v${index}`, { ...data, ...rule('!has(self.n) && self.n == 0', { messageExpression: expression, message: `no value: ${expression.slice(0, 60)}` }) }]))),
  Object.fromEntries(expressions.map((_, index) => [`v${index}`, sample])),
);
/** What rules say: true is silence, all else is an error of its own. */
const outcomes = (title: string, ...rules: readonly string[]): Case => created(
  title, object(Object.fromEntries(rules.map((source, index) => [`r${index}`, { ...data, ...rule(source) }]))), Object.fromEntries(rules.map((_, index) => [`r${index}`, sample])),
);
const refused = (title: string, ...rules: readonly string[]): Case => admission(title, ...rules.map((source): readonly [Schema] => [{ ...data, ...rule(source) }]));

export const ruleCases: readonly Case[] = [
  refused('a rule that names what is not there is refused with the place in the rule', 'self.foo', 'foo', 'self.inner.y == 1', 'self.s.foo()', 'self.words[0].x', 'foo(1)', 'self.any.foo.bar == 1', 'self.n.x', 'self.metadata.name == "x"', 'a && b || c'),
  refused('a rule whose types do not fit is refused', 'self.n + self.s', 'self.n == "5"', '!self.n', 'self.n && true', 'self.n ? true : false', 'true ? 1 : "a"', 'size(self.n) > 1', '["a", 1] == []', '{"a": 1, "b": "c"} == {}', 'self.inner == 1', 'self.n', 'self.s', 'self.list.all(x, x)', 'self.list + ["a"] == []', 'self.n.all(x, true)', 'self.d == 1u', 'self.list.sum() == "a"', 'self == 5', 'self.inner.x in self.words', 'type(self.n) == "int"'),
  refused('a rule that cannot be read is refused', 'self.n >', 'self.n > 1 &&', 'self.', '(self.n > 1', 'self.n > 1)', 'self.n 1', '1 + $', '[1, 2', '"abc', '', '   ', '1 = 1', 'self.n & 1', 'namespace == 1', '9223372036854775808 > 1', '0xg', '"\\q" == ""', 'a.b{c: 1}', '{1: 2', 'self.list.all(x)', 'self.list.all(1, true)', 'has(self)', 'has(self.n, 1)', "self.`n` == 1"),
  refused('literals are checked before a rule is taken', 'self.s.matches("a(")', 'duration("1x") > self.span', 'timestamp("2024-02-30T00:00:00Z") > self.since', '"%d".format(["a"]) == ""', '"%d %d".format([1]) == ""', '"%d".format([1, 2]) == ""', '"%q".format([1]) == ""', 'self.s.find("a(") == ""'),
  admission('what stands beside a rule is checked',
    [{ ...data, ...rule('true', { message: '   ' }) }], [{ ...data, ...rule('true', { message: 'a\nb' }) }], [{ ...data, ...rule('true ||\nfalse') }], [{ ...data, ...rule('true ||\nfalse', { message: 'fine' }) }],
    [{ ...data, ...rule('true', { reason: 'Whatever' }) }], [{ ...data, ...rule('true', { reason: 'FieldValueRequired' }) }], [{ ...data, ...rule('true', { fieldPath: '.nope' }) }], [{ ...data, ...rule('true', { fieldPath: 'n' }) }],
    [{ ...data, ...rule('true', { fieldPath: '.inner.x' }) }], [{ ...data, ...rule('true', { fieldPath: ".map['a.b']" }) }], [{ ...data, ...rule('true', { fieldPath: '.list[0]' }) }], [{ ...data, ...rule('true', { fieldPath: ' ' }) }],
    [{ ...data, ...rule('true', { messageExpression: 'self.n' }) }], [{ ...data, ...rule('true', { messageExpression: 'self.foo' }) }], [{ ...data, ...rule('true', { messageExpression: ' ' }) }], [{ ...data, ...rule('true', { messageExpression: '"a" + self.s' }) }],
    [{ ...data, ...rule('self.n > 1', { optionalOldSelf: true }) }], [{ ...data, ...rule('self.n > 1', { optionalOldSelf: false }) }], [{ ...data, ...rule('oldSelf.orValue(self) == self', { optionalOldSelf: true }) }], [{ ...data, ...rule('oldSelf.hasValue()') }]),
  admission('a rule about a change is refused where parts cannot be told apart',
    [object({ l: { type: 'array', items: object({ a: { ...text, ...rule('self == oldSelf') } }) } })], [object({ l: { type: 'array', 'x-kubernetes-list-type': 'set', items: { ...text, ...rule('self == oldSelf') } } })],
    [object({ l: { type: 'array', maxItems: 5, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'], items: object({ a: text }, { required: ['a'], ...rule('self == oldSelf') }) } })], [object({ m: { type: 'object', maxProperties: 5, additionalProperties: { type: 'integer', ...rule('self >= oldSelf') } } })]),
  admission('rules stand only where data is declared',
    [object({ a: { 'x-kubernetes-preserve-unknown-fields': true, ...rule('true') } })], [object({ a: { ...text, anyOf: [rule('true')] } })], [object({ a: { ...text, allOf: [rule('self == "a"')] } })], [object({ a: { ...text, not: rule('true') } })],
    [object({ a: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, ...rule('self.b == 1') } })], [object({ a: { 'x-kubernetes-int-or-string': true, ...rule('self == 1 || self == "a"') } })]),
  admission('metadata is reachable by name alone, and at the root of resources only',
    [data, rule('self.metadata.name.startsWith("a")')], [data, rule('self.metadata.generateName == ""')], [data, rule('self.metadata.labels.size() == 0')], [data, rule('self.kind == "Thing" && self.apiVersion != ""')],
    [object({ t: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: object({ a: text }) }, ...rule('self.metadata.name == self.spec.a && self.kind != ""') } })]),
  admission('the cost of a rule is estimated before it is taken: loops over what has no bound are refused',
    [object({ l: { type: 'array', items: text } }, rule('self.l.all(x, self.l.all(y, x == y))'))], [object({ l: { type: 'array', maxItems: 100, items: { type: 'string', maxLength: 10 } } }, rule('self.l.all(x, self.l.all(y, x == y))'))],
    [object({ l: { type: 'array', items: text } }, rule('self.l.all(x, x.contains("abc"))'))], [object({ l: { type: 'array', items: { ...text, ...rule('self.matches("^[a-z]+$")') } } })], [object({ l: { type: 'array', items: { type: 'integer', ...rule('self > 1') } } })],
    [object({ a: { ...text, ...rule('self.matches("^[a-z]([-a-z0-9]*[a-z0-9])?$")') } })], [object({ m: { type: 'object', additionalProperties: text } }, rule('self.m.all(k, self.m[k].contains(k))'))], [object({ m: { type: 'object', additionalProperties: { type: 'integer' } } }, rule('self.m.all(k, self.m[k] > 0)'))],
    [object({ l: { type: 'array', maxItems: 1000, items: text } }, rule('self.l.map(x, x.replace("a", "bb")).join(",").size() > 0'))], [object({ l: { type: 'array', maxItems: 50, items: object({ s: text }) } }, rule('self.l.exists_one(x, x.s.startsWith("a")) && self.l.filter(x, x.s != "").size() < 3'))],
    [object({ l: { type: 'array', maxItems: 1000, items: { type: 'array', maxItems: 1000, items: { type: 'integer' } } } }, rule('self.l.all(x, x.all(y, y > 0))'))], [object({ l: { type: 'array', maxItems: 2000, items: { type: 'array', maxItems: 1000, items: { type: 'integer' } } } }, rule('self.l.all(x, x.all(y, y > 0))'))],
    [object({ s: text }, rule('self.s.split(",").all(x, x.trim().size() > 0)'))], [object({ s: { type: 'string', maxLength: 1000 } }, rule('self.s.split(",").all(x, isQuantity(x))'))], [object({ l: { type: 'array', maxItems: 3000, items: { type: 'integer' } } }, rule('self.l.sort() == self.l'))],
    [object({ l: { type: 'array', items: text } }, rule('true', { messageExpression: 'self.l.map(x, self.l.join(x)).join("")' }))], [object({ l: { type: 'array', items: { type: 'string', enum: ['a', 'bcd'] } } }, rule('self.l.all(x, self.l.exists(y, x == y))'))],
    [object({ l: { type: 'array', items: { type: 'string', format: 'date-time' } } }, rule('self.l.all(x, x > timestamp("2024-01-01T00:00:00Z"))'))], [object({ s: text }, rule('sets.contains(self.s.split(","), self.s.split(";"))'))], [object({ a: { 'x-kubernetes-int-or-string': true } }, rule('string(self.a).contains("abc") || self.a == 1'))]),
  admission('the costs of all rules of a definition count together', [object(Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`l${index}`, { type: 'array', maxItems: 500_000 + 1000 * index, items: { type: 'string', maxLength: 5 }, ...rule('self.all(x, x.startsWith("abcde") && x.endsWith("a") && x != "b")') }])))]),

  values('numbers are exact, and integers do not overflow',
    'string(self.n * 2 + 1)', 'string(self.n / 2)', 'string(-self.n % 3)', 'string(self.d * 2.0)', 'string(self.d / 0.0)', 'string(9223372036854775807 + self.n)', 'string(self.n / 0)', 'string(self.n % 0)', 'string(0x1F)', 'string(1e3)', 'string(1234567.0)', 'string(0.1 + 0.2)', 'string(1e21)', 'string(0.00001)', 'string(int(2.9))', 'string(int("12"))', 'string(int(self.s))',
    'string(double("1.5"))', 'string(uint(5))', 'string(uint(-self.n))', 'string(5u - 6u)', 'string(int(self.d * 1e30))', 'string(-9223372036854775808 / -1)', 'string(self.n > self.d)', 'string(1 < 1.5)', 'string(dyn(1) == dyn(1.0))', 'string(3u > 2)', 'string(bool("true"))', 'string(bool(self.s))', 'string(100000.0)', 'string(-0.0)'),
  values('texts count characters', 'string(self.s.size())', 'self.s.substring(1, 3)', 'self.s.charAt(1)', 'self.s.charAt(9)', 'self.s.upperAscii()', 'string(self.s.indexOf("l"))', 'string(self.s.lastIndexOf("l"))', 'string(self.s.indexOf("l", 3))', 'self.s.replace("l", "L", 1)', 'self.s.replace("", "-")', '"%s".format(["a,b,,c".split(",")])', '"%s".format(["a,b,c".split(",", 2)])', '"%s".format(["abc".split("")])',
    '"  x ".trim()', 'self.s.find("l+")', '"%s".format([self.s.findAll("[lo]")])', '"%s".format([self.s.findAll("l", 1)])', 'string(self.s.matches("^h.llo$"))', 'string(self.s.contains("äl"))', 'strings.quote("a\\"b")', 'string(bytes("hä").size())', 'string(b"\\xc3\\xa4")', 'r"\\d" + "\\u00e4" + \'\'\'x\'\'\'', '"a" + "b" + ("b" < "a" ? "c" : "d")', 'string(self.raw)', '"abc".substring(5)', '"abc".lowerAscii().charAt(3) == "" ? "empty" : "full"', 'self.words.join()'),
  values('formats print as in Go', '"%s".format([self.s])', '"%d %d".format([self.n, 7u])', '"%f".format([self.d])', '"%.2f".format([1234567.891])', '"%e".format([1052.032911275])', '"%b %o %x %X".format([5, 8, 255, 255])', '"%x".format(["hi"])', '"%s".format([self.list])', '"%s".format([self.map])', '"%s".format([self.since])', '"%s".format([self.span])', '"%s %s".format([true, null])', '"%s".format([["a", "b"]])', '"%s".format([{"a": 1.5}])', '"%%".format([])', '"%s".format([type(self.n)])', '"%d".format([dyn("a")])', '"%s %s".format(self.words)'),
  values('times know their parts', 'string(self.since)', 'string(self.span)', 'string(self.day)', 'string(self.since + self.span)', 'string(self.since - timestamp("2024-02-28T00:00:00Z"))', 'string(self.since.getFullYear())', 'string(self.since.getMonth())', 'string(self.since.getDate())', 'string(self.since.getDayOfMonth())', 'string(self.since.getDayOfYear())', 'string(self.since.getDayOfWeek())', 'string(self.since.getHours())',
    'string(self.since.getHours("America/New_York"))', 'string(self.since.getHours("+02:30"))', 'string(self.since.getMilliseconds())', 'string(self.span.getMinutes())', 'string(self.span.getSeconds())', 'string(self.span.getMilliseconds())', 'string(int(self.since))', 'string(timestamp(1700000000))', 'string(duration("-1.5s"))', 'string(self.since > timestamp("2024-01-01T00:00:00Z"))', 'string(duration("1h") == duration("60m"))', 'string(self.since.getHours("Nowhere/City"))', 'string(timestamp(self.s))', 'string(duration(self.s))'),
  values('lists and maps are read, made and compared', 'string(self.list[0])', 'string(self.list[9])', 'string(self.list[-1])', 'string(self.map["k"])', 'string(self.map["zz"])', 'string(self.map.size() + self.list.size())', 'string(2 in self.list)', 'string("k" in self.map)', 'string(self.list == [3, 1, 2])', 'string(self.list + [4] == [3, 1, 2, 4])', 'string(self.list.sum())', 'string(self.list.max() - self.list.min())', 'string(self.list.isSorted())', 'string(self.list.sort() == [1, 2, 3])',
    'string(self.list.indexOf(1))', 'string(self.list.reverse() == [2, 1, 3])', 'string(self.list.slice(0, 2) == [3, 1])', 'string(self.list.slice(2, 9) == [])', 'string([1, 2, 1].distinct() == [1, 2])', 'string([[1], [2, 3]].flatten() == [1, 2, 3])', 'string(lists.range(3) == [0, 1, 2])', 'string([3, 1].sortBy(x, x) == [1, 3])', 'string(self.tags == ["y", "x"])', 'string(self.parts == self.parts)', 'string((self.tags + ["x", "z"]).size())', 'string(self.list.filter(x, x > 9).max() == 1)', 'string({"a": 1} == {"a": 1})', 'string(self.list.first().orValue(0) + self.list.last().orValue(0))', 'string(sets.contains(self.list, [1, 3]))', 'string(sets.equivalent([1, 2], [2, 1, 1]))', 'string(sets.intersects([1], [2]))'),
  values('macros loop over lists and maps', 'string(self.list.all(x, x > 0))', 'string(self.list.exists(x, x > 2))', 'string(self.list.exists_one(x, x > 2))', 'string(self.list.map(x, x * 2) == [6, 2, 4])', 'string(self.list.map(x, x > 1, x) == [3, 2])', 'string(self.list.filter(x, x > 1).size())', 'string(self.map.all(k, self.map[k] > 0))', 'string(self.map.filter(k, self.map[k] > 1).size())', 'string(self.list.all(i, x, i < 3 && x > 0))', 'string(self.map.exists(k, v, k == "j" && v == 2))', 'string(self.list.transformList(i, x, i * x) == [0, 1, 4])', 'string(self.map.transformMap(k, v, v + 1)["k"])', 'string(self.map.transformMapEntry(k, v, {string(v): k})["2"])', 'string(self.list.exists(x, x / 0 > 1))', 'string(self.list.all(x, x / (x - 1) > 0))', 'string(self.parts.map(p, p.name) == ["a", "b"])', 'string(self.parts.filter(p, has(p.v)).size())', 'string([1, 2].exists(x, [3, 2].exists(y, x == y)))'),
  values('what may be absent is asked for', 'string(has(self.inner) && !has(self.parts[1].v))', 'string(self.?inner.?x.orValue(0))', 'string(self.parts[1].?v.orValue(9))', 'string(self.map[?"zz"].orValue(8))', 'string(self.list[?7].hasValue())', 'string(optional.of(3).optMap(x, x + 1).value())', 'string(optional.none().hasValue())', 'string(optional.of(1).or(optional.of(2)).value())', 'string(self.parts[1].v)', 'string(has(self.none))', 'string([?self.parts[1].?v, 1].size())', 'string(optional.ofNonZeroValue("").hasValue())', 'string(self.parts[1].?v.value())', 'string(self.?inner.optFlatMap(i, i.?x).orValue(1))', 'self.inner.a__dash__b__dot__c__slash__d', 'self.inner.namespace == self.inner.__namespace__ ? self.inner.namespace : ""', 'self.inner.__in__', 'string(type(self.any) == string ? self.any : "int")', 'string(self.any + 1)', 'string(self.any > 5)'),
  values('addresses, URLs, quantities, versions and formats are understood', 'string(ip("192.168.0.1").family())', 'string(isIP("10.0.0.256"))', 'string(ip("::1").isLoopback())', 'string(ip("2001:db8:0:0:1:0:0:1"))', 'string(ip("10.0.0.1").isGlobalUnicast())', 'string(ip.isCanonical("2001:DB8::1"))', 'string(cidr("10.1.2.3/8").masked())', 'string(cidr("10.0.0.0/8").containsIP("10.9.9.9"))', 'string(cidr("10.0.0.0/8").containsCIDR("11.0.0.0/16"))', 'string(cidr("fd00::/8").prefixLength())', 'string(ip("nope"))', 'string(cidr("10.0.0.0"))', 'string(ip("::ffff:1.2.3.4"))', 'string(isCIDR("10.0.0.0/33"))', 'string(ip("fe80::1").isLinkLocalUnicast())',
    'url("https://me@ex.com:80/p%20a/b?x=1&x=2#f").getHost()', 'url("https://ex.com:80/p a").getEscapedPath()', '"%s".format([url("https://ex.com:80/p?x=1&x=2").getQuery()["x"]])', 'url("https://[::1]:80/").getHostname()', '"%s%s".format([url("https://ex.com:80").getPort(), url("/a").getScheme()])', 'url("nope").getHost()', 'string(isURL("a/b"))', 'string(isURL("/a/b"))', 'string(quantity("1.5Gi").asInteger())', 'string(quantity("500m").add(quantity("1")).asApproximateFloat())', 'string(quantity("1k").compareTo(quantity("1000")))', 'string(isQuantity("1x"))', 'string(quantity("50m").asInteger())', 'string(quantity("20M").sub(1).isGreaterThan(quantity("19M")))', 'string(sign(quantity("-1")))', 'string(quantity("x").isInteger())',
    'string(semver("1.2.3").isLessThan(semver("1.10.0")))', 'string(semver("1.2.3-rc.1").compareTo(semver("1.2.3")))', 'string(semver("v1.2", true).minor())', 'string(isSemver("1.2"))', 'string(semver("1.2").major())', 'format.dns1123Label().validate("A_").value()[0]', 'string(format.dns1123Label().validate("ok").hasValue())', 'format.labelValue().validate("-").value()[0]', 'string(format.named("nope").hasValue())', 'format.qualifiedName().validate("a/b/c").value()[0]', 'format.named("uuid").value().validate("x").value()[0]', '"%s".format([format.dns1035Label().validate("1a").value()])', 'string(format.uri().validate("/a").hasValue())', 'format.date().validate("x").value()[0]'),
  outcomes('a rule that stumbles says over what', 'self.n / 0 == 1', 'self.list[9] == 1', 'self.map["zz"] == 1', 'self.parts[1].v == 1', 'self.any + 1 == 2', 'self.any < 5', 'self.any.size() > 10', 'self.n / 0 == 1 || true', 'self.n / 0 == 1 && false', 'self.s.matches(self.s + "(")', 'self.any.foo == 1', 'int(self.s) == 1', 'self.n > 100', 'self.any == 50 || self.any == "50%"', 'dyn(self.s) && true', 'self.d == 2.5 && self.b', 'timestamp(self.s) == self.since', 'ip(self.s).family() == 4', 'quantity(self.s).isInteger()', 'self.list.map(x, 10 / (x - 1)).size() == 3', 'optional.none().value() == 1', 'self.since.getHours(self.s) == 1', '[1, 2].max() == 2 && [self.n].filter(x, x > 9).min() == 1', 'type(self) == map', 'self.inner == self.inner', 'cidr(self.s).prefixLength() == 1'),

  created('a broken rule is told with its own words, its message, its reason and its field', object({
    a: { type: 'integer', ...rule('self > 5') }, b: { type: 'integer', ...rule('self > 5', { message: ' must be above five ' }) }, c: { type: 'integer', ...rule('self > 5', { messageExpression: '"is %d".format([self])' }) },
    d: { type: 'string', maxLength: 10, ...rule('self == "x"', { reason: 'FieldValueForbidden', message: 'no' }) }, e: { type: 'string', maxLength: 10, ...rule('self == "x"', { reason: 'FieldValueRequired' }) }, f: { type: 'string', maxLength: 10, ...rule('self == "x"', { reason: 'FieldValueDuplicate', message: 'twice' }) },
    g: object({ h: { type: 'integer' }, m: { type: 'object', additionalProperties: { type: 'integer' } } }, { 'x-kubernetes-validations': [{ rule: 'self.h > 5', fieldPath: '.h' }, { rule: 'self.h > 6', fieldPath: ".m['a.b']", message: 'm' }, { rule: 'self.h > 7', reason: 'FieldValueInvalid' }, { rule: 'self.h > 8', reason: 'FieldValueDuplicate' }, { rule: 'self.h > 9', reason: 'FieldValueRequired', fieldPath: '.h', message: 'needed' }] }),
    l: { type: 'array', maxItems: 5, items: { type: 'integer', ...rule('self > 5') }, ...rule('self.size() > 2') }, k: { type: 'object', maxProperties: 5, additionalProperties: { type: 'integer', ...rule('self > 5') } },
    x: { type: 'integer', ...rule('self > 5', { messageExpression: '"two\\nlines"' }) }, y: { type: 'integer', ...rule('self > 5', { messageExpression: '"  "', message: 'instead' }) }, z: { type: 'integer', ...rule('self > 5', { messageExpression: '"is %d".format([1 / (self - 1)])' }) },
  }), { a: 1 }, { b: 1 }, { c: 1 }, { d: 'a' }, { e: 'a' }, { f: 'a' }, { g: { h: 1 } }, { l: [1, 9] }, { k: { 'a.b': 1, c: 9 } }, { x: 1 }, { y: 1 }, { z: 1 }, { a: 9, b: 9, l: [9, 9, 9] }, { a: 1, b: 1 }),
  created('rules wait for what they rely on: an object of the wrong shape is told so first', object({ a: { type: 'integer', maximum: 5, ...rule('self > 3') }, b: text, c: { type: 'string', enum: ['x'] }, l: { type: 'array', maxItems: 1, items: text } }, { required: ['b'], ...rule('self.b == "b"') }), { a: 1 }, { a: 'x', b: 'c' }, { a: 9, b: 'c' }, { a: 1, b: 'c' }, { a: 1, b: 'c', c: 'y' }, { a: 1, b: 'c', l: ['a', 'b'] }),
  installed('rules at the root see the name, the kind and generateName', object({ a: text }), async ({ request }, { path, thing }) => {
    await request('POST', path, { body: thing('bad', { a: 'b' }) });
    await request('POST', path, { body: thing('good', { a: 'b' }) });
    await request('POST', path, { body: { ...(thing('x', { a: 'b' }) as object), metadata: { generateName: 'bad-' } }, keep: (body) => String(body.message).replaceAll(/bad-\w{5}/g, 'bad-<name>') });
  }, { 'x-kubernetes-validations': [{ rule: 'self.metadata.name.startsWith("good")', message: 'the name', fieldPath: '.spec' }, { rule: '!has(self.metadata.generateName)' }, { rule: 'self.kind == "Thing"' }] }),
  updated('oldSelf is what was there: rules about a change say nothing of what is new', object({ a: { type: 'integer', ...rule('self >= oldSelf', { message: 'never less' }) }, b: { type: 'string', maxLength: 5, ...rule('self == oldSelf', { message: 'immutable' }) } }, rule('has(self.b) || !has(oldSelf.b)', { message: 'b stays' })), { a: 5 }, { a: 4 }, { a: 6, b: 'x' }, { a: 6, b: 'y' }, { a: 6 }, { a: 7, b: 'x' }, { b: 'x' }, { a: 1, b: 'x' }),
  updated('an optional oldSelf lets a rule see creation too', object({ a: { type: 'integer', ...rule('oldSelf.hasValue() ? self > oldSelf.value() : self == 1', { optionalOldSelf: true, messageExpression: '"was %d".format([oldSelf.orValue(0)])' }) } }), { a: 1 }, { a: 1 }, { a: 2 }, {}, { a: 3 }),
  created('an optional oldSelf is absent on creation', object({ a: { type: 'integer', ...rule('oldSelf.hasValue() || self == 1', { optionalOldSelf: true }) } }), { a: 2 }, { a: 1 }),
  updated('items with keys are compared with the item of the same keys, wherever it stood', object({ parts: { type: 'array', maxItems: 5, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name', 'port'], items: object({ name: { type: 'string', maxLength: 5 }, port: { type: 'integer', default: 1 }, v: { type: 'integer', ...rule('self >= oldSelf') } }, { required: ['name'], ...rule('has(self.v) == has(oldSelf.v)') }) }, m: { type: 'object', maxProperties: 5, additionalProperties: { type: 'integer', ...rule('self >= oldSelf') } } }),
    { parts: [{ name: 'a', v: 5 }, { name: 'b', v: 1 }], m: { k: 5 } }, { parts: [{ name: 'b', v: 2 }, { name: 'a', v: 4 }], m: { k: 4 } }, { parts: [{ name: 'b', v: 2 }, { name: 'a', v: 6 }, { name: 'a', port: 2, v: 0 }] }, { parts: [{ name: 'a', v: 1, port: 3 }], m: { k: 1 } }, { parts: [{ name: 'a', port: 3 }], m: { k: 1 } }),
  updated('lists of keyed items and sets are equal in any order', object({ parts: { type: 'array', maxItems: 5, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: object({ name: { type: 'string', maxLength: 5 }, v: { type: 'integer' } }, { required: ['name'] }) }, tags: { type: 'array', maxItems: 5, 'x-kubernetes-list-type': 'set', items: { type: 'string', maxLength: 5 } }, steps: { type: 'array', maxItems: 5, items: { type: 'string', maxLength: 5 } } }, rule('self.parts == oldSelf.parts && self.tags == oldSelf.tags && self.steps == oldSelf.steps', { message: 'changed' })),
    { parts: [{ name: 'a', v: 1 }, { name: 'b' }], tags: ['x', 'y'], steps: ['1', '2'] }, { parts: [{ name: 'b' }, { name: 'a', v: 1 }], tags: ['y', 'x'], steps: ['1', '2'] }, { parts: [{ name: 'b' }, { name: 'a', v: 1 }], tags: ['y', 'x'], steps: ['2', '1'] }, { parts: [{ name: 'b' }, { name: 'a', v: 2 }], tags: ['y', 'x'], steps: ['1', '2'] }),
  {
    title: 'what was stored before a rule came may stay as it is, with a warning, but not change', vague,
    run: async (server) => {
      const { request, quietly, until } = server;
      const before = object({ a: { type: 'string' }, b: { type: 'string' }, l: { type: 'array', items: text }, parts: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: object({ name: text, v: { type: 'integer' } }, { required: ['name'] }) }, o: object({ x: { type: 'integer' }, y: text }) });
      const { path, thing, name } = await install(server, before);
      const { body } = await request('POST', path, { body: thing('one', { a: 'toolong', b: 'b', l: ['x', 'y'], parts: [{ name: 'p', v: 1 }, { name: 'q', v: 1 }], o: { x: 1, y: 'y' } }) });
      const after = object({
        a: { type: 'string', maxLength: 3 }, b: { type: 'string' }, l: { type: 'array', maxItems: 1, items: { type: 'string', maxLength: 9 } },
        parts: { type: 'array', maxItems: 9, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: object({ name: { type: 'string', maxLength: 9 }, v: { type: 'integer', ...rule('self > 5') } }, { required: ['name'] }) },
        o: object({ x: { type: 'integer', minimum: 5 }, y: text }),
      });
      const { body: stored } = await quietly(() => request('GET', `${definitions}/${name}`));
      await request('PUT', `${definitions}/${name}`, { body: { ...(definition(name.replace('things.', ''), after) as object), metadata: { name, resourceVersion: stored.metadata?.resourceVersion } }, keep: said });
      await quietly(() => until('PUT', `${path}/one?dryRun=All`, (reply) => reply.status !== 200, { body: { ...(body as object), spec: { ...(body.spec as object), a: 'other' } } }));
      const merge = { headers: { 'content-type': 'application/merge-patch+json' }, keep: outcome };
      const change = (more: object): Promise<unknown> => request('PATCH', `${path}/one`, { ...merge, body: { spec: more } });
      await change({ b: 'c' });
      await change({ a: 'other' });
      await change({ l: ['x', 'y', 'z'] });
      await change({ l: ['y', 'x'] });
      await change({ parts: [{ name: 'q', v: 1 }, { name: 'p', v: 1 }] });
      await change({ parts: [{ name: 'q', v: 2 }, { name: 'p', v: 1 }] });
      await change({ o: { y: 'z' } });
      await change({ o: { x: 2 } });
      await change({ o: { x: 9 } });
      await request('PATCH', `${path}/one`, { ...merge, body: { metadata: { labels: { a: 'b' } } } });
      await request('PATCH', `${path}/one/status`, { ...merge, body: { status: { phase: 'on' } } });
      await request('PATCH', `${path}/one`, { ...merge, body: { spec: { a: 'four' } } });
      await request('PATCH', `${path}/one`, { ...merge, body: { spec: { a: 'ok' } } });
      await quietly(() => request('DELETE', `${definitions}/${name}`));
    },
  },
  installed('rules see the whole object on a change of its status', object({ a: text }), async ({ request }, { path, thing }) => {
    await request('POST', path, { body: thing('one', { a: 'on' }) });
    const merge = { headers: { 'content-type': 'application/merge-patch+json' }, keep: outcome };
    await request('PATCH', `${path}/one/status`, { ...merge, body: { status: { phase: 'off' } } });
    await request('PATCH', `${path}/one/status`, { ...merge, body: { status: { phase: 'on' } } });
    await request('PATCH', `${path}/one`, { ...merge, body: { spec: { a: 'off' } } });
    await request('PATCH', `${path}/one`, { ...merge, body: { spec: { a: 'on' } } });
    await request('PATCH', `${path}/one/status`, { ...merge, body: { status: { phase: 5 } } });
  }, rule('!has(self.status) || !has(self.status.phase) || self.status.phase == self.spec.a', { message: 'the phase is what was asked for' })),
  created('embedded resources and free fields are read as far as they are declared', object({ t: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true, properties: { spec: object({ a: text }) }, ...rule('self.kind == "Inner" && self.metadata.name == self.spec.a') }, f: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: text }, ...rule('self.known == "yes"') } }),
    { t: { apiVersion: 'v1', kind: 'Inner', metadata: { name: 'n' }, spec: { a: 'n' }, more: 1 } }, { t: { apiVersion: 'v1', kind: 'Inner', metadata: { name: 'n' }, spec: { a: 'm' } } }, { t: { apiVersion: 'v1', kind: 'Inner', metadata: {}, spec: { a: 'm' } } }, { f: { known: 'yes', other: 1 } }, { f: { known: 'no', other: { x: 1 } } }, { f: { other: 1 } }),
  created('an object that would cost too much is refused, not pondered', object({ l: { type: 'array', maxItems: 500, items: { type: 'string', maxLength: 5 } } }, rule('self.l.all(x, self.l.all(y, x == y || x != y))')), { l: Array.from({ length: 500 }, (_, index) => String(index)) }, { l: ['a', 'b'] }),
  created('all rules on one object have one budget together', object({ l: { type: 'array', maxItems: 100, items: object({ w: { type: 'array', maxItems: 100, items: { type: 'integer' }, ...rule('self.all(x, self.exists(y, y == x))') } }) } }), { l: Array.from({ length: 100 }, () => ({ w: Array.from({ length: 100 }, (_, index) => index) })) }),
];
