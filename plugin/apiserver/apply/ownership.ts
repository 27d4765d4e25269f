// Which field paths an object holds, and which paths differ between two objects.
import { equal, isObject } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { child, emptySet, isEmpty, type FieldSet } from './field-set.ts';
import { isGranular, parts } from './typed.ts';

const hasNothing = (value: unknown): boolean => value === null || (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0);

/** The paths that whoever applies this object claims. */
export function fieldsOf(value: unknown, schema: Schema): FieldSet {
  const made = emptySet();
  claim(value, schema, '', made);
  return made;
}

function claim(value: unknown, schema: Schema, path: string, set: FieldSet): void {
  if (!isGranular(value, schema) || hasNothing(value)) {
    set.member = true;
    return;
  }
  for (const part of parts(value, schema, path).values()) {
    const below = child(set, part.element);
    claim(part.value, part.schema, `${path}.${part.element.slice(2)}`, below);
    // List items are members even when their fields are listed too; so are map entries that hold nothing.
    if (Array.isArray(value)) below.member = true;
  }
}

export interface Comparison {
  /** Paths that are new or different. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

/** Compares two states of one object, path by path. */
export function compare(before: unknown, after: unknown, schema: Schema): Comparison {
  const found = { changed: emptySet(), removed: emptySet() };
  walk({ before, after, schema }, found.changed, found.removed);
  sweep(found.changed);
  sweep(found.removed);
  return found;
}

function walk(of: { before: unknown; after: unknown; schema: Schema }, changed: FieldSet, removed: FieldSet): void {
  const { before, after, schema } = of;
  if (equal(before, after)) return;
  const open = (value: unknown): boolean => value === undefined || value === null || isGranular(value, schema);
  if (!open(before) || !open(after) || (hasNothing(before ?? null) && hasNothing(after ?? null))) {
    if (after === undefined) removed.member = true;
    else changed.member = true;
    return;
  }
  if (before === undefined) changed.member = true;
  if (after === undefined) removed.member = true;
  const old = parts(before, schema, '');
  const now = parts(after, schema, '');
  for (const element of new Set([...old.keys(), ...now.keys()])) {
    const schemaBelow = (now.get(element) ?? old.get(element))?.schema;
    if (!schemaBelow) continue;
    walk({ before: old.get(element)?.value, after: now.get(element)?.value, schema: schemaBelow }, child(changed, element), child(removed, element));
  }
}

/** Drops branches in which nothing was marked. */
function sweep(set: FieldSet): void {
  for (const [key, one] of set.children) {
    sweep(one);
    if (isEmpty(one)) set.children.delete(key);
  }
}
