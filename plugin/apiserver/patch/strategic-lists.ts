// Lists in strategic merge patches: merged item by item, and put into the order that the patch or the live list has.
import { equal, identity, isObject, type JsonObject } from '../json.ts';
import { untypable } from '../status.ts';
import { goText } from '../schema/go-text.ts';

export interface ItemRules {
  /** The field that names an item; undefined for lists of plain values. */
  readonly key: string | undefined;
  readonly merge: (original: JsonObject, patch: JsonObject) => JsonObject;
}

function keyOf(item: unknown, key: string): unknown {
  if (!isObject(item)) throw untypable(`expected a map, but received a ${Array.isArray(item) ? 'slice' : typeof item}`);
  if (item[key] === undefined) throw untypable(`map: ${goText(item)} does not contain declared merge key: ${key}`);
  return item[key];
}

function isSame(a: unknown, b: unknown, key: string | undefined): boolean {
  return key === undefined ? equal(a, b) : equal(keyOf(a, key), keyOf(b, key));
}

function firstOfEach(items: readonly unknown[]): readonly unknown[] {
  const places = placesOf(items, undefined);
  return items.filter((item, index) => places.get(identity(item)) === index);
}

export interface Merged {
  readonly items: readonly unknown[];
  /** What the order is taken from: the items of the patch that are no directives, and the live ones that are left. */
  readonly wanted: readonly unknown[];
  readonly live: readonly unknown[];
}

/** The items of both, not yet in order: the live ones merged, the new ones behind. */
export function mergeItems(original: readonly unknown[], patch: readonly unknown[], rules: ItemRules): Merged {
  const { key } = rules;
  if (key === undefined) return { items: firstOfEach([...original, ...patch]), wanted: patch, live: original };
  const items = patch.map((item) => {
    if (!isObject(item)) throw untypable('list element types are not identical');
    return item;
  });
  const gone = new Set(items.filter((item) => item['$patch'] === 'delete').map((item) => identity(keyOf(item, key))));
  const [unknown] = items.filter((item) => item['$patch'] !== undefined && item['$patch'] !== 'delete' && item['$patch'] !== 'replace');
  if (unknown) throw untypable(unknown['$patch'] === 'merge' ? 'merging lists cannot yet be specified in the patch' : `unknown patch type: ${goText(unknown['$patch'])} in map: ${goText(unknown)}`);
  const plain = items.filter((item) => item['$patch'] === undefined);
  if (items.some((item) => item['$patch'] === 'replace')) return { items: plain, wanted: [], live: plain };
  const made = original.filter((item) => !isObject(item) || !gone.has(identity(item[key])));
  const live = [...made];
  const places = placesOf(made, key);
  for (const item of plain) {
    const name = identity(keyOf(item, key));
    const at = places.get(name) ?? made.length;
    const there = made[at];
    made[at] = isObject(there) ? rules.merge(there, item) : item;
    places.set(name, at);
  }
  return { items: made, wanted: plain, live };
}

/** By what an item is known by: undefined for what should have a key and is no object. */
const nameOf = (item: unknown, key: string | undefined): string | undefined => (key === undefined ? identity(item) : isObject(item) ? identity(item[key]) : undefined);

/** Where each item stands first. Lists have as many items as fit into a request: they are not searched for each other's. */
function placesOf(items: readonly unknown[], key: string | undefined): Map<string, number> {
  const places = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const name = nameOf(item, key);
    if (name !== undefined && !places.has(name)) places.set(name, index);
  }
  return places;
}

/** Items that the patch names in its order; the others are put between them as they stand in the live list. */
export function inOrder(items: readonly unknown[], wanted: readonly unknown[], live: readonly unknown[], { key }: ItemRules): readonly unknown[] {
  if (key !== undefined) for (const item of [...items, ...wanted]) keyOf(item, key);
  const [inWanted, inLive] = [placesOf(wanted, key), placesOf(live, key)];
  const known = items.map((item) => ({ item, wanted: inWanted.get(nameOf(item, key) ?? '') ?? -1, live: inLive.get(nameOf(item, key) ?? '') ?? -1 }));
  const named = known.filter((one) => one.wanted >= 0).toSorted((a, b) => a.wanted - b.wanted);
  const others = known.filter((one) => one.wanted < 0).toSorted((a, b) => a.live - b.live);
  const made: unknown[] = [];
  let next = 0;
  for (const right of named) {
    for (let left = others[next]; left && left.live >= 0 && left.live < right.live; left = others[++next]) made.push(left.item);
    made.push(right.item);
  }
  return [...made, ...others.slice(next).map(({ item }) => item)];
}

/** A patch that gives an order must give its items in that order. */
export function checkOrder(patch: readonly unknown[], wanted: readonly unknown[], key: string | undefined): void {
  if (wanted.length === 0) return;
  const items = patch.filter((item) => !isObject(item) || item['$patch'] === undefined);
  let next = 0;
  for (const one of wanted) if (next < items.length && isSame(items[next], one, key)) next++;
  if (next < items.length) throw untypable(`The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(wanted)}\n`);
}
