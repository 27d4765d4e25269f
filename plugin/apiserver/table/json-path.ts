// JSONPath as printer columns use it: fields, indexes, slices, unions, `*`, `..` and filters that compare or ask whether something is there.
import { equal, isObject } from '../json.ts';

type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined; readonly by: number }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'union'; readonly of: readonly (readonly Step[])[] }
  | { readonly kind: 'all' }
  | { readonly kind: 'everywhere' }
  | { readonly kind: 'filter'; readonly left: Operand; readonly comparison: Comparison | undefined; readonly right: Operand };

type Operand = { readonly path: readonly Step[] } | { readonly value: unknown };

export type Path = readonly Step[];

/** A path is written by whoever may define kinds, and is asked of every object. */
const longest = 4096;
const mostFound = 10_000;

const unescape = (name: string): string => name.replaceAll(/\\(.)/g, '$1');
const quotedWhole = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')$/;

function literal(text: string): { readonly value: unknown } | undefined {
  const quoted = quotedWhole.exec(text);
  if (quoted) return { value: unescape(quoted[1] ?? quoted[2] ?? '') };
  return /^(?:true|false|[+-]?\d+(?:\.\d+)?)$/.test(text) ? { value: text.startsWith('+') ? Number(text) : (JSON.parse(text) as unknown) } : undefined;
}

function operand(text: string): Operand | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('@')) return literal(trimmed);
  const path = parseJsonPath(trimmed.slice(1));
  return path && { path };
}

function filter(inside: string): Step | undefined {
  const parts = /^((?:[^"'=!<>]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')+)(?:(==|!=|<=|>=|<|>)([\s\S]+))?$/.exec(inside);
  const left = parts?.[1] === undefined ? undefined : operand(parts[1]);
  const right = parts?.[3] === undefined ? { value: undefined } : operand(parts[3]);
  return left && right && { kind: 'filter', left, right, comparison: parts?.[2] as Comparison | undefined };
}

const bound = (text: string | undefined): number | undefined => (text ? Number(text) : undefined);

/** What stands between brackets. */
function subscript(inside: string): Step | undefined {
  const trimmed = inside.trim();
  if (trimmed === '*') return { kind: 'all' };
  if (/^-?\d+$/.test(trimmed)) return { kind: 'index', index: Number(trimmed) };
  const slice = /^(-?\d*):(-?\d*)(?::(\d+))?$/.exec(trimmed);
  if (slice) return { kind: 'slice', from: bound(slice[1]), to: bound(slice[2]), by: Number(slice[3] ?? 1) };
  const asked = /^\?\(([\s\S]+)\)$/.exec(trimmed);
  if (asked?.[1] !== undefined) return filter(asked[1]);
  const quoted = quotedWhole.exec(trimmed);
  // A quoted name is a path of its own on a real server: a dot in it must be escaped there too.
  if (quoted) return { kind: 'union', of: [(quoted[1] ?? quoted[2] ?? '').split(/(?<!\\)\./).map((part): Step => ({ kind: 'field', name: unescape(part) }))] };
  if (!trimmed.includes(',')) return undefined;
  const parts = trimmed.split(',').map((part) => subscript(part));
  return parts.includes(undefined) ? undefined : { kind: 'union', of: parts.flatMap((part) => (part ? [[part]] : [])) };
}

const brackets = /^\[((?:[^\]"'[]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\[[^\]]*\])*)\]/;
const name = /^(?:[^.[\]\\{}()\s"',]|\\.)+/;

/** Undefined when it is no path. */
export function parseJsonPath(path: string): Path | undefined {
  if (path.length > longest) return undefined;
  let rest = path.startsWith('$') || path.startsWith('@') ? path.slice(1) : path;
  const steps: Step[] = [];
  while (rest && rest !== '.') {
    if (rest.startsWith('..')) {
      steps.push({ kind: 'everywhere' });
      rest = rest.slice(1);
    }
    if (rest.startsWith('.') && rest[1] !== '[') rest = rest.slice(1);
    else if (rest.startsWith('.[')) rest = rest.slice(1);
    else if (!rest.startsWith('[') && steps.length > 0) return undefined;
    const inBrackets = brackets.exec(rest);
    const word = inBrackets ? undefined : name.exec(rest)?.[0];
    const step: Step | undefined = inBrackets ? subscript(inBrackets[1] ?? '') : word === '*' ? { kind: 'all' } : word === undefined ? undefined : { kind: 'field', name: unescape(word) };
    if (!step) return undefined;
    steps.push(step);
    rest = rest.slice((inBrackets?.[0] ?? word ?? '').length);
  }
  return steps;
}

/** Every value that the path finds; nothing when it asks something of a value that cannot answer. */
export function evaluate(steps: Path, root: unknown): readonly unknown[] {
  let found: readonly unknown[] = [root];
  for (const step of steps) {
    found = found.flatMap((value) => take(step, value));
    if (found.length > mostFound) return [];
  }
  return found;
}

function take(step: Step, value: unknown): readonly unknown[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  switch (step.kind) {
    case 'field':
      return isObject(value) && Object.hasOwn(value, step.name) && value[step.name] !== undefined ? [value[step.name]] : [];
    case 'index':
      return items.slice(step.index, step.index === -1 ? undefined : step.index + 1);
    case 'slice':
      return items.slice(step.from, step.to).filter((_item, index) => step.by > 0 && index % step.by === 0);
    case 'union':
      return step.of.flatMap((one) => evaluate(one, value));
    case 'all':
      return isObject(value) ? Object.values(value) : items;
    case 'everywhere':
      return everywhere(value);
    case 'filter':
      return items.filter((item) => holds(step, item));
  }
}

/** The value and every list and object inside it. */
function everywhere(value: unknown): readonly unknown[] {
  const inside = Array.isArray(value) ? (value as readonly unknown[]) : isObject(value) ? Object.values(value) : [];
  return inside.length === 0 ? [] : [value, ...inside.flatMap(everywhere)];
}

function holds({ left, comparison, right }: Extract<Step, { kind: 'filter' }>, item: unknown): boolean {
  const valueOf = (of: Operand): readonly unknown[] => ('path' in of ? evaluate(of.path, item) : [of.value]);
  const [lefts, rights] = [valueOf(left), valueOf(right)];
  if (lefts.length === 0) return false;
  if (comparison === undefined) return true;
  if (lefts.length > 1 || rights.length !== 1) return false;
  return compare(lefts[0], rights[0], comparison);
}

function compare(a: unknown, b: unknown, comparison: Comparison): boolean {
  if (comparison === '==') return equal(a, b);
  if (comparison === '!=') return !equal(a, b);
  const numbers = typeof a === 'number' && typeof b === 'number';
  if (!numbers && !(typeof a === 'string' && typeof b === 'string')) return false;
  const [x, y] = [a, b] as [number, number];
  return comparison === '<' ? x < y : comparison === '<=' ? x <= y : comparison === '>' ? x > y : x >= y;
}
