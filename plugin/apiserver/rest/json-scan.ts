// One pass over JSON text before it is parsed: refuses what is too deep, dangerous or inexact, and finds duplicate fields.
import { ToldPaths } from '../schema/told-paths.ts';
import { ApiError, badRequest } from '../status.ts';

export const deepest = 200;
const mostDuplicates = 100;

export const tooDeep = (): ApiError => badRequest(`the object is nested too deeply: at most ${deepest} levels`);

/** Paths of fields that occur twice. Throws for nesting that is too deep and for fields named __proto__; bad JSON is left to the parser. */
export function scanJson(text: string): readonly string[] {
  const duplicates = new ToldPaths(mostDuplicates);
  const stack: { readonly keys: Set<string> | undefined; path: string; key: string; index: number }[] = [];
  let expectKey = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const top = stack.at(-1);
    if (code === 0x22) {
      const end = stringEnd(text, i);
      if (expectKey && top?.keys) {
        top.key = keyAt(text, i, end);
        if (top.key === '__proto__') throw badRequest('a field cannot be named __proto__');
        if (top.keys.has(top.key)) duplicates.add(top.path ? `${top.path}.${top.key}` : top.key);
        top.keys.add(top.key);
        expectKey = false;
      }
      i = end;
    } else if (code === 0x7b || code === 0x5b) {
      if (stack.length >= deepest) throw tooDeep();
      const here = !top ? '' : top.keys ? (top.path ? `${top.path}.${top.key}` : top.key) : `${top.path}[${top.index}]`;
      stack.push({ keys: code === 0x7b ? new Set() : undefined, path: here, key: '', index: 0 });
      expectKey = code === 0x7b;
    } else if (code === 0x7d || code === 0x5d) {
      stack.pop();
      expectKey = false;
    } else if (code === 0x2c && top) {
      top.index++;
      expectKey = top.keys !== undefined;
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      number.lastIndex = i;
      const [found] = number.exec(text) ?? [''];
      checkNumber(found);
      i += Math.max(found.length - 1, 0);
    }
  }
  return duplicates.all;
}

/** The text is neither JSON nor YAML; `fault` says why, as Go says it. */
export class Unreadable extends ApiError {
  readonly fault: string;
  constructor(fault: string) {
    super(400, 'BadRequest', `error decoding the body: ${fault}`);
    this.fault = fault;
  }
}

/** JSON, but no object that can be handled; `fault` says why. */
export class Unhandled extends ApiError {
  readonly fault: string;
  constructor(fault: string) {
    super(400, 'BadRequest', fault);
    this.fault = fault;
  }
}

const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const longest = { safe: 15, whole: 9223372036854775807n } as const;

/** What JavaScript cannot hold exactly is refused where Go would keep it: a number that changes on its way would be worse. */
function checkNumber(found: string): void {
  if (found.length <= longest.safe && !/[eE]/.test(found)) return;
  if (!Number.isFinite(Number(found))) throw new Unhandled(`json: cannot unmarshal number ${found.slice(0, 100)} into Go value of type float64`);
  if (/[.eE]/.test(found) || Number.isSafeInteger(Number(found))) return;
  const exact = BigInt(found);
  const isLong = exact <= longest.whole && exact >= -longest.whole - 1n;
  if (isLong && BigInt(Number(found)) !== exact) throw badRequest(`the number ${found} cannot be kept exactly: at most ${Number.MAX_SAFE_INTEGER}, or a text`);
}

function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

/** Written with escapes, `__proto__` is still that name. */
function keyAt(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}
