// Fills in what a schema has a default for.
import { copy, isObject } from '../json.ts';
import { isDeclared, itemSchema, type Schema } from './schema.ts';

/** Changes the value in place. A null in a field that is not nullable counts as absent, as in Kubernetes. */
export function applyDefaults(value: unknown, schema: Schema): void {
  if (Array.isArray(value)) {
    const items = itemSchema(schema);
    for (const item of value) applyDefaults(item, items);
    return;
  }
  if (!isObject(value)) return;
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    const missing = value[key] === undefined || (value[key] === null && !child.nullable && child.default !== undefined);
    if (missing && child.default !== undefined) value[key] = copy(child.default);
    if (value[key] !== undefined) applyDefaults(value[key], child);
  }
  if (!isObject(schema.additionalProperties)) return;
  const others = schema.additionalProperties as Schema;
  for (const key of Object.keys(value)) {
    if (isDeclared(schema, key)) continue;
    if (value[key] === null && !others.nullable && others.default !== undefined) value[key] = copy(others.default);
    applyDefaults(value[key], others);
  }
}
