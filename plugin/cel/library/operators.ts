// Operators: arithmetic that refuses to overflow, order, equality, membership, indexing.
import { compare, equal, noSuchOverload } from '../values/compare.ts';
import { isInRange } from '../values/time.ts';
import { Duration, Failure, Growing, List, LiteralMap, Mapping, Timestamp, Uint, keyIdentity, typeName, type Value } from '../values/value.ts';
import type { Library } from '../types/functions.ts';

const int64 = 2n ** 63n;
const uint64 = 2n ** 64n;
const toInt = (value: bigint): Value => (value >= int64 || value < -int64 ? new Failure('integer overflow') : value);
const toUint = (value: bigint): Value => (value >= uint64 || value < 0n ? new Failure('unsigned integer overflow') : new Uint(value));
const toDuration = (value: bigint): Value => (value >= int64 || value < -int64 ? new Failure('duration overflow') : new Duration(value));
const toTimestamp = (value: bigint): Value => (isInRange(value) ? new Timestamp(value) : new Failure('timestamp overflow'));
const uints = (operation: (a: bigint, b: bigint) => bigint) => (a: Uint, b: Uint): Value => toUint(operation(a.value, b.value));
const ints = (operation: (a: bigint, b: bigint) => bigint) => (a: bigint, b: bigint): Value => toInt(operation(a, b));
const doubles = (operation: (a: number, b: number) => number) => (a: number, b: number): Value => operation(a, b);
const byZero = (word: string) => (operation: (a: bigint, b: bigint) => Value) => (a: bigint, b: bigint): Value => (b === 0n ? new Failure(`${word} by zero`) : operation(a, b));

type Nanoseconds = Timestamp | Duration;
const times = (make: (value: bigint) => Value, operation: (a: bigint, b: bigint) => bigint) => (a: Nanoseconds, b: Nanoseconds): Value => make(operation(a.nanoseconds, b.nanoseconds));
const plus = (a: bigint, b: bigint): bigint => a + b;
const minus = (a: bigint, b: bigint): bigint => a - b;

/** Lists of keyed entries merge, sets unite, other lists follow each other. */
function join(a: List | Growing, b: List): Value {
  if (a instanceof Growing) {
    a.values.push(...b);
    return a;
  }
  const { identity } = a;
  if (!identity) return new List(a.size + b.size, (index) => (index < a.size ? a.at(index) : b.at(index - a.size)));
  const made = new Map([...a].map((element) => [identity(element), element]));
  for (const element of b) made.set(identity(element), element);
  const values = [...made.values()];
  return new List(values.length, (index) => values[index] ?? null, identity);
}

const orderings: readonly (readonly [string, string, (order: number) => boolean])[] = [
  ['_<_', 'less', (order) => order < 0], ['_<=_', 'less_equals', (order) => order <= 0],
  ['_>_', 'greater', (order) => order > 0], ['_>=_', 'greater_equals', (order) => order >= 0],
];
const ordered = ['bool', 'int64', 'int64_double', 'int64_uint64', 'uint64', 'uint64_double', 'uint64_int64', 'double', 'double_int64', 'double_uint64', 'string', 'bytes', 'timestamp', 'duration'];
const spelt = (word: string): string => word.replace('64', '');

const comparisons: Library = Object.fromEntries(orderings.map(([name, id, holds]) => [name, Object.fromEntries(ordered.map((pair) => {
  const [left = '', right = left] = pair.split('_').map(spelt);
  return [`${id}_${pair}: (${left}, ${right}) -> bool`, (a: Value, b: Value): Value => {
    const order = compare(a, b);
    return order instanceof Failure ? order : holds(order);
  }];
}))]));

/** The place in a list that a number names; whole doubles and uints name one too. */
export function indexOf(key: Value): bigint | undefined {
  if (typeof key === 'bigint') return key;
  if (key instanceof Uint) return key.value;
  return typeof key === 'number' && Number.isInteger(key) ? BigInt(key) : undefined;
}

/** The element at a place or under a key; undefined where there is none. */
export function lookUp(container: Value, key: Value): Value | undefined {
  if (container instanceof Mapping) return container.find(key);
  if (!(container instanceof List)) return new Failure('no such overload');
  const index = indexOf(key);
  if (index === undefined) return new Failure(`unsupported index type '${typeName(key)}' in list`);
  return index < 0n || index >= container.size ? undefined : container.at(Number(index));
}

/** A key as messages show it. */
export const shown = (key: Value): string => (typeof key === 'object' && key !== null ? (key instanceof Uint ? String(key.value) : typeName(key)) : String(key));

function index(container: List | Mapping, key: Value): Value {
  return lookUp(container, key) ?? new Failure(container instanceof List ? `index out of bounds: ${shown(key)}` : `no such key: ${shown(key)}`);
}

function within(value: Value, container: List | Mapping): Value {
  if (container instanceof Mapping) return container.find(value) !== undefined;
  for (const element of container) if (equal(element, value)) return true;
  return false;
}

