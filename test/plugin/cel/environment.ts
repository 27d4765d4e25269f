// An environment to run expressions in: one object of every sort of data.
import { compile } from '../../../plugin/cel/expression.ts';
import { functions } from '../../../plugin/cel/library/all.ts';
import { declare, fieldType, objectsIn } from '../../../plugin/cel/rules/declared.ts';
import { Failure, type Value } from '../../../plugin/cel/values/value.ts';
import { valueOf } from '../../../plugin/cel/values/json.ts';
import type { Schema } from '../../../plugin/apiserver/schema/schema.ts';

export const schema: Schema = {
  type: 'object',
  properties: {
    n: { type: 'integer' }, s: { type: 'string' }, list: { type: 'array', items: { type: 'integer' } }, words: { type: 'array', items: { type: 'string' } },
    map: { type: 'object', additionalProperties: { type: 'integer' } }, any: { 'x-kubernetes-int-or-string': true }, inner: { type: 'object', properties: { x: { type: 'integer' }, 'a-b': { type: 'string' } } },
  },
};
const data = { n: 5, s: 'häx', list: [3, 1, 2], words: ['b', 'a'], map: { k: 1 }, any: '50%', inner: { x: 7, 'a-b': 'dashed' } };

const declared = declare(schema, false, 'self');
const objects = declared ? objectsIn(declared) : new Map();

export const compiled = (source: string) => compile(source, {
  functions, field: (object, field) => fieldType(objects, object, field), variables: new Map(declared ? [['self', declared.type]] : []),
});

/** The value as text, the message of an error, or the issues of what does not compile. */
export function evaluate(source: string, budget = 1_000_000): string {
  const program = compiled(source);
  if ('issues' in program) return program.issues;
  const { value } = program.run({ self: valueOf(data, schema) }, budget);
  return show(value);
}

const show = (value: Value): string => (value instanceof Failure ? `error: ${value.message}` : typeof value === 'object' && value !== null ? value.constructor.name : `${typeof value === 'bigint' ? 'int ' : ''}${String(value)}`);
