// Compiles globs as Go's path.Match reads them: `*` and `?` stay within one path segment.

/** Undefined when the glob is malformed: such a matcher matches nothing, never everything. */
export function compileGlob(glob: string): ((text: string) => boolean) | undefined {
  const parts: string[] = [];
  let i = 0;
  while (i < glob.length) {
    const c = glob.charAt(i++);
    if (c === '*') parts.push('*');
    else if (c === '?') parts.push('[^/]');
    else if (c === '[') {
      const end = classEnd(glob, i);
      if (end === undefined) return undefined;
      parts.push(classPattern(glob.slice(i, end)));
      i = end + 1;
    } else if (c === '\\') {
      if (i === glob.length) return undefined;
      parts.push(escape(glob.charAt(i++)));
    } else parts.push(escape(c));
  }
  return matcher(parts);
}

/** True when any of the globs matches; without globs everything does. */
export function matchesAny(matchers: readonly ((text: string) => boolean)[] | undefined, text: string): boolean {
  return matchers === undefined || matchers.some((m) => m(text));
}

/** Backtracks over `*` alone, one star at a time, so that hostile input costs n*m and not 2^n as in a RegExp. */
function matcher(parts: readonly string[]): (text: string) => boolean {
  const steps = parts.map((p) => (p === '*' ? undefined : new RegExp(`^${p}$`, 'u')));
  return (text) => {
    const chars = Array.from(text);
    let s = 0;
    let c = 0;
    let star: { step: number; char: number } | undefined;
    while (c < chars.length) {
      const char = chars[c] ?? '';
      if (s < steps.length && steps[s] === undefined) star = { step: s++, char: c };
      else if (s < steps.length && steps[s]?.test(char)) {
        s++;
        c++;
      } else if (star !== undefined && chars[star.char] !== '/') {
        s = star.step + 1;
        c = ++star.char;
      } else return false;
    }
    while (s < steps.length && steps[s] === undefined) s++;
    return s === steps.length;
  };
}

function classEnd(glob: string, start: number): number | undefined {
  let i = glob.charAt(start) === '^' ? start + 1 : start;
  if (glob.charAt(i) === ']') return undefined;
  for (; i < glob.length; i++) {
    if (glob.charAt(i) === '\\') i++;
    else if (glob.charAt(i) === ']') return i < glob.length && validClass(glob.slice(start, i)) ? i : undefined;
  }
  return undefined;
}

function validClass(content: string): boolean {
  if (content.endsWith('-') || /^\^?-/.test(content)) return false;
  try {
    return new RegExp(classPattern(content), 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

function classPattern(content: string): string {
  const negated = content.startsWith('^');
  const inner = (negated ? content.slice(1) : content).replace(/\\(.)|([\][^&|~{}()$./])/gu, (_all, escaped?: string, bare?: string) => escape(escaped ?? bare ?? ''));
  return negated ? `[^${inner}]` : `[${inner}]`;
}

function escape(char: string): string {
  return char.replace(/[\^$\\.*+?()[\]{}|/-]/, '\\$&');
}
