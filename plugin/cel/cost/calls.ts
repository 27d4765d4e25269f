// What calls may cost at most, by function: the figures of Kubernetes' CEL environment, which decide what definitions a real server takes.
import type { Expression } from '../syntax/tree.ts';
import type { Type } from '../types/type.ts';
import { listCost, perCharacter, perPatternCharacter } from '../run/cost.ts';
import { add, exactly, most, multiply, times, union, type Range } from './range.ts';

/** A part of an expression, as its size is asked for. */
export interface Part {
  /** From a variable through fields, `@items`, `@keys` and `@values`; undefined for what is not data. */
  readonly path: readonly string[] | undefined;
  readonly type: Type;
  readonly size: Range | undefined;
  readonly expression: Expression | undefined;
}

export interface Estimate {
  readonly cost: Range;
  /** Of the result, where it is a text, a list or a map. */
  readonly size?: Range;
}

export interface CallParts {
  readonly overload: string;
  readonly target: Part | undefined;
  readonly args: readonly Part[];
  /** The size of a part; unbounded where nothing is known. */
  size(part: Part | undefined): Range;
}

type Rule = (call: CallParts) => Estimate | undefined;

const one: Estimate = { cost: exactly(1) };
const reading = (size: Range, factor = 1): Range => times(size, factor * perCharacter);

/** The elements of a list, so that a maxLength declared for them counts. */
function elementOf(list: Part): Part | undefined {
  const [type] = list.type.parameters;
  return type && { path: list.path && [...list.path, '@items'], type, size: undefined, expression: undefined };
}

const overList: Rule = ({ target, size }) => {
  if (!target) return undefined;
  const element = elementOf(target);
  if (!element) return { cost: reading(size(target)) };
  const isText = element.type.kind === 'string' || element.type.kind === 'bytes';
  return { cost: multiply(size(target), isText ? add(exactly(1), reading(size(element))) : exactly(1)) };
};
const overText: Rule = ({ target, size }) => target && { cost: reading(size(target)), size: size(target) };
const overArgument = (factor: number): Rule => ({ args: [text], size }) => (text ? { cost: reading(size(text), factor) } : undefined);
const searched: Rule = ({ target, args: [pattern], size }) =>
  target && pattern && { cost: multiply(reading(add(size(target), exactly(1))), times(size(pattern), perPatternCharacter)), size: { min: 0, max: size(target).max } };

const replaced: Rule = ({ target, args: [from, to], size }) => {
  if (!target || !from || !to) return undefined;
  const whole = size(target);
  const old = size(from);
  const made = size(to);
  // The longest result replaces the shortest texts, the shortest one the longest.
  const [longest, keptMost] = old.min === 0 ? [Math.min(whole.max + 1, most), whole.max] : made.max <= old.min ? [0, whole.max] : [Math.ceil(whole.max / old.min), 0];
  const [shortest, keptLeast] = old.max === 0 ? [Math.min(whole.min + 1, most), whole.min] : old.max <= made.min ? [0, whole.min] : [Math.ceil(whole.min / old.max), 0];
  return { cost: reading(whole, 2), size: add(multiply({ min: shortest, max: longest }, made), { min: keptLeast, max: keptMost }) };
};

const split: Rule = ({ target, args, size }) => {
  if (!target) return undefined;
  const count = args[1]?.expression;
  const max = count?.kind === 'literal' && typeof count.value === 'bigint' ? (count.value < 0n ? most : Number(count.value)) : size(target).max;
  return { cost: reading(size(target), 2), size: { min: 0, max } };
};

const joined: Rule = ({ target, args: [separator], size }) => {
  if (!target) return undefined;
  const count = size(target);
  const element = elementOf(target);
  const texts = element ? multiply(count, size(element)) : exactly(0);
  const between = separator ? multiply(size(separator), { min: Math.max(0, count.min - 1), max: Math.max(0, count.max - 1) }) : exactly(0);
  const whole = add(texts, between);
  return { cost: reading(whole), size: whole };
};

const addressSize: Range = { min: 4, max: 16 };
const within = (textOverload: string, more: Range): Rule => ({ overload, args: [other], size }) =>
  other && { cost: add(reading(add(addressSize, addressSize)), more, overload === textOverload ? reading(size(other)) : exactly(0)) };

const literalNumber = (part: Part | undefined, otherwise: number): number =>
  part?.expression?.kind === 'literal' && typeof part.expression.value === 'bigint' ? Number(part.expression.value) : otherwise;
/** A new list of a size, each element of it at a factor. */
const newList = (factor: number, size: Range): Estimate => ({ cost: add(times(size, factor), exactly(1 + listCost)), size });
const square = (size: Range): Range => multiply(size, size);
const sorted = (list: Part | undefined, { overload, size }: CallParts): Estimate | undefined =>
  list && newList(/^list_(?:string|bytes)_/.test(overload) ? 2 + perCharacter : 2, square(size(list)));

const setCost = (factor: number): Rule => ({ args: [a, b], size }) => a && b && { cost: add(times(multiply(size(a), size(b)), factor), exactly(1)) };

