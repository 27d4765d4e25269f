// One pass over JSON text before it is parsed: refuses what is too deep or dangerous, and finds duplicate fields.
import { badRequest } from '../status.ts';

const deepest = 200;
const mostDuplicates = 100;

/** Paths of fields that occur twice. Throws for nesting that is too deep and for fields named __proto__; bad JSON is left to the parser. */
export function scanJson(text: string): readonly string[] {
  const duplicates: string[] = [];
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
        if (top.keys.has(top.key) && duplicates.length < mostDuplicates) duplicates.push(top.path ? `${top.path}.${top.key}` : top.key);
        top.keys.add(top.key);
        expectKey = false;
      }
      i = end;
    } else if (code === 0x7b || code === 0x5b) {
      if (stack.length >= deepest) throw badRequest(`the object is nested too deeply: at most ${deepest} levels`);
      const here = !top ? '' : top.keys ? (top.path ? `${top.path}.${top.key}` : top.key) : `${top.path}[${top.index}]`;
      stack.push({ keys: code === 0x7b ? new Set() : undefined, path: here, key: '', index: 0 });
      expectKey = code === 0x7b;
    } else if (code === 0x7d || code === 0x5d) {
      stack.pop();
      expectKey = false;
    } else if (code === 0x2c && top) {
      top.index++;
      expectKey = top.keys !== undefined;
    }
  }
  return duplicates;
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
