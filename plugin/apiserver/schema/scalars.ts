// Checks texts and numbers against the limits of a schema, and any value against an enumeration.
import { equal } from '../json.ts';
import { fieldError } from '../status.ts';
import { Findings } from './findings.ts';
import { formatOf, hasFormat } from './formats.ts';
import { goFloat } from './go-text.ts';
import { matches } from './pattern.ts';
import type { Schema } from './schema.ts';

/** The first of the limits that is broken is told, then the format. */
export function checkString(value: string, schema: Schema, path: string): Findings {
  const found = new Findings();
  const wrong = (detail: string): void => found.add(fieldError.invalid(path, value, `${path} in body ${detail}`));
  const { minLength, maxLength } = schema;
  const length = minLength === undefined && maxLength === undefined ? 0 : Array.from(value).length;
  if (maxLength !== undefined && length > maxLength) found.add(fieldError.tooLong(path, maxLength));
  else if (minLength !== undefined && length < minLength) wrong(`should be at least ${minLength} chars long`);
  else if (schema.pattern !== undefined && schema.pattern !== '' && !matches(schema.pattern, value)) wrong(`should match '${schema.pattern}'`);
  const format = formatOf(schema);
  if (format && !hasFormat(value, format)) found.add(fieldError.type(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`));
  found.held += format ? 2 : 1;
  return found;
}

const isLong = (value: number): boolean => Number.isInteger(value) && Math.abs(value) < 2 ** 63;

/** A whole number is compared with whole limits: Go cuts off what is behind the point of them. */
export function checkNumber(value: number, schema: Schema, path: string): Findings {
  const found = new Findings();
  const whole = isLong(value);
  const limit = (given: number): number => (whole ? Math.trunc(given) : given);
  const text = (given: number): string => (whole ? String(limit(given)) : goFloat(given));
  const wrong = (detail: string): void => found.add(fieldError.invalid(path, value, `${path} in body should be ${detail}`));
  const { minimum, maximum, multipleOf } = schema;
  if (multipleOf !== undefined && limit(multipleOf) <= 0) found.add(fieldError.invalid(path, limit(multipleOf), `factor MultipleOf declared for ${path} must be positive: ${text(multipleOf)}`));
  else if (multipleOf !== undefined && !isMultiple(value, limit(multipleOf))) wrong(`a multiple of ${text(multipleOf)}`);
  if (minimum !== undefined && schema.exclusiveMinimum && value <= limit(minimum)) wrong(`greater than ${text(minimum)}`);
  if (minimum !== undefined && !schema.exclusiveMinimum && value < limit(minimum)) wrong(`greater than or equal to ${text(minimum)}`);
  if (maximum !== undefined && schema.exclusiveMaximum && value >= limit(maximum)) wrong(`less than ${text(maximum)}`);
  if (maximum !== undefined && !schema.exclusiveMaximum && value > limit(maximum)) wrong(`less than or equal to ${text(maximum)}`);
  found.held += 2;
  return found;
}

const isMultiple = (value: number, factor: number): boolean => nearlyWhole(factor < 1 ? (1 / factor) * value : value / factor);

/** Whole, but for what a division of floats leaves over. */
function nearlyWhole(value: number): boolean {
  const whole = Math.trunc(value);
  const apart = Math.abs(value - whole);
  return apart === 0 || apart < 1e-9 * Math.min(Math.abs(value) + Math.abs(whole), Number.MAX_VALUE);
}

/** Go converts the value to the type of each listed one before it compares. */
export const isListed = (value: unknown, listed: readonly unknown[]): boolean =>
  listed.some((one) => one !== null && (equal(one, value) || (typeof value === 'number' && typeof one === 'number' && isLong(one) && Math.trunc(value) === one)));
