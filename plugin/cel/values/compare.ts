// Equality and order of values: numbers compare across their three types, everything else within its own.
import { equal as equalJson } from '../../apiserver/json.ts';
import { Duration, Failure, List, Mapping, Opaque, Optional, Timestamp, TypeValue, Uint, Unknown, typeName, type Value } from './value.ts';

const numeric = (value: Value): bigint | number | undefined =>
  typeof value === 'bigint' || typeof value === 'number' ? value : value instanceof Uint ? value.value : undefined;

/** Of two values of any types; values of different types are unequal. */
export function equal(a: Value, b: Value): boolean {
  const left = numeric(a);
  const right = numeric(b);
  // JavaScript compares bigint and number by their mathematical value, which is what CEL asks for.
  // oxlint-disable-next-line eqeqeq
  if (left !== undefined && right !== undefined) return left == right;
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b;
  if (a instanceof List) return b instanceof List && equalLists(a, b);
  if (a instanceof Mapping) return b instanceof Mapping && a.size === b.size && a.keys().every((key) => equalAt(a, b, key));
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanoseconds === b.nanoseconds;
  if (a instanceof Duration) return b instanceof Duration && a.nanoseconds === b.nanoseconds;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Optional) return b instanceof Optional && (a.value === undefined || b.value === undefined ? a.value === b.value : equal(a.value, b.value));
  if (a instanceof Opaque) return b instanceof Opaque && a.typeName === b.typeName && a.equals(b);
  if (a instanceof Unknown) return b instanceof Unknown && equalJson(a.json, b.json);
  return a === b;
}

function equalAt(a: Mapping, b: Mapping, key: Value): boolean {
  const left = a.find(key);
  const right = b.find(key);
  return left === undefined || right === undefined ? left === right : equal(left, right);
}

/** Lists of sets and of keyed entries are equal in whatever order their entries stand. */
function equalLists(a: List, b: List): boolean {
  if (a.size !== b.size) return false;
  const { identity } = a;
  if (!identity) {
    for (let index = 0; index < a.size; index++) if (!equal(a.at(index), b.at(index))) return false;
    return true;
  }
  const known = new Map([...a].map((element) => [identity(element), element]));
  return [...b].every((element) => {
    const same = known.get(identity(element));
    return same !== undefined && equal(same, element);
  });
}

/** Negative, zero or positive; a failure where the two have no order. */
export function compare(a: Value, b: Value): number | Failure {
  const left = numeric(a);
  const right = numeric(b);
  if (left !== undefined && right !== undefined) {
    if (Number.isNaN(left) || Number.isNaN(right)) return new Failure('NaN values cannot be ordered');
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if ((a instanceof Timestamp && b instanceof Timestamp) || (a instanceof Duration && b instanceof Duration)) {
    return a.nanoseconds < b.nanoseconds ? -1 : a.nanoseconds > b.nanoseconds ? 1 : 0;
  }
  return new Failure('no such overload');
}

/** `name(int, string)`: what was called with what. */
export const noSuchOverload = (name: string, args: readonly Value[]): Failure => new Failure(`no such overload: ${name}(${args.map(typeName).join(', ')})`);
