// What definitions may say in rules and what the rules say of objects, without a server.
import test from 'ava';
import { Correlated } from '../../../plugin/apiserver/schema/correlated.ts';
import type { Schema } from '../../../plugin/apiserver/schema/schema.ts';
import { ruleErrors } from '../../../plugin/cel/rules/definition.ts';
import { violations } from '../../../plugin/cel/rules/validate.ts';

type Loose = Record<string, unknown>;
const rule = (source: string, more: object = {}): Loose => ({ 'x-kubernetes-validations': [{ rule: source, ...more }] });
const object = (properties: object, more: object = {}): Loose => ({ type: 'object', properties, ...more });
const text = { type: 'string', maxLength: 10 };
const errors = (spec: Loose): readonly string[] => ruleErrors(object({ spec }), 'S').map(({ field, message }) => `${field.replace('S.properties[spec]', '')} ${message}`);
const told = (spec: Loose, value: unknown, before?: unknown): readonly string[] => {
  const schema = object({ spec }) as Schema;
  const update = before === undefined ? undefined : { before: { spec: before }, correlated: new Correlated({ spec: value }, { spec: before }, schema) };
  const found = violations(schema, { spec: value }, update);
  return [...found.errors.map(({ field, message }) => `${field} ${message}`), ...found.warnings.map((warning) => `warning ${warning}`)];
};

test('a rule is required, its message is one line, its field is there, its reason is known', (t) => {
  t.deepEqual(errors(object({ a: text }, rule(' '))), ['.x-kubernetes-validations[0].rule Required value: rule is not specified']);
  t.deepEqual(errors(object({ a: text }, rule('true', { message: 'a\nb' }))), ['.x-kubernetes-validations[0].message Invalid value: "a\\nb": must not contain line breaks']);
  t.deepEqual(errors(object({ a: text }, rule('true', { fieldPath: '.b' }))), ['.x-kubernetes-validations[0].fieldPath Invalid value: ".b": must be a valid path']);
  t.deepEqual(errors(object({ a: text }, rule('true', { reason: 'Odd' }))), ['.x-kubernetes-validations[0].reason Unsupported value: "Odd": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"']);
  t.deepEqual(errors(object({ a: text }, rule('self.a', {}))).map((one) => one.replace(/\{.*\}/, '')), ['.x-kubernetes-validations[0].rule Invalid value: : cel expression must evaluate to a bool']);
});

test('a rule about a change is refused in a list whose items cannot be told apart', (t) => {
  const items = { ...text, ...rule('self == oldSelf') };
  t.deepEqual(errors(object({ l: { type: 'array', maxItems: 3, items } })), ['.properties[l].items.x-kubernetes-validations[0].rule Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within S.properties[spec].properties[l]']);
});

test('a rule that loops over what has no bound is refused by its estimated cost', (t) => {
  t.regex(errors(object({ l: { type: 'array', items: { type: 'string' } } }, rule('self.l.all(x, self.l.all(y, x == y))')))[0] ?? '', /estimated rule cost exceeds budget by factor of more than 100x/);
  t.deepEqual(errors(object({ l: { type: 'array', maxItems: 50, items: text } }, rule('self.l.all(x, self.l.all(y, x == y))'))), []);
});

test('a broken rule is told at its place, with its message and its reason', (t) => {
  t.deepEqual(told(object({ a: { type: 'integer', ...rule('self > 5') } }), { a: 1 }), ['spec.a Invalid value: 1: failed rule: self > 5']);
  t.deepEqual(told(object({ a: text }, rule("self.a == 'x'", { message: 'no', fieldPath: '.a', reason: 'FieldValueForbidden' })), { a: 'y' }), ['spec.a Forbidden: no']);
  t.deepEqual(told(object({ a: { type: 'integer' } }, rule('self.a / 0 == 1')), { a: 1 }), ['spec Invalid value: "object": division by zero evaluating rule: self.a / 0 == 1']);
});

test('a rule about a change sees the item of the same keys and nothing on creation', (t) => {
  const spec = object({ p: { type: 'array', maxItems: 5, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], items: object({ k: text, v: { type: 'integer' } }, { required: ['k'], ...rule('self.v >= oldSelf.v') }) } });
  const before = { p: [{ k: 'a', v: 5 }, { k: 'b', v: 1 }] };
  t.deepEqual(told(spec, before), []);
  t.deepEqual(told(spec, { p: [{ k: 'b', v: 2 }, { k: 'a', v: 4 }, { k: 'c', v: 0 }] }, before), ['spec.p[1] Invalid value: failed rule: self.v >= oldSelf.v']);
});

test('what an update leaves alone is let through with a warning', (t) => {
  const spec = object({ a: { type: 'integer', ...rule('self > 5') }, b: text });
  t.deepEqual(told(spec, { a: 1, b: 'new' }, { a: 1, b: 'old' }), ['warning spec.a: Invalid value: 1: failed rule: self > 5']);
  t.deepEqual(told(spec, { a: 2, b: 'old' }, { a: 1, b: 'old' }), ['spec.a Invalid value: 2: failed rule: self > 5']);
});

test('an object on which a rule would run too long is refused within bounds', (t) => {
  const spec = object({ l: { type: 'array', items: text } }, rule('self.l.all(x, self.l.all(y, self.l.all(z, x != y || y != z || true)))'));
  t.deepEqual(told(spec, { l: Array.from({ length: 1000 }, String) }), ['spec Invalid value: "object": \'operation cancelled: actual cost limit exceeded\': no further validation rules will be run due to call cost exceeds limit for rule: self.l.all(x, self.l.all(y, self.l.all(z, x != y || y != z || true)))']);
});
