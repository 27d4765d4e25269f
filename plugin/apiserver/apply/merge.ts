// Puts an applied configuration over the live object, and takes paths out of an object.
import { copy, isObject, type JsonObject } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { atomOf, fitting, itemElement, type ListAtom, type MapAtom } from './atoms.ts';
import { emptySet, type FieldSet } from './field-set.ts';
import { indexed } from './ownership.ts';

const holdsNothing = (value: unknown): boolean => value === undefined || value === null || (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0);

/** The live value with the applied one over it; maps and lists that are not one piece are merged part by part. */
export function merge(live: unknown, applied: unknown, schema: Schema): unknown {
  if (applied === undefined) return copy(live);
  const { map, list } = atomOf(schema);
  // A null takes the shape of the other side; both holding nothing, the applied nothing wins.
  const [one, other] = [applied ?? live, live ?? applied];
  if (holdsNothing(live) && holdsNothing(applied)) return copy(applied);
  if (map && !map.atomic && isObject(one) && isObject(other)) return mergeMaps(live, applied, map);
  if (list?.associative && Array.isArray(one) && Array.isArray(other)) return mergeLists(live, applied, list);
  return copy(applied);
}

function mergeMaps(live: unknown, applied: unknown, map: MapAtom): JsonObject {
  const [old, now] = [isObject(live) ? live : {}, isObject(applied) ? applied : {}];
  const made: JsonObject = {};
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const schema = map.field(key);
    const value = schema ? merge(old[key], now[key], schema) : copy(old[key]);
    if (value !== undefined) made[key] = value;
  }
  return made;
}

/** Applied items in their own order; live items that are not applied stay where they are among the shared ones. */
function mergeLists(live: unknown, applied: unknown, list: ListAtom): unknown[] {
  const [there, wanted] = [indexed(live, list), indexed(applied, list)];
  const old = (Array.isArray(live) ? (live as readonly unknown[]) : []).flatMap((item) => {
    const element = itemElement(item, list);
    return typeof element === 'string' ? [{ element, item }] : [];
  });
  const order = [...wanted.keys()];
  const shared = order.filter((element) => there.has(element));
  const done = new Set<string>();
  const made: unknown[] = [];
  let [left, right, next] = [0, 0, 0];
  const take = (element: string): void => {
    done.add(element);
    const items = there.get(element);
    // Duplicates of the live list are not merged with what is applied but replaced by it.
    made.push(merge(items?.length === 1 ? items[0] : undefined, wanted.get(element)?.[0], list.items));
    if (shared[next] === element) next++;
  };
  while (left < old.length || right < order.length) {
    const here = old[left];
    const applying = order[right];
    if (here && applying !== undefined) {
      if (here.element === applying) {
        take(applying);
        left++;
        right++;
        continue;
      }
      if (wanted.has(here.element) && shared[next] !== undefined && shared[next] !== here.element) {
        left++;
        continue;
      }
    }
    if (here && !wanted.has(here.element)) {
      made.push(copy(here.item));
      left++;
      continue;
    }
    if (here && done.has(here.element)) left++;
    if (applying !== undefined) {
      take(applying);
      right++;
    }
  }
  return made;
}

/** The value without the paths of the set. What holds nothing afterwards is null where it held something, as in Kubernetes. */
export function removeItems(value: unknown, gone: FieldSet, schema: Schema): unknown {
  const { map, list, scalar } = fitting(schema, value);
  if (map && isObject(value)) return map.atomic || Object.keys(value).length === 0 ? null : removeKeys(value, gone, map);
  if (scalar && !isObject(value) && !Array.isArray(value)) return value;
  if (!list?.associative || !Array.isArray(value)) return null;
  const made = (value as readonly unknown[]).flatMap((item) => {
    const element = itemElement(item, list);
    const below = typeof element === 'string' ? (gone.children.get(element) ?? emptySet()) : emptySet();
    if (below.member) return [];
    return [below.children.size > 0 ? removeItems(item, below, list.items) : item];
  });
  return made.length > 0 ? made : null;
}

function removeKeys(value: JsonObject, gone: FieldSet, map: MapAtom): JsonObject | null {
  const made: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    const below = gone.children.get(`f:${key}`);
    if (below?.member) continue;
    const schema = map.field(key);
    made[key] = below && schema ? removeItems(item, below, schema) : item;
  }
  return Object.keys(made).length > 0 ? made : null;
}
