// Compiled-in kinds are structs on a real cluster: what is empty there is not written, and what is always written gets its zero.
import { isObject, type JsonObject } from '../json.ts';
import { itemSchema, type Schema } from '../schema/schema.ts';

/** A pointer tells absent from empty; a field that is always written has a zero even when nobody set it. */
type Presence = 'pointer' | 'always';

const presence = new WeakMap<Schema, Presence>();

function marked(schema: Schema, how: Presence): Schema {
  presence.set(schema, how);
  return schema;
}

/** A field whose empty value is kept: `immutable: false` is not the same as none. */
export const pointer = (schema: Schema): Schema => marked(schema, 'pointer');
/** A field that is written even when it is empty. */
export const always = (schema: Schema): Schema => marked(schema, 'always');

const isStruct = (schema: Schema): boolean => schema.properties !== undefined && presence.get(schema) !== 'pointer';

function zero(schema: Schema): unknown {
  if (isStruct(schema)) return asTyped({}, schema);
  if (schema.type === 'string') return schema.format === 'date-time' ? null : '';
  if (schema.type === 'integer' || schema.type === 'number') return 0;
  return schema.type === 'boolean' ? false : null;
}

const isEmpty = (value: unknown): boolean =>
  value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0);

/** The object (the caller's own) as a struct would write it. A value of a wrong type is left for validation to refuse. */
export function asTyped<T>(value: T, schema: Schema): T {
  if (Array.isArray(value)) {
    const items = itemSchema(schema);
    value.forEach((item: unknown, index) => void (value[index] = item === null ? zero(items) : asTyped(item, items)));
    return value;
  }
  // Go's base64 passes over line breaks.
  if (typeof value === 'string' && schema.format === 'byte') return value.replaceAll(/[\r\n]/g, '') as T;
  if (!isObject(value)) return value;
  if (schema.properties) fields(value, schema.properties);
  else if (isObject(schema.additionalProperties)) entries(value, schema.additionalProperties as Schema);
  return value;
}

function fields(value: JsonObject, properties: { readonly [name: string]: Schema }): void {
  for (const [key, schema] of Object.entries(properties)) {
    const how = presence.get(schema);
    const given = Object.hasOwn(value, key) ? value[key] : undefined;
    const written = how === 'always' || isStruct(schema);
    if (given === undefined || given === null) {
      if (written) value[key] = zero(schema);
      else delete value[key];
      continue;
    }
    const typed = asTyped(given, schema);
    if (how === undefined && !written && isEmpty(typed)) delete value[key];
    else value[key] = typed;
  }
}

function entries(value: JsonObject, schema: Schema): void {
  for (const key of Object.keys(value)) value[key] = value[key] === null ? zero(schema) : asTyped(value[key], schema);
}
