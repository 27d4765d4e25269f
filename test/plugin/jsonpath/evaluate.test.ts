import test from 'ava';
import { evaluate } from '../../../plugin/jsonpath/evaluate.ts';
import { JsonPathError, parseTemplate } from '../../../plugin/jsonpath/parse.ts';

const value = { a: { b: [1, 2, 3], c: 'x', n: null }, list: [{ name: 'one', ready: true, size: 1 }, { name: 'two', size: 2 }], 'dotted.key': 'd' };
const found = (template: string, of: unknown = value): string => evaluate(parseTemplate(template), of).map((results) => results.map((one) => JSON.stringify(one)).join(' ')).join('|');

const finds = test.macro({
  exec(t, template: string, expected: string) {
    t.is(found(template), expected);
  },
  title: (_, template) => `${template} finds`,
});
test(finds, '{.a.c}', '"x"');
test(finds, "{.dotted\\.key}{['dotted\\.key']}", '"d"|"d"');
test(finds, '{.a.b[0]} {.a.b[-1]} {.a.b[0:2]} {.a.b[::2]}', '1|" "|3|" "|1 2|" "|1 3');
test(finds, '{..name}', '"one" "two"');
test(finds, '{.list[*].name}', '"one" "two"');
test(finds, '{.list[?(@.size>1)].name}', '"two"');
test(finds, '{.list[?(@.ready==true)].name}', '"one"');
test(finds, '{.list[?(@.ready)].name}', '"one"');
test(finds, "{.list[?(@.name=='one')].size}", '1');
test(finds, '{range .list[*]}{.name}{end}.', '"one"|"two"|"."');
test(finds, '{range .none[*]}{.name}{end}.', '"."');
test(finds, '{range .list[*]}{range .size}{@}{end}{end}', '1|2');
test(finds, '{.a.n}{.a.n.x}', 'null|');
test(finds, '{.list[0,1].name}', '"one" "two"');
test(finds, '{"\\n\\u0041"}', '"\\nA"');
test(finds, 'plain', '"plain"');

test('what no object has of its own is not there', (t) => {
  t.is(found('{.constructor}{.__proto__}{.toString}'), '||');
});

const refused = test.macro({
  exec(t, template: string, message: RegExp) {
    t.throws(() => found(template), { instanceOf: JsonPathError, message });
  },
  title: (_, template: string) => `${template.slice(0, 40)} is refused`,
});
test(refused, '{.a', /not closed with }/);
test(refused, '{.a[}', /not closed with ]/);
test(refused, '{.a[x]}', /no place in a list/);
test(refused, '{.a.b[9]}', /out of a list of 3/);
test(refused, '{.a.c[0]}', /no list/);
test(refused, '{.a[?(@.b)]}', /no list/);
test(refused, "{.list[?(@.size=='1')]}", /different types/);
test(refused, '{a.c}', /no word/);
test(refused, '{.list[?(@.size=1)]}', /compares nothing/);
test(refused, '{nonsense}', /no word/);
test(refused, '{end}', /ends no/);
test(refused, '{....a}', /stands twice/);
test(refused, '{"a}', /quoted text is not closed/);
test(refused, `{${"[?(".repeat(30)}@${')]'.repeat(30)}}`, /./);
test(refused, '{.a}'.repeat(20_000), /longer than/);

test('work that multiplies is ended', (t) => {
  const deep = (levels: number): unknown => (levels === 0 ? { x: 1 } : { a: deep(levels - 1), b: deep(levels - 1) });
  t.throws(() => found('{..a..b..a..b..x}', deep(14)), { instanceOf: JsonPathError, message: 'it finds too much' });
  let chain: unknown = 1;
  for (let i = 0; i < 5000; i++) chain = { a: chain };
  t.throws(() => found('{..a..a..a}', chain), { instanceOf: JsonPathError, message: 'it finds too much' });
});
