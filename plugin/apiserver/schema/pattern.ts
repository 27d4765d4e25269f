// Patterns of a schema: RE2 expressions, run by JavaScript's engine where both mean the same.

const classes: { readonly [name: string]: string } = {
  alnum: '0-9A-Za-z', alpha: 'A-Za-z', ascii: '\\x00-\\x7F', blank: '\\t ', cntrl: '\\x00-\\x1F\\x7F', digit: '0-9', graph: '!-~', lower: 'a-z', print: ' -~', punct: '!-\\/:-@\\[-`{-~', space: '\\t\\n\\v\\f\\r ', upper: 'A-Z', word: '0-9A-Za-z_', xdigit: '0-9A-Fa-f',
};

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** The same expression in JavaScript's words. */
function translated(source: string): string {
  return source
    .replaceAll(/\\Q([\s\S]*?)(?:\\E|$)/g, (_found, text: string) => literal(text))
    .replaceAll(/\[:(\w+):\]/g, (found, name: string) => classes[name] ?? found)
    .replaceAll('\\A', '^').replaceAll('\\z', '$').replaceAll('(?P<', '(?<')
    .replaceAll(/\\p([A-Z])(?![a-z{])/g, '\\p{$1}').replaceAll(/\\P([A-Z])(?![a-z{])/g, '\\P{$1}')
    .replaceAll(/\\p\{\^/g, '\\P{').replaceAll(/\\([pP])\{(?!L[a-z&]?\}|[MNPSZC][a-z]?\})([A-Z][A-Za-z_]+)\}/g, '\\$1{Script=$2}');
}

/** A leading `(?i)` and its like are the inline flags with a counterpart here; others make the pattern unusable. */
export function compilePattern(pattern: string): RegExp | undefined {
  const flags = /^\(\?([ism]+)\)/.exec(pattern);
  const source = translated(flags ? pattern.slice(flags[0].length) : pattern);
  // RE2 has neither look-around nor back-references: nothing that it takes may mean something else here.
  if (/\(\?(?:[=!]|<[=!])|(?<!\\)(?:\\\\)*\\[1-9]/.test(source)) return undefined;
  // With the u flag letters count as Go counts them, and escapes that mean nothing are refused: then as before.
  for (const mode of ['u', '']) {
    try {
      return new RegExp(source, `${flags?.[1] ?? ''}${mode}`);
    } catch {
      continue;
    }
  }
  return undefined;
}

const compiled = new Map<string, RegExp | undefined>();

/** Compiled once; the number of patterns kept is bounded. */
export function pattern(source: string): RegExp | undefined {
  if (!compiled.has(source)) {
    if (compiled.size > 2000) compiled.clear();
    compiled.set(source, compilePattern(source));
  }
  return compiled.get(source);
}
