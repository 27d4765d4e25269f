// Lists that are sets or maps: no item and no key may come twice.
import { isObject } from '../json.ts';
import { fieldError, type FieldError } from '../status.ts';
import type { Schema } from './schema.ts';

/** The key of an item; a missing key is a value like any other. */
const keyOf = (item: unknown, keys: readonly string[]): object => Object.fromEntries(keys.flatMap((key) => (isObject(item) && item[key] !== undefined ? [[key, item[key]]] : [])));

/** Each value that comes again is told once, where it comes the second time. */
function repeated(values: readonly unknown[], path: string): readonly FieldError[] {
  const seen = new Map<string, number>();
  return values.flatMap((value, index) => {
    const text = JSON.stringify(value) ?? 'null';
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    return times === 2 ? [fieldError.duplicate(`${path}[${index}]`, value)] : [];
  });
}

function ownErrors(value: readonly unknown[], schema: Schema, path: string): readonly FieldError[] {
  if (schema['x-kubernetes-list-type'] === 'set') return repeated(value, path);
  if (schema['x-kubernetes-list-type'] !== 'map') return [];
  const odd = value.findIndex((item) => item !== null && !isObject(item));
  if (odd >= 0) return [fieldError.invalid(`${path}[${odd}]`, value[odd], 'must be an object for an array of list-type map')];
  return repeated(value.map((item) => keyOf(item, schema['x-kubernetes-list-map-keys'] ?? [])), path);
}

/** Every item that is there twice. */
export function listErrors(value: unknown, schema: Schema, path = ''): readonly FieldError[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return [...ownErrors(value, schema, path), ...(items ? value.flatMap((item, index) => listErrors(item, items, `${path}[${index}]`)) : [])];
  }
  if (!isObject(value)) return [];
  const { properties = {}, additionalProperties: others } = schema;
  return Object.keys(value).flatMap((key) => {
    if (Object.hasOwn(properties, key)) return listErrors(value[key], properties[key] ?? {}, path ? `${path}.${key}` : key);
    return isObject(others) ? listErrors(value[key], others as Schema, `${path}[${key}]`) : [];
  });
}
