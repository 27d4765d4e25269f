// What a schema says about ownership: which value is one piece, which list is a map, how a list item is named.
import { isObject, type JsonObject } from '../json.ts';
import { fieldSchema, itemSchema, isDeclared, type Schema } from '../schema/schema.ts';

/** A value cannot be read as its schema says, e.g. a list item without its key. */
export class TypedError extends Error {}

export const isAtomicMap = (schema: Schema): boolean => schema['x-kubernetes-map-type'] === 'atomic';

/** Lists are one piece unless the schema makes them a map or a set. */
export function listKind(schema: Schema): 'atomic' | 'set' | 'map' {
  const kind = schema['x-kubernetes-list-type'];
  return kind === 'map' || kind === 'set' ? kind : 'atomic';
}

/** True for a map or list whose parts are owned one by one. */
export function isGranular(value: unknown, schema: Schema): boolean {
  if (Array.isArray(value)) return listKind(schema) !== 'atomic';
  return isObject(value) && !isAtomicMap(schema);
}

/** One part of a granular value: its element in a field set, its value, its schema. */
export interface Part {
  readonly element: string;
  readonly value: unknown;
  readonly schema: Schema;
  /** A field that the schema declares is part of its parent's shape; other keys and list items are members themselves. */
  readonly declared: boolean;
}

/** The parts of a granular map or list. Throws a TypedError for list items that cannot be told apart. */
export function parts(value: unknown, schema: Schema, path: string): ReadonlyMap<string, Part> {
  const made = new Map<string, Part>();
  if (Array.isArray(value)) {
    const items = itemSchema(schema);
    for (const item of value as readonly unknown[]) {
      const element = itemElement(item, schema, path);
      if (made.has(element)) throw new TypedError(`${path}: duplicate entries for key ${element.slice(2)}`);
      made.set(element, { element, value: item, schema: items, declared: false });
    }
    return made;
  }
  for (const [key, item] of Object.entries(isObject(value) ? value : {})) {
    if (item === undefined) continue;
    const found = fieldSchema(schema, key);
    if (!found) throw new TypedError(`${path}.${key}: field not declared in schema`);
    made.set(`f:${key}`, { element: `f:${key}`, value: item, schema: found, declared: isDeclared(schema, key) });
  }
  return made;
}

/** The element that names a list item. Absent keys take their default, as in Kubernetes. */
export function itemElement(item: unknown, schema: Schema, path: string): string {
  if (listKind(schema) === 'set') return `v:${JSON.stringify(item)}`;
  if (!isObject(item)) throw new TypedError(`${path}: element: associative list with keys may not have non-map elements`);
  const keys: JsonObject = {};
  for (const key of (schema['x-kubernetes-list-map-keys'] ?? []).toSorted()) {
    const value = item[key] ?? schema.items?.properties?.[key]?.default;
    if (value !== undefined && value !== null) keys[key] = value;
  }
  if (Object.keys(keys).length === 0) {
    throw new TypedError(`${path}: element: associative list with keys has an element that omits key field ${JSON.stringify(schema['x-kubernetes-list-map-keys']?.[0])} (and doesn't have default value)`);
  }
  return `k:${JSON.stringify(keys)}`;
}
