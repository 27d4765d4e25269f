// Whole objects inside of an object: their kind, version and metadata are checked like those of the object itself.
import { metadataErrors } from '../core/metadata.ts';
import { nameFaults } from '../core/names.ts';
import { isObject, type JsonObject, type KubeObject } from '../json.ts';
import { decodeStruct } from '../rest/go-types.ts';
import { fieldError, type FieldError } from '../status.ts';
import type { Schema } from './schema.ts';

type Visit = (value: JsonObject, path: string) => readonly FieldError[];

/** Visits every embedded object. */
function each(value: unknown, schema: Schema, path: string, visit: Visit): readonly FieldError[] {
  if (Array.isArray(value)) return schema.items ? value.flatMap((item, index) => each(item, schema.items ?? {}, `${path}[${index}]`, visit)) : [];
  if (!isObject(value)) return [];
  const own = schema['x-kubernetes-embedded-resource'] ? visit(value, path) : [];
  const { properties = {}, additionalProperties: others } = schema;
  return [...own, ...Object.keys(value).flatMap((key) => {
    if (Object.hasOwn(properties, key)) return each(value[key], properties[key] ?? {}, path ? `${path}.${key}` : key, visit);
    return isObject(others) ? each(value[key], others as Schema, `${path}[${key}]`, visit) : [];
  })];
}

/** What cannot be read at all: refused before anything is checked. Drops what metadata does not know, in place. */
export function coerceEmbedded(value: unknown, schema: Schema, unknown: string[]): readonly FieldError[] {
  return each(value, schema, '', (object, path) => {
    const wrong = ['apiVersion', 'kind'].filter((key) => object[key] !== undefined && typeof object[key] !== 'string').map((key) => fieldError.invalid(`${path}.${key}`, object[key], 'must be a string'));
    if (object['metadata'] === undefined || object['metadata'] === null) return wrong;
    const read = decodeStruct(object['metadata'], 'ObjectMeta', `${path}.metadata`);
    if (read.fault !== undefined) return [...wrong, fieldError.invalid(`${path}.metadata`, object['metadata'], read.fault)];
    object['metadata'] = read.value;
    unknown.push(...read.unknown);
    return wrong;
  });
}

function ownErrors(object: JsonObject, path: string): readonly FieldError[] {
  const { apiVersion, kind, metadata } = object;
  const errors: FieldError[] = [];
  if (apiVersion === undefined) errors.push(fieldError.required(`${path}.apiVersion`));
  else if (apiVersion === '') errors.push(fieldError.invalid(`${path}.apiVersion`, '', 'must not be empty'));
  else if (String(apiVersion).split('/').length > 2) errors.push(fieldError.invalid(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  if (kind === undefined) errors.push(fieldError.required(`${path}.kind`));
  else if (kind === '') errors.push(fieldError.invalid(`${path}.kind`, '', 'must not be empty'));
  else {
    const faults = nameFaults(String(kind).toLowerCase(), 'service');
    if (faults.length > 0) errors.push(fieldError.invalid(`${path}.kind`, kind, `may have mixed case, but should otherwise match: ${faults.join(',')}`));
  }
  if (!isObject(metadata)) return errors;
  const named = { metadata: { ...metadata, name: metadata['name'] || 'fakename' } } as unknown as KubeObject;
  const found = metadataErrors(named, undefined, { names: 'segment', standardFinalizers: false });
  return [...errors, ...found.map((error) => ({ ...error, field: `${path}.${error.field}` }))];
}

export const embeddedErrors = (value: unknown, schema: Schema): readonly FieldError[] => each(value, schema, '', ownErrors);
