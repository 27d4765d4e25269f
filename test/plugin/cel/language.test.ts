// The language by itself: values, errors that other operands may pass over, types, bounds.
import test from 'ava';
import { compiled, evaluate } from './environment.ts';

const yields: readonly (readonly [source: string, value: string])[] = [
  ['self.n * 2 + 1', 'int 11'], ['7 / 2', 'int 3'], ['-7 % 3', 'int -1'], ['7.0 / 2.0', '3.5'], ['9223372036854775807 + self.n', 'error: integer overflow'], ['-9223372036854775808', 'int -9223372036854775808'], ['self.n / 0', 'error: division by zero'],
  ['self.n > 4.5', 'true'], ['dyn(1) == dyn(1.0)', 'true'], ['5u - 6u', 'error: unsigned integer overflow'],
  ['self.s.size()', 'int 3'], ['self.s.substring(1)', 'äx'], ['"a,b".split(",").map(x, x.upperAscii()).join("")', 'AB'], ["r'\\d' == '\\\\d'", 'true'], ['"\\u00e4" in [self.s.charAt(1)]', 'true'], ['"%s=%d".format([self.s, self.n])', 'häx=5'],
  ['self.list[5]', 'error: index out of bounds: 5'], ['self.map["zz"]', 'error: no such key: zz'], ['self.list.sort() == [1, 2, 3]', 'true'], ['self.list.all(x, x > 0) && !self.list.exists(x, x > 3)', 'true'], ['self.map.all(k, v, self.map[k] == v)', 'true'],
  ['self.n / 0 == 1 || true', 'true'], ['true || self.n / 0 == 1', 'true'], ['self.n / 0 == 1 && false', 'false'], ['self.n / 0 == 1 || false', 'error: division by zero'], ['self.list.exists(x, 6 / (x - 1) > 0)', 'true'],
  ['has(self.inner.x) && has(self.map.k) && !has(self.map.zz)', 'true'], ['self.?inner.?x.orValue(0)', 'int 7'], ['self.map[?"zz"].orValue(9)', 'int 9'], ['self.inner.a__dash__b', 'dashed'], ['self.any + 1 == 2', 'error: no such overload'], ['type(self.any) == string ? "text" : "number"', 'text'],
  ['duration("1h30m").getMinutes()', 'int 90'], ['timestamp("2024-02-29T23:30:15.5Z").getDayOfYear()', 'int 59'], ['string(timestamp("2024-02-29T00:00:00Z") + duration("24h"))', '2024-03-01T00:00:00Z'],
  ['ip("192.168.0.1").family()', 'int 4'], ['string(cidr("10.1.2.3/8").masked())', '10.0.0.0/8'], ['url("https://e.com:8443/a?b=1").getPort()', '8443'], ['quantity("1Ki").asInteger()', 'int 1024'], ['semver("1.2.3").isLessThan(semver("1.10.0"))', 'true'], ['sets.contains([1, 2], [2])', 'true'],
];
for (const [source, value] of yields) test(`${source} is ${value}`, (t) => t.is(evaluate(source), value));

const refused: readonly (readonly [source: string, issues: string])[] = [
  ['self.foo', "ERROR: <input>:1:5: undefined field 'foo'\n | self.foo\n | ....^"],
  ['self.s + 1', "ERROR: <input>:1:8: found no matching overload for '_+_' applied to '(string, int)'\n | self.s + 1\n | .......^"],
  ['"ä" + x', "ERROR: <input>:1:7: undeclared reference to 'x' (in container '')\n | \"ä\" + x\n | .．....^"],
  ['["a", 1] == []', "ERROR: <input>:1:7: expected type 'string' but found 'int'\n | [\"a\", 1] == []\n | ......^"],
  ['self.s.matches("a(")', 'ERROR: <input>:1:16: invalid matches argument\n | self.s.matches("a(")\n | ...............^'],
  ['self.n.all(x, true)', "ERROR: <input>:1:5: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | self.n.all(x, true)\n | ....^"],
];
for (const [source, issues] of refused) test(`${source} does not compile, and the place is marked`, (t) => t.is(evaluate(source), issues));

test('an expression that would run for ever ends at its budget', (t) => {
  t.is(evaluate('lists.range(1000).all(a, lists.range(1000).all(b, lists.range(1000).all(c, a + b + c >= 0)))'), 'error: operation cancelled: actual cost limit exceeded');
  t.is(evaluate('self.list.all(x, x > 0)', 5), 'error: operation cancelled: actual cost limit exceeded');
});

test('no call makes a text that fills the memory', (t) => {
  const tenfold = (call: (text: string) => string): string => {
    const texts = ['"aaaaa"', ...Array.from({ length: 9 }, (_one, index) => `x${index}`)];
    return `${texts.slice(0, -1).map((text, index) => `[${call(text)}].exists(x${index}, `).join('')}x8.size() > 0${')'.repeat(9)}`;
  };
  const ten = (text: string): string => Array(10).fill(text).join(',');
  t.is(evaluate(tenfold((text) => `"${'%s'.repeat(10)}".format([${ten(text)}])`)), 'error: format would make more than 16000000 characters');
  t.is(evaluate(tenfold((text) => `"%s".format([[${ten(text)}]])`)), 'error: format would make more than 16000000 characters');
  t.regex(evaluate(tenfold((text) => `[${ten(text)}].join(${text})`), 1e15), /join would make more than 16000000 characters/);
});

test('a pattern that backtracking would never finish is matched at once', (t) => {
  t.is(evaluate(`"${'a'.repeat(5000)}b".matches("^(a+)+$")`), 'false');
});

test('text that nests without end, chains without end or doubles with every macro is refused, not followed', (t) => {
  t.regex(evaluate('('.repeat(5000)), /recursion limit exceeded: 250/);
  t.regex(evaluate(Array(5000).fill('1').join('+')), /recursion limit exceeded: 250/);
  t.regex(evaluate(`self${'[0]'.repeat(5000)}`), /recursion limit exceeded: 250/);
  t.regex(evaluate(`optional.of(1)${'.optMap(x, x)'.repeat(40)}`), /more than 500000 parts/);
  t.regex(evaluate(`"${'a'.repeat(100_001)}"`), /code point size exceeds limit/);
  t.is(evaluate(Array(15_000).fill('true').join('&&')), 'true');
});

test('garbage never throws', (t) => {
  const pieces = ['self', '.', 'n', '(', ')', '[', ']', '{', '}', '"', "'", '\\', '+', '&&', '?', ':', ',', '1', '0x', 'u', 'b"', 'r\'', '.all(', 'has(', '\n', '😀', 'in', 'null', '/*', '//', '`', '@'];
  let seed = 7;
  for (let round = 0; round < 3000; round++) {
    const source = Array.from({ length: 1 + (round % 14) }, () => pieces[(seed = (seed * 1103515245 + 12345) % 2147483648) % pieces.length]).join('');
    t.notThrows(() => evaluate(source, 1000), source);
  }
});

test('a program knows what it names and what it yields', (t) => {
  const program = compiled('self.list.map(oldSelf, oldSelf + 1)');
  t.false('issues' in program);
  if ('issues' in program) return;
  t.deepEqual([program.uses('self'), program.uses('other'), program.type.kind], [true, false, 'list']);
});