const longestFormat = 64;
const equality: Rule = ({ args: [a, b] }) => {
  if (!a || !b || a.type.name !== b.type.name) return undefined;
  if (['net.IP', 'net.CIDR', 'kubernetes.Quantity', 'kubernetes.Semver'].includes(a.type.name)) return one;
  if (a.type.name === 'kubernetes.NamedFormat') return { cost: reading({ min: 1, max: longestFormat }) };
  return a.type.name === 'kubernetes.URL' ? { cost: reading({ min: 1, max: b.size?.max ?? 1 }) } : undefined;
};

const all = (names: readonly string[], rule: Rule): Readonly<Record<string, Rule>> => Object.fromEntries(names.map((name) => [name, rule]));

/** By name of the function: what Kubernetes itself says. */
export const byName: Readonly<Record<string, Rule>> = {
  ...all(['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'], overList),
  ...all(['lowerAscii', 'upperAscii', 'substring', 'trim'], overText),
  ...all(['cidr', 'isIP', 'isCIDR', 'quantity', 'isQuantity', 'semver', 'isSemver'], overArgument(1)),
  ...all(['masked', 'prefixLength', 'family', 'isUnspecified', 'isLoopback', 'isLinkLocalMulticast', 'isLinkLocalUnicast', 'isGlobalUnicast', 'format.named',
    'sign', 'asInteger', 'isInteger', 'asApproximateFloat', 'isGreaterThan', 'isLessThan', 'compareTo', 'add', 'sub', 'major', 'minor', 'patch',
    'getScheme', 'getHostname', 'getHost', 'getPort', 'getEscapedPath', 'getQuery'], () => one),
  ...all(['find', 'findAll'], searched),
  url: ({ args: [text], size }) => text && { cost: reading(size(text)), size: size(text) },
  replace: replaced,
  split,
  join: joined,
  ip: (call) => (call.overload === 'cidr_ip' ? one : overArgument(1)(call)),
  'ip.isCanonical': overArgument(2),
  containsIP: within('cidr_contains_ip_string', exactly(0)),
  containsCIDR: within('cidr_contains_cidr_string', add(reading(addressSize), exactly(1))),
  validate: ({ args: [text], size }) => text && { cost: times(reading(size(text)), 128 * perPatternCharacter) },
  '_==_': equality,
  slice: ({ target, args, size }) => target && newList(1, exactly(Math.max(0, literalNumber(args[1], size(target).max) - literalNumber(args[0], 0)))),
  flatten: ({ target, args, size }) => target && newList(args.length === 1 ? literalNumber(args[0], most) : 1, size(target)),
  'lists.range': ({ args: [count] }) => newList(1, exactly(literalNumber(count, most))),
  reverse: ({ target, size }) => target && newList(1, size(target)),
  distinct: ({ target, size }) => target && newList(2, square(size(target))),
  sort: (call) => sorted(call.target, call),
  '@sortByAssociatedKeys': (call) => sorted(call.args[0], call),
  'sets.contains': setCost(1),
  'sets.intersects': setCost(1),
  'sets.equivalent': setCost(2),
};

const smaller: Rule = ({ args: [a, b], size }) => {
  const max = Math.min(size(a).max, size(b).max);
  return { cost: reading({ min: max > 0 ? 1 : 0, max }) };
};
const sum = (cost: (whole: Range) => Range): Rule => ({ args: [a, b], size }) => {
  const whole = add(size(a), size(b));
  return { cost: cost(whole), size: whole };
};
const compared = ['less', 'greater', 'less_equals', 'greater_equals'].flatMap((order) => [`${order}_string`, `${order}_bytes`]);

/** By overload: what the language itself says where Kubernetes says nothing; whatever else costs 1. */
export const byOverload: Readonly<Record<string, Rule>> = {
  string_format: ({ target, size }) => target && { cost: reading(size(target)) },
  string_to_bytes: ({ args: [text], size }) => ({ cost: reading(size(text)), size: { min: size(text).min, max: size(text).max * 4 } }),
  bytes_to_string: ({ args: [bytes], size }) => ({ cost: reading(size(bytes)), size: { min: Math.floor(size(bytes).min / 4), max: size(bytes).max } }),
  strings_quote: ({ args: [text], size }) => ({ cost: reading(size(text)), size: { min: size(text).min + 2, max: size(text).max * 2 + 2 } }),
  ...all(['starts_with_string', 'ends_with_string'], ({ args: [part], size }) => ({ cost: reading(size(part)) })),
  in_list: ({ args: [, list], size }) => ({ cost: size(list) }),
  matches_string: ({ target, args: [pattern], size }) => target && { cost: multiply(reading(add(size(target), exactly(1))), times(size(pattern), perPatternCharacter)) },
  contains_string: ({ target, args: [part], size }) => target && { cost: multiply(reading(size(target)), reading(size(part))) },
  conditional: ({ args: [, yes, no], size }) => ({ cost: exactly(0), size: union(size(yes), size(no)) }),
  add_list: sum(() => exactly(1)),
  ...all(['add_string', 'add_bytes'], sum((whole) => reading(whole))),
  ...all([...compared, 'equals', 'not_equals'], smaller),
};

