// Sets of field paths as a tree, in the notation of managedFields (`f:name`, `k:{"name":"a"}`, `v:"x"`, `i:0`).
import { isObject, type JsonObject } from '../json.ts';
import { shownElement } from './atoms.ts';

/** `member`: the path itself is in the set; `children`: longer paths are. */
export interface FieldSet {
  member: boolean;
  readonly children: Map<string, FieldSet>;
}

export const emptySet = (): FieldSet => ({ member: false, children: new Map() });
export const isEmpty = (set: FieldSet): boolean => !set.member && set.children.size === 0;

export function child(set: FieldSet, element: string): FieldSet {
  let found = set.children.get(element);
  if (!found) set.children.set(element, (found = emptySet()));
  return found;
}

function combine(a: FieldSet | undefined, b: FieldSet | undefined, keep: (a: boolean, b: boolean) => boolean): FieldSet {
  const made: FieldSet = { member: keep(a?.member ?? false, b?.member ?? false), children: new Map() };
  for (const key of new Set([...(a?.children.keys() ?? []), ...(b?.children.keys() ?? [])])) {
    const one = combine(a?.children.get(key), b?.children.get(key), keep);
    if (!isEmpty(one)) made.children.set(key, one);
  }
  return made;
}

export const union = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (x, y) => x || y);
export const difference = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (x, y) => x && !y);
export const intersection = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (x, y) => x && y);

export function sameSet(a: FieldSet, b: FieldSet): boolean {
  return a.member === b.member && a.children.size === b.children.size &&
    [...a.children].every(([key, one]) => {
      const other = b.children.get(key);
      return other !== undefined && sameSet(one, other);
    });
}

/** The set without everything at or below the given paths. */
export function without(set: FieldSet, gone: FieldSet): FieldSet {
  const made: FieldSet = { member: set.member, children: new Map() };
  for (const [key, one] of set.children) {
    const cut = gone.children.get(key);
    if (cut?.member) continue;
    const rest = cut ? without(one, cut) : one;
    if (!isEmpty(rest)) made.children.set(key, rest);
  }
  return made;
}

/** A set that holds the given paths, each a list of elements. */
export function setOf(...paths: readonly (readonly string[])[]): FieldSet {
  const made = emptySet();
  for (const path of paths) path.reduce(child, made).member = true;
  return made;
}

/** The paths of all members as Kubernetes lists them: those of one level before those of deeper ones. */
export function memberPaths(set: FieldSet, prefix = ''): readonly string[] {
  const sorted = [...set.children].toSorted(([a], [b]) => byElement(a, b));
  return [
    ...sorted.filter(([, one]) => one.member).map(([element]) => prefix + shownElement(element)),
    ...sorted.flatMap(([element, one]) => memberPaths(one, prefix + shownElement(element))),
  ];
}

const kinds = 'fkvi';

/** Fields, then keys, values and indexes; each by its value. */
function byElement(a: string, b: string): number {
  if (a[0] !== b[0]) return kinds.indexOf(a[0] ?? '') - kinds.indexOf(b[0] ?? '');
  if (a[0] === 'f') return a < b ? -1 : 1;
  const [one, other] = [a, b].map((element) => {
    const value = JSON.parse(element.slice(2)) as unknown;
    return isObject(value) ? Object.entries(value).flat() : [value];
  });
  for (const [index, value] of (one ?? []).entries()) {
    const against = other?.[index];
    if (value === against) continue;
    if (typeof value === typeof against && (typeof value === 'number' || typeof value === 'string')) return value < (against as typeof value) ? -1 : 1;
    return typeof value === 'number' ? -1 : 1;
  }
  return a < b ? -1 : 1;
}

/** fieldsV1: a member without children is {}, one with children holds a ".". */
export function toFieldsV1(set: FieldSet): JsonObject {
  const made: JsonObject = {};
  if (set.member && set.children.size > 0) made['.'] = {};
  for (const key of [...set.children.keys()].toSorted()) {
    const one = set.children.get(key);
    if (one) made[key] = toFieldsV1(one);
  }
  return made;
}

const deepest = 600;

/** Reads fieldsV1; undefined when it is none. */
export function fromFieldsV1(value: unknown, depth = 0): FieldSet | undefined {
  if (!isObject(value) || depth > deepest) return undefined;
  const made = emptySet();
  for (const [key, below] of Object.entries(value)) {
    if (key === '.') {
      made.member = true;
      continue;
    }
    const element = normalElement(key);
    if (element === undefined) return undefined;
    const one = fromFieldsV1(below, depth + 1);
    if (!one) return undefined;
    if (isEmpty(one)) one.member = true;
    made.children.set(element, one);
  }
  return made;
}

/** The element as it is written here: keys in order, no spaces. Undefined when it is none. */
function normalElement(element: string): string | undefined {
  if (element.startsWith('f:')) return element;
  if (element.startsWith('i:')) return /^i:\d+$/.test(element) ? element : undefined;
  if (!/^[kv]:/.test(element)) return undefined;
  try {
    const value = JSON.parse(element.slice(2)) as unknown;
    if (element.startsWith('v:')) return `v:${JSON.stringify(value)}`;
    return isObject(value) ? `k:${JSON.stringify(Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))))}` : undefined;
  } catch {
    return undefined;
  }
}
