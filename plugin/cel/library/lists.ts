// Functions on lists: isSorted, sum, min, max, indexOf, slice, flatten, sort, distinct, reverse, range, and those of sets.
import { compare, equal } from '../values/compare.ts';
import { Duration, Failure, List, Uint, listOf, type Value } from '../values/value.ts';
import type { Library } from '../types/functions.ts';
import { operators } from './operators.ts';

const comparable = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'];
const zeros: Readonly<Record<string, Value>> = { int: 0n, uint: new Uint(0n), double: 0, duration: new Duration(0n) };
const additions: Readonly<Record<string, string>> = { int: 'add_int64: (int, int) -> int', uint: 'add_uint64: (uint, uint) -> uint', double: 'add_double: (double, double) -> double', duration: 'add_duration_duration: (duration, duration) -> duration' };

const each = (types: readonly string[], overload: (type: string) => readonly [string, (...args: never[]) => Value]): Library[string] => Object.fromEntries(types.map(overload));

function isSorted(list: List): Value {
  for (let index = 1; index < list.size; index++) {
    const order = compare(list.at(index - 1), list.at(index));
    if (order instanceof Failure) return order;
    if (order > 0) return false;
  }
  return true;
}

const sum = (type: string) => (list: List): Value => {
  const add = operators['_+_']?.[additions[type] ?? ''] as ((a: Value, b: Value) => Value) | undefined;
  let total: Value = zeros[type] ?? 0n;
  for (const element of list) {
    total = element instanceof Failure ? element : (add?.(total, element) ?? total);
    if (total instanceof Failure) return total;
  }
  return total;
};

const extreme = (word: string, sign: number) => (list: List): Value => {
  let found: Value | undefined;
  for (const element of list) {
    const order = found === undefined ? 1 : compare(element, found);
    if (order instanceof Failure) return order;
    if (found === undefined || order * sign > 0) found = element;
  }
  return found ?? new Failure(`${word} called on empty list`);
};

function indexOf(list: List, value: Value): Value {
  for (let index = 0; index < list.size; index++) if (equal(list.at(index), value)) return BigInt(index);
  return -1n;
}
function lastIndexOf(list: List, value: Value): Value {
  for (let index = list.size - 1; index >= 0; index--) if (equal(list.at(index), value)) return BigInt(index);
  return -1n;
}

function slice(list: List, start: bigint, end: bigint): Value {
  if (start < 0n || end < 0n) return new Failure(`cannot slice(${start}, ${end}), negative indexes not supported`);
  if (start > end) return new Failure(`cannot slice(${start}, ${end}), start index must be less than or equal to end index`);
  if (end > list.size) return new Failure(`cannot slice(${start}, ${end}), list is length ${list.size}`);
  return new List(Number(end - start), (index) => list.at(Number(start) + index));
}

function flat(list: List, depth: bigint): Value[] {
  return [...list].flatMap((element) => (element instanceof List && depth > 0n ? flat(element, depth - 1n) : [element]));
}
const flatten = (list: List, depth = 1n): Value => (depth < 0n ? new Failure('level must be non-negative') : listOf(flat(list, depth)));

function sortBy(list: List, keys: List): Value {
  if (list.size !== keys.size) return new Failure(`@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${list.size} and ${keys.size} elements respectively`);
  let wrong: Failure | undefined;
  const order = [...keys].map((key, index) => ({ key, index })).toSorted((a, b) => {
    const found = compare(a.key, b.key);
    if (found instanceof Failure) wrong ??= new Failure('list elements must have the same type');
    return found instanceof Failure ? 0 : found;
  });
  return wrong ?? listOf(order.map(({ index }) => list.at(index)));
}

function distinct(list: List): Value {
  const found: Value[] = [];
  for (const element of list) if (!found.some((one) => equal(one, element))) found.push(element);
  return listOf(found);
}

const mostRange = 1_000_000n;
const range = (count: bigint): Value => (count > mostRange ? new Failure(`lists.range takes at most ${mostRange}`) : new List(Number(count < 0n ? 0n : count), (index) => BigInt(index)));

const holds = (list: List, value: Value): boolean => indexOf(list, value) !== -1n;
const contains = (list: List, part: List): boolean => [...part].every((element) => holds(list, element));

export const lists: Library = {
  isSorted: each(comparable, (type) => [`list_${type}_is_sorted_bool: list(${type}).() -> bool`, isSorted]),
  sum: each(Object.keys(zeros), (type) => [`list_${type}_sum_${type}: list(${type}).() -> ${type}`, sum(type)]),
  max: each(comparable, (type) => [`list_${type}_max_${type}: list(${type}).() -> ${type}`, extreme('max', 1)]),
  min: each(comparable, (type) => [`list_${type}_min_${type}: list(${type}).() -> ${type}`, extreme('min', -1)]),
  indexOf: { 'list_a_index_of_int: list(A).(A) -> int': indexOf },
  lastIndexOf: { 'list_a_last_index_of_int: list(A).(A) -> int': lastIndexOf },
  slice: { 'list_slice: list(T).(int, int) -> list(T)': slice },
  flatten: { 'list_flatten: list(list(T)).() -> list(T)': flatten, 'list_flatten_int: list(dyn).(int) -> list(dyn)': flatten },
  sort: each(comparable, (type) => [`list_${type}_sort: list(${type}).() -> list(${type})`, (list: List): Value => sortBy(list, list)]),
  '@sortByAssociatedKeys': each(comparable, (type) => [`list_${type}_sortByAssociatedKeys: list(T).(list(${type})) -> list(T)`, sortBy]),
  'lists.range': { 'lists_range: (int) -> list(int)': range },
  reverse: { 'list_reverse: list(T).() -> list(T)': (list: List): Value => new List(list.size, (index) => list.at(list.size - 1 - index)) },
  distinct: { 'list_distinct: list(T).() -> list(T)': distinct },
  'sets.contains': { 'list_sets_contains_list: (list(T), list(T)) -> bool': contains },
  'sets.equivalent': { 'list_sets_equivalent_list: (list(T), list(T)) -> bool': (a: List, b: List): Value => contains(a, b) && contains(b, a) },
  'sets.intersects': { 'list_sets_intersects_list: (list(T), list(T)) -> bool': (a: List, b: List): Value => [...b].some((element) => holds(a, element)) },
};
