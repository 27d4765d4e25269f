// Which field paths an object holds, and which paths differ between two objects.
import { equal, isObject } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { atomOf, fitting, itemElement, type ListAtom, type MapAtom } from './atoms.ts';
import { child, emptySet, isEmpty, type FieldSet } from './field-set.ts';

/** The paths that whoever applies this object claims. */
export function fieldsOf(value: unknown, schema: Schema): FieldSet {
  const made = emptySet();
  claim(value, schema, made);
  sweep(made);
  return made;
}

function claim(value: unknown, schema: Schema, set: FieldSet): void {
  const { map, list, scalar } = fitting(schema, value);
  if (map) claimMap(value, map, set);
  else if (scalar || !list?.associative) set.member = true;
  else claimList(value, list, set);
}

function claimMap(value: unknown, map: MapAtom, set: FieldSet): void {
  if (map.atomic) set.member = true;
  else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      const below = map.field(key);
      if (!below || item === undefined) continue;
      const made = child(set, `f:${key}`);
      claim(item, below, made);
      // Keys that are content are members themselves, and so is what holds nothing.
      if (!map.declares(key) || item === null || (isObject(item) && Object.keys(item).length === 0)) made.member = true;
    }
  }
}

function claimList(value: unknown, list: ListAtom, set: FieldSet): void {
  for (const [element, items] of indexed(value, list)) {
    const made = child(set, element);
    made.member = true;
    // What occurs twice is owned as a whole.
    if (items.length === 1) claim(items[0], list.items, made);
  }
}

/** The items of a keyed list or set by their elements; items that cannot be named are left out. */
export function indexed(value: unknown, list: ListAtom): ReadonlyMap<string, readonly unknown[]> {
  const made = new Map<string, unknown[]>();
  for (const item of Array.isArray(value) ? (value as readonly unknown[]) : []) {
    const element = itemElement(item, list);
    if (typeof element !== 'string') continue;
    const there = made.get(element);
    if (there) there.push(item);
    else made.set(element, [item]);
  }
  return made;
}

export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** Compares two states of one object, path by path. No path is in more than one of the sets. */
export function compare(before: unknown, after: unknown, schema: Schema): Comparison {
  const found = { added: emptySet(), modified: emptySet(), removed: emptySet() };
  visit(before, after, schema, found);
  for (const set of Object.values(found)) sweep(set);
  return found;
}

const holdsNothing = (value: unknown): boolean => value === undefined || value === null || (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0);

function mark(before: unknown, after: unknown, found: Comparison): void {
  if (before === undefined) found.added.member = true;
  else if (after === undefined) found.removed.member = true;
  else if (!equal(before, after)) found.modified.member = true;
}

const below = (found: Comparison, element: string): Comparison => ({ added: child(found.added, element), modified: child(found.modified, element), removed: child(found.removed, element) });

type Shape = 'map' | 'list' | 'leaf';

/** As what the two values are compared; two when they are of different shapes. */
function shapes(before: unknown, after: unknown, schema: Schema): readonly Shape[] {
  const shape = (value: unknown): Shape => {
    const { map, scalar, list } = fitting(schema, value);
    return map ? 'map' : scalar || !list ? 'leaf' : 'list';
  };
  if (after === undefined) return [shape(before)];
  if (before === undefined) return [shape(after)];
  // A null takes the shape of the other side.
  return [...new Set([before, after].map(shape))];
}

function visit(before: unknown, after: unknown, schema: Schema, found: Comparison): void {
  if (before === after) return;
  let isLeaf = false;
  for (const shape of shapes(before, after, schema)) {
    const { map, list } = atomOf(schema);
    const whole = holdsNothing(before) && holdsNothing(after);
    if (shape === 'map' && map && !map.atomic && !whole) visitMap(before, after, map, found);
    else if (shape === 'list' && list?.associative && !whole) visitList(before, after, list, found);
    else {
      isLeaf = true;
      mark(before, after, found);
    }
  }
  if (isLeaf) return;
  if (before === undefined) found.added.member = true;
  else if (after === undefined) found.removed.member = true;
}

function visitMap(before: unknown, after: unknown, map: MapAtom, found: Comparison): void {
  const [old, now] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const schema = map.field(key);
    if (schema && !(old[key] === undefined && now[key] === undefined)) visit(old[key], now[key], schema, below(found, `f:${key}`));
  }
}

function visitList(before: unknown, after: unknown, list: ListAtom, found: Comparison): void {
  const [old, now] = [indexed(before, list), indexed(after, list)];
  for (const element of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(element) ?? [], now.get(element) ?? []];
    const here = below(found, element);
    if (was.length <= 1 && is.length <= 1) visit(was[0], is[0], list.items, here);
    else if (was.length >= 2 && is.length >= 2) here.modified.member ||= !equal(was, is);
    else if (was.length >= 2) {
      if (is.length > 0) visit(undefined, is[0], list.items, here);
      here.removed.member = true;
    } else {
      if (was.length > 0) visit(was[0], undefined, list.items, here);
      here.added.member = true;
    }
  }
}

/** Drops branches in which nothing was marked. */
function sweep(set: FieldSet): void {
  for (const [key, one] of set.children) {
    sweep(one);
    if (isEmpty(one)) set.children.delete(key);
  }
}
