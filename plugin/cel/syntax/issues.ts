// What is wrong with an expression, shown as the real API server shows it: place, message, the line, a mark under the spot.

export interface Issue {
  /** Offset in code points; -1 for the expression as a whole. */
  readonly at: number;
  readonly message: string;
}

const mostShown = 100;
const longestLine = 16_384;

/** Thrown to leave the parser; the checker collects its issues instead. */
export class SyntaxFault extends Error {
  readonly issues: readonly Issue[];
  constructor(issues: readonly Issue[]) {
    super(issues[0]?.message ?? 'syntax error');
    this.issues = issues;
  }
}

interface Place {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

function place(lines: readonly (readonly string[])[], at: number): Place {
  let left = at;
  for (const [index, line] of lines.entries()) {
    if (left <= line.length) return { line: index + 1, column: left, text: line.join('') };
    left -= line.length + 1;
  }
  return { line: lines.length, column: 0, text: '' };
}

/** Marks a spot: one dot for each character before it, wide ones for characters of several bytes, as cel-go draws them. */
function mark(text: string, column: number): string {
  const characters = Array.from(text.replaceAll('\t', ' '));
  const wide = (character: string | undefined): boolean => character !== undefined && (character.codePointAt(0) ?? 0) > 127;
  const dots = characters.slice(0, column).map((character) => (wide(character) ? '\uff0e' : '.')).join('');
  return `\n | ${characters.join('')}\n | ${dots}${wide(characters[column]) ? '\uff3e' : '^'}`;
}

/** All issues in the order of their places, at most a hundred. */
export function showIssues(source: string, issues: readonly Issue[]): string {
  const lines = source.split('\n').map((line) => Array.from(line));
  const shown = issues.slice(0, mostShown).map((issue) => {
    const found = issue.at < 0 ? { line: -1, column: -1, text: undefined } : place(lines, issue.at);
    return { ...found, message: issue.message };
  });
  const texts = shown.toSorted((a, b) => a.line - b.line || a.column - b.column).map(({ line, column, text, message }) => {
    const head = `ERROR: <input>:${line}:${column + 1}: ${message}`;
    return text === undefined || text.length > longestLine ? head : head + mark(text, column);
  });
  if (issues.length > mostShown) texts.push(`${issues.length - mostShown} more errors were truncated`);
  return texts.join('\n');
}
