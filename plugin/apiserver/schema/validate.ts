// Checks a value against a schema and names every wrong field in Kubernetes' own words.
import { isObject, type JsonObject } from '../json.ts';
import { fieldError, type FieldError } from '../status.ts';
import { combined } from './combined.ts';
import { Findings } from './findings.ts';
import { formatOf } from './formats.ts';
import { checkNumber, checkString, isListed } from './scalars.ts';
import { anything, type Earlier, type Schema } from './schema.ts';

/** Every error, the first hundred at most. An empty answer: valid. With `before` the parts that an update leaves alone are let through as they are. */
export const validate = (value: unknown, schema: Schema, path = '', before?: Earlier): readonly FieldError[] => check(value, schema, path, before).errors;

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  // A number beyond int64 is a float to Go, whole or not.
  return Number.isInteger(value) && Math.abs(value as number) < 2 ** 63 ? 'integer' : typeof value;
};

const typesOf = (schema: Schema): readonly string[] => (schema['x-kubernetes-int-or-string'] ? ['integer', 'string'] : schema.type ? [schema.type] : []);

function hasType(value: unknown, schema: Schema): boolean {
  const types = typesOf(schema);
  const found = typeOf(value);
  if (value === null) return types.length === 0 || schema.nullable === true;
  const isNumeric = types.includes('number') || types.includes('integer');
  // A text or a list in a field with a format is judged by the format alone.
  if (!isNumeric && formatOf(schema) && (found === 'string' || found === 'array')) return true;
  return types.length === 0 || types.includes(found) || (found === 'integer' && types.includes('number')) || (found === 'number' && types.includes('integer') && Number.isInteger(value) && Math.abs(value as number) < 2 ** 53);
}

export function check(value: unknown, schema: Schema, path: string, before?: Earlier): Findings {
  const found = new Findings();
  const isTyped = typesOf(schema).length > 0 || formatOf(schema) !== undefined;
  if (!hasType(value, schema)) found.add(fieldError.type(path, typeOf(value), `${path} in body must be of type ${typesOf(schema).join(',')}: ${JSON.stringify(typeOf(value))}`));
  else if (isTyped) found.held++;
  if (value !== null) {
    if (isTyped) found.held++;
    found.merge(combined(value, schema, path, check));
    found.merge(own(value, schema, path, before));
    // Each further check that applies counts: the combination, the enumeration, the value as a whole.
    found.held += 3;
  }
  if (schema.enum && schema.enum.length > 0 && !isListed(value, schema.enum)) found.add(notListed(value, schema.enum, path));
  if (!found.valid && before?.unchanged) return new Findings();
  return found;
}

const notListed = (value: unknown, listed: readonly unknown[], path: string): FieldError => fieldError.unsupported(path, value, listed.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))));

function own(value: unknown, schema: Schema, path: string, before?: Earlier): Findings {
  if (typeof value === 'string') return checkString(value, schema, path);
  if (typeof value === 'number') return checkNumber(value, schema, path);
  if (Array.isArray(value)) return checkList(value, schema, path, before);
  return isObject(value) ? checkObject(value, schema, path, before) : new Findings();
}

function checkList(value: readonly unknown[], schema: Schema, path: string, before?: Earlier): Findings {
  const found = new Findings();
  const items = schema.items;
  if (items) value.forEach((item, index) => found.merge(check(item, items, `${path}[${index}]`, before?.item(index))));
  if (schema.minItems !== undefined && value.length < schema.minItems) found.add(fieldError.invalid(path, value.length, `${path} in body should have at least ${schema.minItems} items`));
  if (schema.maxItems !== undefined && value.length > schema.maxItems) found.add(fieldError.tooMany(path, value.length, schema.maxItems));
  found.held += 2;
  return found;
}

function checkObject(value: JsonObject, schema: Schema, path: string, before?: Earlier): Findings {
  const found = new Findings();
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  const { properties = {}, additionalProperties: others } = schema;
  const below = (key: string): string => (path ? `${path}.${key}` : key);
  if (schema.minProperties !== undefined && keys.length < schema.minProperties) found.add(fieldError.invalid(path, keys.length, `${path} in body should have at least ${schema.minProperties} properties`));
  if (schema.maxProperties !== undefined && keys.length > schema.maxProperties) found.add(fieldError.tooMany(path, keys.length, schema.maxProperties));
  for (const key of keys) {
    const child = Object.hasOwn(properties, key) ? properties[key] : isObject(others) ? (others as Schema) : undefined;
    if (child && child !== anything) found.merge(check(value[key], child, below(key), before?.field(key)));
  }
  for (const key of schema.required ?? []) if (value[key] === undefined) found.add(fieldError.required(below(key)));
  found.held++;
  return found;
}
