// Finds the model that a JSON request body names at its top level, also in the beginning of a body.

export type ModelFound = { readonly kind: 'model'; readonly model: string } | { readonly kind: 'none' } | { readonly kind: 'ambiguous' };

/**
 * Two `model` keys, in any case of letters, are ambiguous: a policy that judged the one and an upstream that reads the other would disagree.
 * A byte-level scan instead of JSON.parse, because that silently keeps the last of two keys and needs the whole body.
 */
export function modelIn(body: Buffer): ModelFound {
  let depth = 0;
  let at = 0;
  let key: string | undefined;
  let isKey = false;
  let named = 0;
  let found: string | undefined;
  while (at < body.length) {
    const c = body[at];
    if (c === quote) {
      const end = stringEnd(body, at);
      if (end === undefined) break;
      if (depth === 1) {
        const text = textOf(body.subarray(at, end));
        // Some servers compare keys without case, so `Model` is one more `model`, whatever its value is.
        if (isKey) key = text?.toLowerCase();
        if (isKey && key === 'model' && ++named > 1) return { kind: 'ambiguous' };
        if (!isKey && key === 'model') found = text;
        isKey = false;
      }
      at = end;
      continue;
    }
    if (c === openBrace || c === openBracket) {
      // A body that is not an object has no top-level keys.
      if (depth === 0 && c === openBracket) return { kind: 'none' };
      depth++;
      isKey = depth === 1;
    } else if (c === closeBrace || c === closeBracket) depth--;
    else if (c === comma && depth === 1) isKey = true;
    at++;
  }
  return found === undefined ? { kind: 'none' } : { kind: 'model', model: found };
}

const quote = 0x22;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const backslash = 0x5c;

/** One past the closing quote. */
function stringEnd(body: Buffer, start: number): number | undefined {
  let at = start + 1;
  for (;;) {
    const end = body.indexOf(quote, at);
    if (end === -1) return undefined;
    let slashes = 0;
    while (body[end - 1 - slashes] === backslash) slashes++;
    if (slashes % 2 === 0) return end + 1;
    at = end + 1;
  }
}

/** Keys may be written with escapes ("mod\u0065l"), so a key is compared after decoding. */
function textOf(literal: Buffer): string | undefined {
  if (literal.length > 4096) return undefined;
  try {
    const value: unknown = JSON.parse(literal.toString('utf8'));
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
