// Lists in strategic merge patches: merged item by item, and put into the order that the patch or the live list has.
import { equal, isObject, type JsonObject } from '../json.ts';
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

export interface Merged {
  readonly items: readonly unknown[];
  /** What the order is taken from: the items of the patch that are no directives, and the live ones that are left. */
  readonly wanted: readonly unknown[];
  readonly live: readonly unknown[];
}

/** The items of both, not yet in order: the live ones merged, the new ones behind. */
export function mergeItems(original: readonly unknown[], patch: readonly unknown[], rules: ItemRules): Merged {
  const { key } = rules;
  if (key === undefined) return { items: [...original, ...patch].filter((item, index, all) => all.findIndex((one) => equal(one, item)) === index), wanted: patch, live: original };
  const items = patch.map((item) => {
    if (!isObject(item)) throw untypable('list element types are not identical');
    return item;
  });
  const gone = items.filter((item) => item['$patch'] === 'delete').map((item) => keyOf(item, key));
  const [unknown] = items.filter((item) => item['$patch'] !== undefined && item['$patch'] !== 'delete' && item['$patch'] !== 'replace');
  if (unknown) throw untypable(unknown['$patch'] === 'merge' ? 'merging lists cannot yet be specified in the patch' : `unknown patch type: ${goText(unknown['$patch'])} in map: ${goText(unknown)}`);
  const plain = items.filter((item) => item['$patch'] === undefined);
  if (items.some((item) => item['$patch'] === 'replace')) return { items: plain, wanted: [], live: plain };
  const made = original.filter((item) => !isObject(item) || !gone.some((one) => equal(one, item[key])));
  const live = [...made];
  for (const item of plain) {
    const name = keyOf(item, key);
    const at = made.findIndex((one) => isObject(one) && equal(one[key], name));
    const there = made[at];
    if (isObject(there)) made[at] = rules.merge(there, item);
    else made.push(item);
  }
  return { items: made, wanted: plain, live };
}

const indexIn = (items: readonly unknown[], item: unknown, key: string | undefined): number => items.findIndex((one) => (key === undefined ? equal(one, item) : isObject(one) && isObject(item) && equal(one[key], item[key])));

/** Items that the patch names in its order; the others are put between them as they stand in the live list. */
export function inOrder(items: readonly unknown[], wanted: readonly unknown[], live: readonly unknown[], { key }: ItemRules): readonly unknown[] {
  if (key !== undefined) for (const item of [...items, ...wanted]) keyOf(item, key);
  const place = (order: readonly unknown[]) => (a: unknown, b: unknown): number => indexIn(order, a, key) - indexIn(order, b, key);
  const named = items.filter((item) => indexIn(wanted, item, key) >= 0).toSorted(place(wanted));
  const others = items.filter((item) => indexIn(wanted, item, key) < 0).toSorted(place(live));
  const made: unknown[] = [];
  for (const right of named) {
    while (others.length > 0) {
      const [left, here] = [indexIn(live, others[0], key), indexIn(live, right, key)];
      if (left < 0 || here < 0 || left >= here) break;
      made.push(others.shift());
    }
    made.push(right);
  }
  return [...made, ...others];
}

/** A patch that gives an order must give its items in that order. */
export function checkOrder(patch: readonly unknown[], wanted: readonly unknown[], key: string | undefined): void {
  if (wanted.length === 0) return;
  const items = patch.filter((item) => !isObject(item) || item['$patch'] === undefined);
  let next = 0;
  for (const one of wanted) if (next < items.length && isSame(items[next], one, key)) next++;
  if (next < items.length) throw untypable(`The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(wanted)}\n`);
}
