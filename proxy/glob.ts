// Compiles globs as Go's path.Match reads them: `*` and `?` stay within one path segment.

/** One place in a glob: any run of characters, or a test of one character. */
type Step = '*' | ((char: string) => boolean);

/** Undefined when the glob is malformed: such a matcher matches nothing, never everything. */
export function compileGlob(glob: string): ((text: string) => boolean) | undefined {
  const steps: Step[] = [];
  const literal = (expected: string): Step => (char) => char === expected;
  const chars = Array.from(glob);
  let i = 0;
  while (i < chars.length) {
    const c = chars[i++] ?? '';
    if (c === '*') steps.push('*');
    else if (c === '?') steps.push((char) => char !== '/');
    else if (c === '[') {
      const end = classEnd(chars, i);
      const pattern = end === undefined ? undefined : classPattern(chars.slice(i, end).join(''));
      if (end === undefined || pattern === undefined) return undefined;
      steps.push((char) => pattern.test(char));
      i = end + 1;
    } else if (c === '\\') {
      const escaped = chars[i++];
      if (escaped === undefined) return undefined;
      steps.push(literal(escaped));
    } else steps.push(literal(c));
  }
  return matcher(steps);
}

/** True when any of the globs matches; without globs everything does. */
export function matchesAny(matchers: readonly ((text: string) => boolean)[] | undefined, text: string): boolean {
  return matchers === undefined || matchers.some((m) => m(text));
}

/** Backtracks over one star at a time, so that hostile input costs n*m and not 2^n as in a RegExp. */
function matcher(steps: readonly Step[]): (text: string) => boolean {
  return (text) => {
    const chars = Array.from(text);
    let s = 0;
    let c = 0;
    let star: { step: number; char: number } | undefined;
    while (c < chars.length) {
      const char = chars[c] ?? '';
      const step = steps[s];
      if (step === '*') star = { step: s++, char: c };
      else if (step?.(char) === true) {
        s++;
        c++;
      } else if (star !== undefined && chars[star.char] !== '/') {
        s = star.step + 1;
        c = ++star.char;
      } else return false;
    }
    while (steps[s] === '*') s++;
    return s === steps.length;
  };
}

function classEnd(chars: readonly string[], start: number): number | undefined {
  let i = chars[start] === '^' ? start + 1 : start;
  if (chars[i] === ']') return undefined;
  for (; i < chars.length; i++) {
    if (chars[i] === '\\') i++;
    else if (chars[i] === ']') return i;
  }
  return undefined;
}

/** Undefined for what Go refuses: a dash at either end, a range that runs backwards. */
function classPattern(content: string): RegExp | undefined {
  if (/^\^?-|(?<!\\)-$/.test(content)) return undefined;
  const negated = content.startsWith('^');
  const inner = (negated ? content.slice(1) : content).replace(/\\(.)|([\][^|{}()$./*+?])/gu, (_all, escaped?: string, bare?: string) => escape(escaped ?? bare ?? ''));
  try {
    return new RegExp(`^[${negated ? '^' : ''}${inner}]$`, 'u');
  } catch {
    return undefined;
  }
}

function escape(char: string): string {
  return char.replace(/[\^$\\.*+?()[\]{}|/-]/, '\\$&');
}
