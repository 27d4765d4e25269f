// The lines of an opened thing before they meet a width: pairs, headings and text, wrapped to what fits.
import { cells, wrapWords } from '../../format/width.ts';
import type { Tone } from '../theme.ts';

/** One line of a page: a name in its own tone, then a value. */
export interface Row {
  readonly name?: string;
  readonly text: string;
  readonly tone?: Tone;
}

export const blank: Row = { text: '' };
export const heading = (text: string): Row => ({ text, tone: 'strong' });
export const pair = (name: string, text: string, tone?: Tone): Row => ({ name, text, ...(tone ? { tone } : {}) });

/** A heading and its rows, with a blank line before; nothing when there are no rows. */
export const section = (title: string, rows: readonly Row[]): readonly Row[] => (rows.length === 0 ? [] : [blank, heading(title), ...rows]);

/** One line on the screen. */
export interface Line {
  readonly name: string;
  readonly text: string;
  readonly tone: Tone;
}

const widestName = 38;
const mostLines = 20_000;

/** Names that stand together share a column as wide as the widest that is not too wide; values wrap under themselves. */
export function lines(rows: readonly Row[], width: number): readonly Line[] {
  const limit = Math.min(widestName, Math.floor(width / 2));
  return blocks(rows)
    .flatMap((block) => {
      const widths = block.flatMap(({ name }) => (name === undefined || cells(name) > limit ? [] : [cells(name)]));
      const column = Math.max(0, ...widths) + 2;
      return block.flatMap((row) => rowLines(row, column, width));
    })
    .slice(0, mostLines);
}

/** Cut at every row without a name. */
function blocks(rows: readonly Row[]): readonly (readonly Row[])[] {
  const found: Row[][] = [];
  for (const row of rows) {
    const block = found.at(-1);
    if (block && (row.name === undefined) === (block[0]?.name === undefined)) block.push(row);
    else found.push([row]);
  }
  return found;
}

function rowLines({ name, text, tone = 'plain' }: Row, column: number, width: number): readonly Line[] {
  if (name === undefined) return wrapWords(text, width).map((piece) => ({ name: '', text: piece, tone }));
  const used = cells(name);
  const own = Math.max(column, used + 2);
  const [first = '', ...others] = wrapWords(text, width - own);
  const pad = (length: number): string => ' '.repeat(Math.max(0, length));
  return [
    { name: name + pad(own - used), text: first, tone },
    ...others.map((piece) => ({ name: pad(own), text: piece, tone })),
  ];
}
