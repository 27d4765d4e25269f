// Whether a stored value has the shape that its schema declares: what was stored under an older schema must not surprise us.
import type { JsonSchema } from './schema.ts';

/** Shapes only: patterns, lengths and ranges are the server's to enforce, and nothing breaks over them. */
export function conforms(schema: JsonSchema, value: unknown): boolean {
  if (schema.anyOf) return schema.anyOf.some((choice) => conforms(choice, value));
  switch (schema.type) {
    case 'object':
      return conformsToObject(schema, value);
    case 'array':
      return Array.isArray(value) && value.length >= (schema.minItems ?? 0) && value.every((item) => conforms(schema.items ?? {}, item));
    case 'string':
      return typeof value === 'string' && (schema.enum?.includes(value) ?? true);
    case 'integer':
      return Number.isSafeInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    default:
      return true;
  }
}

function conformsToObject({ properties = {}, required = [], additionalProperties }: JsonSchema, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  // A field with a default is there in all that is read; one without it was stored before the default was declared.
  const needed = [...required, ...Object.keys(properties).filter((name) => properties[name]?.default !== undefined)];
  if (needed.some((name) => !fields.has(name))) return false;
  if (Object.entries(properties).some(([name, inner]) => fields.has(name) && !conforms(inner, fields.get(name)))) return false;
  return !additionalProperties || [...fields.values()].every((inner) => conforms(additionalProperties, inner));
}
