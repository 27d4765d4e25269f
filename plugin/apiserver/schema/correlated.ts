// A value beside the value that was there before it: which part of the one became which part of the other.
import { equal, isObject, type JsonObject } from '../json.ts';
import type { Earlier, Schema } from './schema.ts';

/** One key for one combination of values; undefined where a value is missing or no scalar. */
function keyOf(item: unknown, keys: readonly string[]): string | undefined {
  if (!isObject(item)) return undefined;
  const values = keys.map((key) => item[key]);
  return values.every((value) => ['boolean', 'number', 'string'].includes(typeof value)) ? JSON.stringify(values) : undefined;
}

/** Finds the earlier item with the same keys; nothing in lists whose items have none. */
export function earlierItems(schema: Schema, before: unknown): (item: unknown) => unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || !keys || keys.length === 0 || !Array.isArray(before)) return () => undefined;
  const known = new Map<string | undefined, unknown>();
  for (const item of before) {
    const key = keyOf(item, keys);
    if (key !== undefined && !known.has(key)) known.set(key, item);
  }
  return (item) => {
    const key = keyOf(item, keys);
    return key === undefined ? undefined : known.get(key);
  };
}

export class Correlated implements Earlier {
  readonly #value: unknown;
  readonly #before: unknown;
  readonly #schema: Schema;
  #unchanged: boolean | undefined;
  #items: ((item: unknown) => unknown) | undefined;

  constructor(value: unknown, before: unknown, schema: Schema) {
    this.#value = value;
    this.#before = before;
    this.#schema = schema;
  }

  /** The field in both; undefined where it is new, gone or not declared. */
  field(name: string): Correlated | undefined {
    if (!isObject(this.#value) || !isObject(this.#before)) return undefined;
    const value = this.#value[name];
    const before = this.#before[name];
    if (value === undefined || before === undefined) return undefined;
    const schema = own(this.#schema, name);
    return schema && new Correlated(value, before, schema);
  }

  /** The item in both: only lists whose items have keys say which one it was. */
  item(index: number): Correlated | undefined {
    if (!Array.isArray(this.#value) || !this.#schema.items) return undefined;
    this.#items ??= earlierItems(this.#schema, this.#before);
    const value: unknown = this.#value[index];
    const before = this.#items(value);
    return before === undefined ? undefined : new Correlated(value, before, this.#schema.items);
  }

  /** Whether nothing changed. Items with keys may change their places. */
  get unchanged(): boolean {
    return (this.#unchanged ??= this.#compare());
  }

  #compare(): boolean {
    if (Array.isArray(this.#value) && Array.isArray(this.#before)) {
      if (this.#value.length !== this.#before.length) return false;
      if (this.#schema['x-kubernetes-list-type'] !== 'map') return equal(this.#value, this.#before);
      return this.#value.every((_, index) => this.item(index)?.unchanged ?? false);
    }
    if (!isObject(this.#value) || !isObject(this.#before)) return equal(this.#value, this.#before);
    const names = Object.keys(this.#value).filter((name) => (this.#value as JsonObject)[name] !== undefined);
    if (names.length !== Object.keys(this.#before).filter((name) => (this.#before as JsonObject)[name] !== undefined).length) return false;
    return names.every((name) => this.field(name)?.unchanged ?? false);
  }
}

function own({ properties, additionalProperties }: Schema, name: string): Schema | undefined {
  if (properties && Object.hasOwn(properties, name)) return properties[name];
  return isObject(additionalProperties) ? (additionalProperties as Schema) : undefined;
}
