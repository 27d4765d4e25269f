// Nulls in fields that take none: without a default they count as absent and are removed; those with one are filled in later.
import { isObject } from '../json.ts';
import { isDeclared, type Schema } from './schema.ts';

/** Changes the value in place. */
export function dropNulls(value: unknown, schema: Schema): void {
  if (Array.isArray(value)) {
    if (schema.items) for (const item of value) dropNulls(item, schema.items);
    return;
  }
  if (!isObject(value)) return;
  for (const key of Object.keys(value)) {
    const child = isDeclared(schema, key) ? schema.properties?.[key] : isObject(schema.additionalProperties) ? (schema.additionalProperties as Schema) : undefined;
    if (!child) continue;
    if (value[key] === null && !child.nullable && child.default === undefined) delete value[key];
    else dropNulls(value[key], child);
  }
}
