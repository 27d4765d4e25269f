// JSON data as values of the language, by its schema: made when they are asked for, so that a rule pays for what it reads.
import { isObject, type JsonObject } from '../../apiserver/json.ts';
import type { Schema } from '../../apiserver/schema/schema.ts';
import { unescapeName } from './names.ts';
import { parseDate, parseDateTime, parseDuration } from './time.ts';
import { Failure, List, Mapping, Unknown, type Value } from './value.ts';

const text: Schema = { type: 'string' };

/** The schema at the root of a resource: kind, apiVersion, metadata.name and metadata.generateName can always be read, nothing else of metadata. */
export function withObjectMeta(schema: Schema): Schema {
  return {
    ...schema,
    properties: { ...schema.properties, kind: text, apiVersion: text, metadata: { type: 'object', properties: { name: text, generateName: text } } },
  };
}

class DataMap extends Mapping {
  readonly #json: JsonObject;
  readonly #schema: Schema;
  constructor(json: JsonObject, schema: Schema) {
    super();
    this.#json = json;
    this.#schema = schema;
  }
  get size(): number {
    return this.keys().length;
  }
  keys(): readonly Value[] {
    return Object.keys(this.#json).filter((key) => this.#json[key] !== undefined);
  }
  find(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined;
    const { properties, additionalProperties } = this.#schema;
    const isDeclared = properties !== undefined;
    // What the data holds under its own name is found under it too: `keys` names it so.
    const name = isDeclared && !Object.hasOwn(this.#json, key) ? unescapeName(key) : key;
    if (name === undefined || !Object.hasOwn(this.#json, name)) return undefined;
    const value = this.#json[name];
    if (value === undefined || (isDeclared && value === null)) return undefined;
    if (isDeclared) {
      const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return schema ? valueOf(value, schema) : new Unknown(value);
    }
    return isObject(additionalProperties) ? valueOf(value, additionalProperties as Schema) : new Unknown(value);
  }
}

/** The value of JSON data under its schema. */
export function valueOf(json: unknown, schema: Schema): Value {
  if (json === null || json === undefined) return schema.nullable ? null : new Failure('invalid data, got null for schema with nullable=false');
  if (schema['x-kubernetes-int-or-string']) {
    if (typeof json === 'string') return json;
    return Number.isInteger(json) ? BigInt(json as number) : new Failure('invalid data, expected XIntOrString value to be either a string or integer');
  }
  switch (schema.type) {
    case 'object':
      if (!isObject(json)) return new Failure('invalid data, expected a map for the provided schema with type=object');
      return new DataMap(json, schema['x-kubernetes-embedded-resource'] ? withObjectMeta(schema) : schema);
    case 'array':
      return Array.isArray(json) ? listValue(json, schema) : new Failure('invalid data, expected an array for the provided schema with type=array');
    case 'string':
      return typeof json === 'string' ? stringValue(json, schema.format) : new Failure('invalid data, expected string');
    case 'number':
      return typeof json === 'number' ? json : new Failure('invalid data, expected float');
    case 'integer':
      return Number.isInteger(json) ? BigInt(json as number) : new Failure('invalid data, expected int');
    case 'boolean':
      return typeof json === 'boolean' ? json : new Failure('invalid data, expected bool');
    default:
      return new Unknown(json);
  }
}

function listValue(json: readonly unknown[], schema: Schema): Value {
  const { items } = schema;
  if (!items) return new Failure('invalid array type, expected Items with a non-empty Schema');
  const kind = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'];
  const identity = kind === 'map' && keys ? (element: Value) => JSON.stringify(keys.map((key) => plain(element instanceof Mapping ? element.find(key) : undefined)))
    : kind === 'set' ? (element: Value) => plain(element) : undefined;
  return new List(json.length, (index) => valueOf(json[index], items), identity);
}

/** A scalar as something that a Map and JSON can hold. */
const plain = (value: Value | undefined): unknown => (typeof value === 'bigint' ? `int ${value}` : value);

function stringValue(json: string, format: string | undefined): Value {
  switch (format) {
    case 'duration':
      return parseDuration(json) ?? new Failure(`Invalid duration ${json}`);
    case 'date':
      return parseDate(json) ?? new Failure(`Invalid date formatted string ${json}`);
    case 'date-time':
      return parseDateTime(json) ?? new Failure(`Invalid date-time formatted string ${json}`);
    case 'byte':
      return Buffer.from(json, 'base64');
    default:
      return json;
  }
}