function insert(into: Mapping, pairs: readonly (readonly [Value, Value])[]): Value {
  const entries = new Map(into instanceof LiteralMap ? into.entries() : []);
  for (const [key, value] of pairs) {
    const identity = keyIdentity(key);
    if (identity === undefined) return new Failure(`unsupported key type: ${typeName(key)}`);
    if (entries.has(identity)) return new Failure(`insert failed: key ${shown(key)} already exists`);
    entries.set(identity, [key, value]);
  }
  return new LiteralMap(entries);
}

const logic = (...args: readonly Value[]): Value => noSuchOverload('logic', args);

export const operators: Library = {
  // The evaluator decides these itself, since they need not look at all of their operands.
  '_&&_': { 'logical_and: (bool, bool) -> bool': logic },
  '_||_': { 'logical_or: (bool, bool) -> bool': logic },
  '_?_:_': { 'conditional: (bool, A, A) -> A': logic },
  '@not_strictly_false': { 'not_strictly_false: (bool) -> bool': logic },
  '!_': { 'logical_not: (bool) -> bool': (value: boolean): Value => !value },
  '_==_': { 'equals: (A, A) -> bool': equal },
  '_!=_': { 'not_equals: (A, A) -> bool': (a: Value, b: Value): Value => !equal(a, b) },
  '_+_': {
    'add_bytes: (bytes, bytes) -> bytes': (a: Uint8Array, b: Uint8Array): Value => Buffer.concat([a, b]),
    'add_double: (double, double) -> double': doubles((a, b) => a + b),
    'add_duration_duration: (duration, duration) -> duration': times(toDuration, plus),
    'add_duration_timestamp: (duration, timestamp) -> timestamp': times(toTimestamp, plus),
    'add_timestamp_duration: (timestamp, duration) -> timestamp': times(toTimestamp, plus),
    'add_int64: (int, int) -> int': ints(plus),
    'add_list: (list(A), list(A)) -> list(A)': join,
    'add_string: (string, string) -> string': (a: string, b: string): Value => a + b,
    'add_uint64: (uint, uint) -> uint': uints(plus),
  },
  '_-_': {
    'subtract_double: (double, double) -> double': doubles((a, b) => a - b),
    'subtract_duration_duration: (duration, duration) -> duration': times(toDuration, minus),
    'subtract_int64: (int, int) -> int': ints(minus),
    'subtract_timestamp_duration: (timestamp, duration) -> timestamp': times(toTimestamp, minus),
    'subtract_timestamp_timestamp: (timestamp, timestamp) -> duration': times(toDuration, minus),
    'subtract_uint64: (uint, uint) -> uint': uints(minus),
  },
  '_*_': {
    'multiply_double: (double, double) -> double': doubles((a, b) => a * b),
    'multiply_int64: (int, int) -> int': ints((a, b) => a * b),
    'multiply_uint64: (uint, uint) -> uint': uints((a, b) => a * b),
  },
  '_/_': {
    'divide_double: (double, double) -> double': doubles((a, b) => a / b),
    'divide_int64: (int, int) -> int': byZero('division')((a, b) => toInt(a / b)),
    'divide_uint64: (uint, uint) -> uint': (a: Uint, b: Uint): Value => byZero('division')((x, y) => toUint(x / y))(a.value, b.value),
  },
  '_%_': {
    'modulo_int64: (int, int) -> int': byZero('modulus')((a, b) => a % b),
    'modulo_uint64: (uint, uint) -> uint': (a: Uint, b: Uint): Value => byZero('modulus')((x, y) => toUint(x % y))(a.value, b.value),
  },
  '-_': { 'negate_double: (double) -> double': (value: number): Value => -value, 'negate_int64: (int) -> int': (value: bigint): Value => toInt(-value) },
  ...comparisons,
  '_[_]': { 'index_list: (list(A), int) -> A': index, 'index_map: (map(A, B), A) -> B': index },
  '@in': { 'in_list: (A, list(A)) -> bool': within, 'in_map: (A, map(A, B)) -> bool': within },
  'cel.@mapInsert': {
    '@mapInsert_map_key_value: (map(K, V), K, V) -> map(K, V)': (into: Mapping, key: Value, value: Value): Value => insert(into, [[key, value]]),
    '@mapInsert_map_map: (map(K, V), map(K, V)) -> map(K, V)': (into: Mapping, more: Mapping): Value => insert(into, more.keys().map((key) => [key, more.find(key) ?? null])),
  },
  size: sizes(),
};

function sizes(): Library[string] {
  const text = (value: string): Value => BigInt(Array.from(value).length);
  const count = (value: List | Mapping): Value => BigInt(value.size);
  const bytes = (value: Uint8Array): Value => BigInt(value.length);
  return {
    'size_bytes: (bytes) -> int': bytes, 'bytes_size: bytes.() -> int': bytes, 'size_list: (list(A)) -> int': count, 'list_size: list(A).() -> int': count,
    'size_map: (map(A, B)) -> int': count, 'map_size: map(A, B).() -> int': count, 'size_string: (string) -> int': text, 'string_size: string.() -> int': text,
  };
}

