// Checks a value against a schema and names every wrong field in Kubernetes' own words.
import { equal, isObject, type JsonObject } from '../json.ts';
import { fieldError, type FieldError } from '../status.ts';
import { hasFormat } from './formats.ts';
import { pattern } from './pattern.ts';
import { fieldPath, fieldSchema, isDeclared, itemSchema, type Schema } from './schema.ts';

const mostErrors = 100;

/** Every error, the first hundred at most. An empty answer: valid. */
export function validate(value: unknown, schema: Schema, path = ''): readonly FieldError[] {
  const errors: FieldError[] = [];
  check(value, schema, path, errors);
  return errors;
}

/** A number beyond int64 is a float to Go, whole or not. */
const named = (value: unknown): string => (typeof value === 'number' && Math.abs(value) >= 2 ** 63 ? 'number' : typeOf(value));

const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;

function hasType(value: unknown, schema: Schema): boolean {
  if (value === null) return schema.nullable === true;
  const found = typeOf(value);
  if (schema['x-kubernetes-int-or-string']) return found === 'integer' || found === 'string';
  return !schema.type || found === schema.type || (schema.type === 'number' && found === 'integer');
}

function check(value: unknown, schema: Schema, path: string, errors: FieldError[]): void {
  if (errors.length >= mostErrors) return;
  if (!hasType(value, schema)) {
    // A null without any type stated is anything; a null elsewhere is a wrong type.
    if (value === null && !schema.type && !schema['x-kubernetes-int-or-string']) return;
    const wanted = schema['x-kubernetes-int-or-string'] ? 'integer,string' : schema.type;
    const found = named(value);
    errors.push(fieldError.type(path, found, `${path} in body must be of type ${wanted}: ${JSON.stringify(found)}`));
    return;
  }
  if (value === null) return;
  if (schema.enum && !schema.enum.some((one) => equal(one, value))) errors.push(fieldError.unsupported(path, value, schema.enum));
  if (typeof value === 'string') checkString(value, schema, path, errors);
  else if (typeof value === 'number') checkNumber(value, schema, path, errors);
  else if (Array.isArray(value)) checkList(value, schema, path, errors);
  else if (isObject(value)) checkObject(value, schema, path, errors);
  checkCombined(value, schema, path, errors);
}

function checkString(value: string, schema: Schema, path: string, errors: FieldError[]): void {
  const wrong = (detail: string): void => void errors.push(fieldError.invalid(path, value, `${path} in body ${detail}`));
  const length = schema.minLength === undefined && schema.maxLength === undefined ? 0 : Array.from(value).length;
  if (schema.maxLength !== undefined && length > schema.maxLength) errors.push(fieldError.tooLong(path, schema.maxLength));
  if (schema.minLength !== undefined && length < schema.minLength) wrong(`should be at least ${schema.minLength} chars long`);
  if (schema.pattern !== undefined && !pattern(schema.pattern)?.test(value)) wrong(`should match '${schema.pattern}'`);
  if (schema.format && !hasFormat(value, schema.format)) wrong(`must be of type ${schema.format}: ${JSON.stringify(value)}`);
}

const ranges: { readonly [format: string]: readonly [number, number] } = { int32: [-(2 ** 31), 2 ** 31 - 1], int64: [-(2 ** 63), 2 ** 63] };

function checkNumber(value: number, schema: Schema, path: string, errors: FieldError[]): void {
  const wrong = (detail: string): void => void errors.push(fieldError.invalid(path, value, `${path} in body ${detail}`));
  const { minimum, maximum, multipleOf } = schema;
  const range = ranges[schema.format ?? ''];
  if (minimum !== undefined && schema.exclusiveMinimum && value <= minimum) wrong(`should be greater than ${minimum}`);
  if (minimum !== undefined && !schema.exclusiveMinimum && value < minimum) wrong(`should be greater than or equal to ${minimum}`);
  if (maximum !== undefined && schema.exclusiveMaximum && value >= maximum) wrong(`should be less than ${maximum}`);
  if (maximum !== undefined && !schema.exclusiveMaximum && value > maximum) wrong(`should be less than or equal to ${maximum}`);
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) wrong(`should be a multiple of ${multipleOf}`);
  if (range && (value < range[0] || value > range[1])) wrong(`must be of type ${schema.format}: "number"`);
}

function checkList(value: readonly unknown[], schema: Schema, path: string, errors: FieldError[]): void {
  if (schema.maxItems !== undefined && value.length > schema.maxItems) errors.push(fieldError.tooMany(path, value.length, schema.maxItems));
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    errors.push(fieldError.invalid(path, value.length, `${path} in body should have at least ${schema.minItems} items`));
  }
  const items = itemSchema(schema);
  const keys = schema['x-kubernetes-list-map-keys'];
  const isSet = schema['x-kubernetes-list-type'] === 'set' || schema.uniqueItems;
  const seen = new Set<string>();
  value.forEach((item, index) => {
    check(item, items, `${path}[${index}]`, errors);
    if (!keys && !isSet) return;
    const identity = keys && isObject(item) ? Object.fromEntries(keys.flatMap((key) => (item[key] === undefined ? [] : [[key, item[key]]]))) : item;
    const text = JSON.stringify(identity);
    if (seen.has(text)) errors.push(fieldError.duplicate(`${path}[${index}]`, identity));
    seen.add(text);
  });
}

function checkObject(value: JsonObject, schema: Schema, path: string, errors: FieldError[]): void {
  for (const key of schema.required ?? []) {
    if (value[key] === undefined) errors.push(fieldError.required(fieldPath(path, key, true)));
  }
  const keys = Object.keys(value);
  if (schema.maxProperties !== undefined && keys.length > schema.maxProperties) errors.push(fieldError.tooMany(path, keys.length, schema.maxProperties));
  if (schema.minProperties !== undefined && keys.length < schema.minProperties) {
    errors.push(fieldError.invalid(path, keys.length, `${path} in body should have at least ${schema.minProperties} properties`));
  }
  for (const key of keys) {
    const child = fieldSchema(schema, key);
    if (child && value[key] !== undefined) check(value[key], child, fieldPath(path, key, isDeclared(schema, key)), errors);
  }
}

function checkCombined(value: unknown, schema: Schema, path: string, errors: FieldError[]): void {
  const valid = (one: Schema): boolean => validate(value, one, path).length === 0;
  const wrong = (detail: string): void => void errors.push(fieldError.invalid(path, value, detail));
  for (const one of schema.allOf ?? []) check(value, one, path, errors);
  // An int-or-string states its two types a second time as anyOf: already checked.
  if (schema.anyOf && !schema['x-kubernetes-int-or-string'] && !schema.anyOf.some(valid)) wrong(`${JSON.stringify(path)} must validate at least one schema (anyOf)`);
  const matches = schema.oneOf?.filter(valid).length;
  if (matches !== undefined && matches !== 1) {
    wrong(`${JSON.stringify(path)} must validate one and only one schema (oneOf). ${matches === 0 ? 'Found none valid' : `Found ${matches} valid alternatives`}`);
  }
  if (schema.not && valid(schema.not)) wrong(`${JSON.stringify(path)} must not validate the schema (not)`);
}
