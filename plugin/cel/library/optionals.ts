// Values that may be absent: optional.of, orValue, `a.?b`, `a[?b]`.
import { Duration, Failure, List, Mapping, Optional, Timestamp, Uint, listOf, none, type Value } from '../values/value.ts';
import type { Library } from '../types/functions.ts';
import { lookUp, shown } from './operators.ts';

function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0n || value === 0 || value === '') return true;
  if (value instanceof List || value instanceof Mapping) return value.size === 0;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Duration || value instanceof Timestamp) return value.nanoseconds === 0n;
  return value instanceof Uint8Array ? value.length === 0 : value instanceof Optional && value.value === undefined;
}

/** The part of a value, absent where the value or the part is. */
export function optionalPart(value: Value, key: Value): Value {
  const container = value instanceof Optional ? value.value : value;
  if (container === undefined) return none;
  const found = lookUp(container, key);
  return found instanceof Failure ? found : found === undefined ? none : new Optional(found);
}

/** Indexing what may be absent: a part that is not there is an error only where its container is there. */
function partOf(value: Optional, key: Value): Value {
  if (value.value === undefined) return none;
  const found = lookUp(value.value, key);
  if (found === undefined) return new Failure(`no such key: ${shown(key)}`);
  return found instanceof Failure ? found : new Optional(found);
}

const unwrap = (list: List): Value => listOf([...list].flatMap((one) => (one instanceof Optional && one.value !== undefined ? [one.value] : [])));
const element = (at: (size: number) => number) => (list: List): Value => (list.size === 0 ? none : new Optional(list.at(at(list.size))));

export const optionals: Library = {
  'optional.of': { 'optional_of: (V) -> optional(V)': (value: Value): Value => new Optional(value) },
  'optional.ofNonZeroValue': { 'optional_ofNonZeroValue: (V) -> optional(V)': (value: Value): Value => (isZero(value) ? none : new Optional(value)) },
  'optional.none': { 'optional_none: () -> optional(V)': (): Value => none },
  value: { 'optional_value: optional(V).() -> V': ({ value }: Optional): Value => (value === undefined ? new Failure('optional.none() dereference') : value) },
  hasValue: { 'optional_hasValue: optional(V).() -> bool': ({ value }: Optional): Value => value !== undefined },
  // The evaluator looks at the second part only where the first has no value.
  or: { 'optional_or_optional: optional(V).(optional(V)) -> optional(V)': (a: Optional, b: Optional): Value => (a.value === undefined ? b : a) },
  orValue: { 'optional_orValue_value: optional(V).(V) -> V': (a: Optional, b: Value): Value => (a.value === undefined ? b : a.value) },
  '_?._': { 'select_optional_field: (dyn, string) -> optional(V)': optionalPart },
  '_[?_]': {
    'list_optindex_optional_int: (list(V), int) -> optional(V)': optionalPart,
    'optional_list_optindex_optional_int: (optional(list(V)), int) -> optional(V)': optionalPart,
    'map_optindex_optional_value: (map(K, V), K) -> optional(V)': optionalPart,
    'optional_map_optindex_optional_value: (optional(map(K, V)), K) -> optional(V)': optionalPart,
  },
  '_[_]': { 'optional_list_index_int: (optional(list(V)), int) -> optional(V)': partOf, 'optional_map_index_value: (optional(map(K, V)), K) -> optional(V)': partOf },
  last: { 'list_last: list(V).() -> optional(V)': element((size) => size - 1) },
  first: { 'list_first: list(V).() -> optional(V)': element(() => 0) },
  'optional.unwrap': { 'optional_unwrap: (list(optional(V))) -> list(V)': unwrap },
  unwrapOpt: { 'optional_unwrapOpt: list(optional(V)).() -> list(V)': unwrap },
};
