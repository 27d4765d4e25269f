// Patterns of a schema: RE2 expressions, run by JavaScript's engine where both mean the same.

/** A leading `(?i)` is the one inline flag with a counterpart here; the others make the pattern unusable. */
export function compilePattern(pattern: string): RegExp | undefined {
  const flags = /^\(\?([is]+)\)/.exec(pattern);
  const source = (flags ? pattern.slice(flags[0].length) : pattern).replaceAll('\\A', '^').replaceAll('\\z', '$').replaceAll('(?P<', '(?<');
  // RE2 has neither look-around nor back-references: nothing that it takes may mean something else here.
  if (/\(\?(?:[=!]|<[=!])|\\[1-9]/.test(source)) return undefined;
  try {
    return new RegExp(source, flags?.[1] ?? '');
  } catch {
    return undefined;
  }
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
