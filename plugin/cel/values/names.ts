// Names of fields as expressions write them: `self.a__dash__b` for the field `a-b`.

const reserved = new Set(['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while']);
const written: Readonly<Record<string, string>> = { __: '__underscores__', '.': '__dot__', '-': '__dash__', '/': '__slash__' };
const meant: Readonly<Record<string, string>> = { underscores: '__', dot: '.', dash: '-', slash: '/' };

/** A word of the language; a field of this name may be written as it is after a dot. */
export const isReserved = (name: string): boolean => reserved.has(name);

/** The name as an expression writes it; undefined: an expression cannot write it at all. */
export function escapeName(name: string): string | undefined {
  if (!/^[A-Za-z_.\-/][A-Za-z0-9_.\-/]*$/.test(name)) return undefined;
  if (reserved.has(name)) return `__${name}__`;
  return name.replaceAll(/__|[-./]/g, (part) => written[part] ?? '');
}

/** The name that was escaped; undefined: no name is escaped so. */
export function unescapeName(escaped: string): string | undefined {
  let wrong = false;
  const name = escaped.replaceAll(/__([^_]+)__/g, (part, word: string) => {
    const mark = meant[word];
    if (mark !== undefined) return mark;
    if (!reserved.has(word) || part.length !== escaped.length) wrong = true;
    return word;
  });
  return wrong ? undefined : name;
}
