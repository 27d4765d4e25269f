// Puts an applied configuration over the live object, and takes away what its owner no longer applies.
import { copy, isObject, type JsonObject } from '../json.ts';
import { fieldSchema, itemSchema, type Schema } from '../schema/schema.ts';
import { isEmpty, type FieldSet } from './field-set.ts';
import { isGranular, itemElement, listKind } from './typed.ts';

/** The live value with the applied one over it; granular maps and lists are merged part by part. */
export function merge(live: unknown, applied: unknown, schema: Schema): unknown {
  if (applied === undefined) return copy(live);
  if (live === undefined || live === null || !isGranular(applied, schema) || !isGranular(live, schema)) return copy(applied);
  if (Array.isArray(applied)) return Array.isArray(live) ? mergeLists(live, applied, schema) : copy(applied);
  if (!isObject(live) || !isObject(applied)) return copy(applied);
  const made: JsonObject = {};
  for (const key of new Set([...Object.keys(live), ...Object.keys(applied)])) {
    const below = fieldSchema(schema, key);
    made[key] = below ? merge(live[key], applied[key], below) : copy(live[key]);
  }
  return made;
}

/** Applied items in their own order; live items that are not applied stay in front of the next applied one they preceded. */
function mergeLists(live: readonly unknown[], applied: readonly unknown[], schema: Schema): unknown[] {
  const name = (item: unknown): string => itemElement(item, schema, '');
  const wanted = new Map(applied.map((item) => [name(item), item]));
  const there = new Map(live.map((item) => [name(item), item]));
  const made: unknown[] = [];
  const done = new Set<string>();
  const put = (element: string): void => {
    if (done.has(element)) return;
    done.add(element);
    made.push(merge(there.get(element), wanted.get(element), itemSchema(schema)));
  };
  const order = [...wanted.keys()];
  let next = 0;
  for (const element of there.keys()) {
    if (!wanted.has(element)) {
      put(element);
      continue;
    }
    while (next < order.length && !done.has(element)) put(order[next++] ?? element);
  }
  while (next < order.length) put(order[next++] ?? '');
  return made;
}

/**
 * Removes from `value` (the caller's own) what is in `last` and is owned by nobody in `keep`.
 * A container goes whole when nobody owns anything in it.
 */
export function removeUnowned(value: unknown, last: FieldSet, keep: FieldSet | undefined, schema: Schema): unknown {
  if (!isGranular(value, schema)) return value;
  const fate = (element: string): 'stay' | 'go' | 'look' => {
    const before = last.children.get(element);
    if (!before) return 'stay';
    const kept = keep?.children.get(element);
    return !kept || isEmpty(kept) ? 'go' : 'look';
  };
  const below = (element: string, inner: unknown, innerSchema: Schema): unknown => {
    const before = last.children.get(element);
    return before ? removeUnowned(inner, before, keep?.children.get(element), innerSchema) : inner;
  };
  if (Array.isArray(value)) {
    return (value as unknown[]).flatMap((item) => {
      const element = itemElement(item, schema, '');
      return fate(element) === 'go' ? [] : [listKind(schema) === 'set' ? item : below(element, item, itemSchema(schema))];
    });
  }
  if (!isObject(value)) return value;
  for (const key of Object.keys(value)) {
    const element = `f:${key}`;
    const found = fieldSchema(schema, key);
    if (!found) continue;
    if (fate(element) === 'go') delete value[key];
    else value[key] = below(element, value[key], found);
  }
  return value;
}
