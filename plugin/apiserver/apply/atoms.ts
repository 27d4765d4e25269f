// What a schema means to server-side apply: which values are one piece, which maps and lists are owned part by part, and how a list item is named.
import { metadataSchema } from '../core/metadata.ts';
import { isObject, type JsonObject } from '../json.ts';
import { anything, type Schema } from '../schema/schema.ts';

export interface ListAtom {
  /** False: the list is one piece. */
  readonly associative: boolean;
  /** Empty for a set. */
  readonly keys: readonly string[];
  readonly items: Schema;
}

export interface MapAtom {
  /** True: the map is one piece. */
  readonly atomic: boolean;
  /** The schema of a field; undefined when there must be no such field. */
  readonly field: (key: string) => Schema | undefined;
  /** Declared fields are the shape of the map, other keys are its content. */
  readonly declares: (key: string) => boolean;
}

/** A schema without a type allows all three. */
export interface Atom {
  readonly scalar?: 'numeric' | 'string' | 'boolean' | 'untyped';
  readonly list?: ListAtom;
  readonly map?: MapAtom;
}

const inherited = new WeakMap<Schema, Schema>();

/** Below an object that keeps unknown fields, every object keeps them. Metadata is a type of its own. */
function keeping(schema: Schema): Schema {
  if (schema['x-kubernetes-preserve-unknown-fields'] || schema === metadataSchema) return schema;
  const made = inherited.get(schema) ?? { ...schema, 'x-kubernetes-preserve-unknown-fields': true };
  inherited.set(schema, made);
  return made;
}

const typeName: Schema = { type: 'string' };

function mapOf(schema: Schema): MapAtom {
  const keeps = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const own = schema['x-kubernetes-embedded-resource'] ? { ...schema.properties, apiVersion: typeName, kind: typeName, metadata: metadataSchema } : (schema.properties ?? {});
  const others = schema.additionalProperties;
  const other = isObject(others) ? (others as Schema) : others === true || (others === undefined && (keeps || Object.keys(own).length === 0)) ? anything : undefined;
  const declares = (key: string): boolean => Object.hasOwn(own, key);
  const found = (key: string): Schema | undefined => (declares(key) ? own[key] : other);
  return {
    atomic: schema['x-kubernetes-map-type'] === 'atomic', declares,
    field(key) {
      const below = found(key);
      return below && keeps ? keeping(below) : below;
    },
  };
}

function listOf(schema: Schema): ListAtom {
  const items = schema.items ?? anything;
  const kind = schema['x-kubernetes-list-type'];
  const merges = kind === undefined && schema['x-kubernetes-patch-strategy']?.startsWith('merge') === true;
  const mergeKey = schema['x-kubernetes-patch-merge-key'];
  const keys = merges ? (mergeKey === undefined ? [] : [mergeKey]) : kind === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : [];
  return { associative: merges || kind === 'map' || kind === 'set', keys, items: schema['x-kubernetes-preserve-unknown-fields'] ? keeping(items) : items };
}

const atoms = new WeakMap<Schema, Atom>();

function read(schema: Schema): Atom {
  switch (schema.type) {
    case undefined: return { scalar: 'untyped', list: listOf(schema), map: mapOf(schema) };
    case 'object': return { map: mapOf(schema) };
    case 'array': return { list: listOf(schema) };
    case 'boolean': return { scalar: 'boolean' };
    case 'integer': case 'number': return { scalar: 'numeric' };
    // Of the formats only bytes are plain strings; times, quantities and the like are not looked into.
    default: return { scalar: schema.format === undefined || schema.format === '' || schema.format === 'byte' ? 'string' : 'untyped' };
  }
}

export function atomOf(schema: Schema): Atom {
  const known = atoms.get(schema);
  if (known) return known;
  const made = read(schema);
  atoms.set(schema, made);
  return made;
}

/** The one possibility that fits a value; all of them for null and for values that fit none. */
export function fitting(schema: Schema, value: unknown): Atom {
  const atom = atomOf(schema);
  if (value === undefined || value === null) return atom;
  if (Array.isArray(value)) return atom.list ? { list: atom.list } : atom;
  if (isObject(value)) return atom.map ? { map: atom.map } : atom;
  return atom.scalar ? { scalar: atom.scalar } : atom;
}

/** How a path element is written: `.name`, `[key="x"]`, `[="x"]`. */
export function shownElement(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  if (element.startsWith('i:')) return `[${rest}]`;
  return `[${Object.entries(JSON.parse(rest) as JsonObject).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}

/** The element that names a list item; absent keys take their defaults. An object says why the item cannot be named. */
export function itemElement(item: unknown, list: ListAtom): string | { readonly why: string } {
  if (list.keys.length === 0) {
    if (Array.isArray(item)) return { why: 'not supported: associative list with lists as elements' };
    if (isObject(item)) return { why: "associative list without keys has an element that's a map type" };
    return item === null ? { why: "associative list without keys has an element that's an explicit null" } : `v:${JSON.stringify(item)}`;
  }
  if (item === null) return { why: 'associative list with keys may not have a null element' };
  if (!isObject(item)) return { why: 'associative list with keys may not have non-map elements' };
  const named: JsonObject = {};
  for (const key of list.keys.toSorted()) {
    const value = item[key] !== undefined ? item[key] : atomOf(list.items).map?.field(key)?.default;
    if (value !== undefined) named[key] = value;
  }
  if (Object.keys(named).length > 0) return `k:${JSON.stringify(named)}`;
  return { why: `associative list with keys has an element that omits all key fields [${list.keys.map((key) => JSON.stringify(key)).join(' ')}] (and doesn't have default values for any key fields)` };
}
