// What rules know of the data: the types that a schema declares, and how large the data can become within one request.
import { isObject } from '../../apiserver/json.ts';
import type { Schema } from '../../apiserver/schema/schema.ts';
import type { SizeOf } from '../cost/estimate.ts';
import { bool, bytes, double, duration, dyn, int, listType, mapType, objectType, string, timestamp, type Type } from '../types/type.ts';
import { escapeName, isReserved } from '../values/names.ts';
import { withObjectMeta } from '../values/json.ts';

/** The largest body that a real API server takes; what has no bound of its own is bounded by it. */
export const largestRequest = 3 * 1024 * 1024;

export interface Declared {
  readonly type: Type;
  /** By the name that expressions write. */
  readonly fields?: ReadonlyMap<string, Declared>;
  readonly element?: Declared;
  readonly most: number;
  /** The shortest JSON of a value. */
  readonly shortest: number;
}

const text = (schema: Schema): Declared => {
  const { format, maxLength, enum: choices } = schema;
  const most = maxLength === undefined ? largestRequest - 2 : Math.max(0, maxLength);
  switch (format) {
    case 'byte':
      return { type: bytes, most, shortest: 2 };
    case 'duration':
      return { type: duration, most: 32, shortest: 3 };
    case 'date':
      return { type: timestamp, most: 12, shortest: 12 };
    case 'date-time':
      return { type: timestamp, most: 32, shortest: 21 };
    default: {
      // A character may take four bytes, and bytes are what requests are counted in.
      const longest = maxLength === undefined && choices ? Math.max(0, ...choices.map((one) => (typeof one === 'string' ? Buffer.byteLength(one) : 0))) : most;
      return { type: string, most: maxLength === undefined ? longest : most * 4, shortest: 2 };
    }
  }
};

/** The declaration of a value; undefined where the schema says too little. `name`: what objects are called in messages. */
export function declare(schema: Schema, isRoot: boolean, name: string): Declared | undefined {
  if (schema['x-kubernetes-int-or-string']) return { type: dyn, most: schema.maxLength === undefined ? largestRequest - 2 : schema.maxLength * 4, shortest: 1 };
  const full = isRoot ? withObjectMeta(schema) : schema;
  const below = (inner: Schema, step: string): Declared | undefined => declare(inner, inner['x-kubernetes-embedded-resource'] === true, `${name}.${step}`);
  switch (full.type) {
    case 'array': {
      const element = full.items && below(full.items, '@idx');
      if (!element) return undefined;
      return { type: listType(element.type), element, most: full.maxItems ?? Math.floor((largestRequest - 2) / (element.shortest + 1)), shortest: 2 };
    }
    case 'object':
      return isObject(full.additionalProperties) ? mapOf(full, below(full.additionalProperties as Schema, '@elem')) : objectOf(full, name, below);
    case 'string':
      return text(full);
    case 'boolean':
      return { type: bool, most: 0, shortest: 4 };
    case 'number':
      return { type: double, most: 0, shortest: 1 };
    case 'integer':
      return { type: int, most: 0, shortest: 1 };
    default:
      return undefined;
  }
}

function mapOf({ maxProperties }: Schema, element: Declared | undefined): Declared | undefined {
  return element && { type: mapType(string, element.type), element, most: maxProperties ?? Math.floor((largestRequest - 2) / (element.shortest + 6)), shortest: 2 };
}

function objectOf({ properties = {}, required = [] }: Schema, name: string, below: (schema: Schema, step: string) => Declared | undefined): Declared {
  const fields = new Map<string, Declared>();
  let shortest = 2;
  for (const [key, inner] of Object.entries(properties)) {
    const escaped = escapeName(key);
    const field = below(inner, escaped ?? key);
    if (!field) continue;
    if (escaped !== undefined) fields.set(escaped, field);
    if (required.includes(key) && inner.default === undefined) shortest += Buffer.byteLength(key) + field.shortest + 4;
  }
  return { type: objectType(name), fields, most: 0, shortest };
}

/** The fields of all objects in a declaration, by the objects' names. */
export function objectsIn(root: Declared): ReadonlyMap<string, Declared> {
  const found = new Map<string, Declared>();
  const visit = (one: Declared): void => {
    if (one.fields) found.set(one.type.name, one);
    for (const field of one.fields?.values() ?? []) visit(field);
    if (one.element) visit(one.element);
  };
  visit(root);
  return found;
}

/** The type of a field; a word of the language may be written as it is. */
export function fieldType(objects: ReadonlyMap<string, Declared>, object: string, field: string): Type | undefined {
  const fields = objects.get(object)?.fields;
  return (fields?.get(field) ?? (isReserved(field) ? fields?.get(`__${field}__`) : undefined))?.type;
}

/** How large the data at a path of an expression may be. */
export const sizesOf = (root: Declared): SizeOf => (path) => {
  let here: Declared | undefined = root;
  for (const step of path.slice(1)) {
    if (step === '@items' || step === '@values') here = here.element;
    else if (step === '@keys') here = here.type.kind === 'map' ? { type: string, most: 0, shortest: 2 } : undefined;
    else here = here.fields?.get(step);
    if (!here) return undefined;
  }
  return { min: 0, max: here.most };
};
