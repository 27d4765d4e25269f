// What an evaluation has cost so far, in the units of Kubernetes, and the end of it once it costs too much.
import { Growing, List, Mapping, Opaque, Optional, type Value } from '../values/value.ts';
import { patternSize } from '../library/formats.ts';

/** Ends an evaluation; nothing in the expression can pass over it. */
export class OverBudget extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}

export class Meter {
  readonly #limit: number;
  spent = 0;
  constructor(limit: number) {
    this.#limit = limit;
  }
  spend(cost: number): void {
    this.spent += cost;
    if (this.spent > this.#limit) throw new OverBudget();
  }
}

export const listCost = 10;
export const mapCost = 30;
/** For each character that is read once, and for each character of a pattern. */
export const perCharacter = 0.1;
export const perPatternCharacter = 0.25;

function sizeOf(value: Value | undefined): number {
  // Counting the units of JavaScript instead of characters costs nothing; it differs for characters beyond the first 65536 only.
  if (typeof value === 'string') return value.length;
  if (value instanceof List || value instanceof Mapping) return value.size;
  if (value instanceof Growing) return value.values.length;
  if (value instanceof Uint8Array) return value.length;
  return value instanceof Optional && value.value !== undefined ? sizeOf(value.value) : 1;
}

const read = (value: Value | undefined, times = 1): number => Math.ceil(sizeOf(value) * times * perCharacter);
const search = (text: Value | undefined, size: number): number => Math.ceil((1 + sizeOf(text)) * perCharacter) * Math.ceil(size * perPatternCharacter);

/** Of reading a whole tree of data. */
function traversal(value: Value): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return Math.floor(value.length * perCharacter);
  if (value instanceof List) return [...value].reduce<number>((sum, one) => sum + traversal(one), 0);
  if (value instanceof Mapping) return value.keys().reduce<number>((sum, key) => sum + traversal(key) + traversal(value.find(key) ?? null), 0);
  return 1;
}

type Rule = (args: readonly Value[], result: Value, overload: string) => number;

const whole: Rule = ([list = null]) => traversal(list);
const onceOver: Rule = ([text]) => read(text);
const twiceOver: Rule = ([text]) => read(text, 2);
const smaller: Rule = ([a, b]) => (a instanceof Opaque && a.typeName !== 'optional_type' ? 1 : Math.ceil(Math.min(sizeOf(a), sizeOf(b)) * perCharacter));
const inNetwork = (network: Value | undefined, other: Value | undefined, isText: boolean): number => read(network, 2) + (isText ? read(other) : 0);

/** By name of the function; one that is not here costs 1. */
const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'].map((name) => [name, whole])),
  ...Object.fromEntries(['url', 'lowerAscii', 'upperAscii', 'substring', 'trim', 'cidr', 'isIP', 'isCIDR', 'quantity', 'isQuantity', 'semver', 'isSemver', 'strings.quote', 'format'].map((name) => [name, onceOver])),
  ...Object.fromEntries(['replace', 'split', 'ip.isCanonical'].map((name) => [name, twiceOver])),
  // These cost by what is looked for, or by the target: cel-go counts the target.
  startsWith: onceOver,
  endsWith: onceOver,
  join: (_, result) => read(result, 2),
  find: ([text, pattern]) => search(text, sizeOf(pattern)),
  findAll: ([text, pattern]) => search(text, sizeOf(pattern)),
  matches: ([text, pattern], _, overload) => (overload === 'matches_string' ? search(text, sizeOf(pattern)) : 1),
  ip: ([text], _, overload) => (overload === 'cidr_ip' ? 1 : read(text)),
  containsIP: ([network, other], _, overload) => inNetwork(network, other, overload === 'cidr_contains_ip_string'),
  containsCIDR: ([network, other], _, overload) => inNetwork(network, other, overload === 'cidr_contains_cidr_string') + read(network) + 1,
  validate: ([format = null, text]) => search(text, patternSize(format) ?? 4),
  contains: ([text, part]) => read(text) * read(part),
  '_==_': smaller,
  '_!=_': smaller,
  '@in': ([, list], _, overload) => (overload === 'in_list' ? sizeOf(list) : 1),
  '_+_': ([a, b], _, overload) => (overload === 'add_string' || overload === 'add_bytes' ? Math.ceil((sizeOf(a) + sizeOf(b)) * perCharacter) : 1),
  string: ([value], _, overload) => (overload === 'bytes_to_string' ? read(value) : 1),
  bytes: ([value], _, overload) => (overload === 'string_to_bytes' ? read(value) : 1),
};
const ordered: Rule = (args, _, overload) => (/_(?:string|bytes)$/.test(overload) ? smaller(args, null, overload) : 1);

/** Of one call that was made. */
export function callCost(name: string, overload: string, args: readonly Value[], result: Value): number {
  if (name === '_<_' || name === '_<=_' || name === '_>_' || name === '_>=_') return ordered(args, result, overload);
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  return rule ? rule(args, result, overload) : 1;
}
