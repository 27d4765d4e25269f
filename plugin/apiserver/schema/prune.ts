// Removes what a schema does not declare, and says what it removed.
import { isObject, type JsonObject } from '../json.ts';
import { metadataSchema } from '../core/metadata.ts';
import { ToldPaths } from './told-paths.ts';
import { fieldSchema, itemSchema, type Schema } from './schema.ts';

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Changes the value in place (it must be the caller's own) and answers the paths of the fields that went, in order; of very many the first. */
export function prune(value: unknown, schema: Schema): readonly string[] {
  const unknown = new ToldPaths();
  visit(value, schema, '', unknown);
  return unknown.all.toSorted(byBytes);
}

function visit(value: unknown, schema: Schema, path: string, unknown: ToldPaths): void {
  if (Array.isArray(value)) {
    const items = itemSchema(schema);
    value.forEach((item, index) => visit(item, items, `${path}[${index}]`, unknown));
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) field(value, key, schema, { path, unknown });
  }
}

function field(value: JsonObject, key: string, schema: Schema, report: { readonly path: string; readonly unknown: ToldPaths }): void {
  const here = report.path ? `${report.path}.${key}` : key;
  const embedded = schema['x-kubernetes-embedded-resource'] && (key === 'apiVersion' || key === 'kind' || key === 'metadata');
  const child = embedded ? (key === 'metadata' ? metadataSchema : { type: 'string' }) : fieldSchema(schema, key);
  if (child) return visit(value[key], child, here, report.unknown);
  delete value[key];
  report.unknown.add(here);
}
