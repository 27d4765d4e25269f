// One error of ajv in the words of a person, with the path that the cursor should go to.
import type { ErrorObject } from 'ajv';
import { nearest } from '../nearest.ts';
import type { FaultCode } from './codes.ts';
import { formInWords } from './forms.ts';
import type { Path } from './position.ts';

export interface SchemaExplanation {
  readonly code: FaultCode;
  readonly path: Path;
  /** An unknown field is wrong at its key, a wrong value at the value. */
  readonly part: 'key' | 'value';
  readonly message: string;
  readonly hint?: string;
}

/** A JSON pointer as steps; numbers are places in a list. */
export const steps = (pointer: string): Path =>
  pointer.split('/').slice(1).map((step) => (/^\d+$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~')));

/** A value as messages show it. */
export const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};
const named = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a block of fields' : shown(value));
const plural = (count: unknown, noun: string): string => `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
const fields = (value: unknown): readonly string[] => (typeof value === 'object' && value !== null ? Object.keys(value) : []);
const typeNames: Readonly<Record<string, string>> = { object: 'a block of fields', array: 'a list', string: 'text', integer: 'a whole number', number: 'a number', boolean: 'true or false' };

export function explainSchemaError(error: ErrorObject): SchemaExplanation {
  const path = steps(error.instancePath);
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownField(error, path, String(params['additionalProperty']));
    case 'required':
      return { code: 'missing-field', path: [...path, String(params['missingProperty'])], part: 'key', message: 'missing' };
    case 'enum':
      return wrongChoice(error.data, path, (params['allowedValues'] as readonly unknown[]).filter((value) => value !== null));
    case 'type':
      // That a null may stand for an absent value is no advice.
      return wrongType(error.data, path, ([params['type']].flat() as readonly string[]).filter((type) => type !== 'null'));
    case 'pattern':
      return { code: 'wrong-form', path, part: 'value', message: wrongForm(error.data, String(params['pattern'])) };
    default:
      return otherwise(error, path, bound(error.keyword, params['limit']));
  }
}

function otherwise({ message }: ErrorObject, path: Path, bounds: string | undefined): SchemaExplanation {
  if (bounds !== undefined) return { code: 'out-of-bounds', path, part: 'value', message: bounds };
  return { code: 'rule', path, part: 'value', message: message ?? 'is not valid' };
}

function wrongForm(value: unknown, pattern: string): string {
  const form = formInWords(pattern);
  return form === undefined ? `${shown(value)} does not have the form ${pattern}` : `${shown(value)} does not fit: ${form}`;
}

function unknownField(error: ErrorObject, path: Path, field: string): SchemaExplanation {
  const known = fields((error.parentSchema as { properties?: unknown } | undefined)?.properties);
  const near = nearest(field, known.filter((name) => !fields(error.data).includes(name))) ?? nearest(field, known);
  const hint = near !== undefined ? `did you mean "${near}"?` : known.length === 0 ? undefined : `known fields: ${known.join(', ')}`;
  return { code: 'unknown-field', path: [...path, field], part: 'key', message: `unknown field "${field}"`, ...(hint === undefined ? {} : { hint }) };
}

/** A required field that stands there with a slip in its name: the unknown field is told, and once is enough. */
export function isMisspelt({ keyword, params, parentSchema, data }: ErrorObject): boolean {
  if (keyword !== 'required') return false;
  const known = fields((parentSchema as { properties?: unknown } | undefined)?.properties);
  return nearest(String((params as { missingProperty?: unknown }).missingProperty), fields(data).filter((name) => !known.includes(name))) !== undefined;
}

function wrongChoice(value: unknown, path: Path, allowed: readonly unknown[]): SchemaExplanation {
  const near = nearest(String(value), allowed.map(String));
  return { code: 'wrong-choice', path, part: 'value', message: `must be ${oneOf(allowed.map(shown))}, not ${named(value)}`, ...(near === undefined ? {} : { hint: `did you mean ${near}?` }) };
}

const oneOf = (choices: readonly string[]): string => (choices.length < 2 ? choices.join('') : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`);

function wrongType(value: unknown, path: Path, wanted: readonly string[]): SchemaExplanation {
  const message = `must be ${oneOf(wanted.map((type) => typeNames[type] ?? type))}, not ${named(value)}`;
  const hint = typeHint(value, wanted);
  return { code: 'wrong-type', path, part: 'value', message, ...(hint === undefined ? {} : { hint }) };
}

function typeHint(value: unknown, wanted: readonly string[]): string | undefined {
  if (value === null) return 'give it a value or remove it';
  if (wanted.includes('integer') && typeof value === 'string' && /^-?\d+$/.test(value)) return `remove the quotes: ${value}`;
  if (wanted.includes('boolean') && (value === 'true' || value === 'false')) return `remove the quotes: ${value}`;
  if (wanted.includes('string') && ['number', 'boolean'].includes(typeof value)) return 'put it in quotes';
  if (wanted.includes('array') && !Array.isArray(value)) return 'a list has a "- " before each entry';
  return undefined;
}

function bound(keyword: string, limit: unknown): string | undefined {
  switch (keyword) {
    case 'minLength':
      return limit === 1 ? 'is empty' : `needs at least ${plural(limit, 'character')}`;
    case 'maxLength':
      return `may have at most ${plural(limit, 'character')}`;
    case 'minimum':
      return `must be ${String(limit)} or more`;
    case 'maximum':
      return `must be ${String(limit)} or less`;
    case 'minItems':
      return `needs at least ${plural(limit, 'entry').replace('entrys', 'entries')}`;
    case 'maxItems':
      return `may have at most ${plural(limit, 'entry').replace('entrys', 'entries')}`;
    case 'maxProperties':
      return `may have at most ${plural(limit, 'field')}`;
    default:
      return undefined;
  }
}
