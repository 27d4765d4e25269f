// `-o custom-columns`: a heading and a path for each column, and rows that keep their widths while they come one by one.
import { UserError } from '../exit.ts';
import { printable } from '../format/printable.ts';
import { evaluatePath } from '../jsonpath/evaluate.ts';
import { JsonPathError, parsePath, type Action } from '../jsonpath/parse.ts';
import { goText } from './go-text.ts';

export interface Column {
  readonly heading: string;
  readonly path: Action;
}

const hint = ['write it as NAME:.metadata.name,PHASE:.status.phase'];

/** `metadata.name`, `.metadata.name` and either in braces. */
export function relaxedPath(written: string): Action {
  const inside = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(written);
  if (inside === null) throw new JsonPathError('it is neither .path nor {.path}');
  return parsePath(`.${inside[1] ?? inside[2]}`);
}

function column(heading: string, written: string): Column {
  try {
    return { heading, path: relaxedPath(written) };
  } catch (error) {
    throw error instanceof JsonPathError ? new UserError(`${JSON.stringify(written)} of column ${heading} is no JSONPath: ${error.message}`, hint) : error;
  }
}

export function columnsOf(spec: string): readonly Column[] {
  return spec.split(',').map((part) => {
    const at = part.indexOf(':');
    if (at < 0) throw new UserError(`${JSON.stringify(part)} is no column: a heading, a colon and a path`, hint);
    return column(part.slice(0, at), part.slice(at + 1));
  });
}

/** Two lines: headings, then as many paths. */
export function columnsOfFile(text: string): readonly Column[] {
  const [headings = [], paths = []] = text.split('\n').map((line) => line.trim().split(/\s+/).filter(Boolean));
  if (headings.length === 0 || headings.length !== paths.length) throw new UserError(`the file of columns has ${headings.length} headings and ${paths.length} paths`, ['its first line holds the headings, its second as many paths']);
  return headings.map((heading, at) => column(heading, paths[at] ?? ''));
}

const narrowest = 6;
const gap = 3;

/** Rows below each other, as kubectl sets them: what was wide once stays wide. */
export class Rows {
  readonly #widths: number[] = [];

  lines(rows: readonly (readonly string[])[]): string {
    const cells = rows.map((row) => row.map((cell) => printable(cell, 4096)));
    for (const row of cells) for (const [at, cell] of row.entries()) this.#widths[at] = Math.max(this.#widths[at] ?? narrowest, Array.from(cell).length + gap);
    return cells.map((row) => `${row.map((cell, at) => (at === row.length - 1 ? cell : cell + ' '.repeat((this.#widths[at] ?? 0) - Array.from(cell).length))).join('')}\n`).join('');
  }
}

export function columnCells(columns: readonly Column[], object: unknown): readonly string[] {
  return columns.map(({ heading, path }) => {
    try {
      const found = evaluatePath(path, object);
      return found.length === 0 ? '<none>' : found.map(goText).join(',');
    } catch (error) {
      throw error instanceof JsonPathError ? new UserError(`column ${heading}: ${error.message}`) : error;
    }
  });
}
