// What a look at a cluster found: one line with a glyph, what stands behind it, and what to do.
import type { Paint, Tint } from '../format/colour.ts';
import { printable } from '../format/printable.ts';

export type Level = 'ok' | 'warning' | 'bad';

export interface Finding {
  readonly level: Level;
  /** What was looked at, e.g. `rights`. */
  readonly topic: string;
  readonly text: string;
  readonly lines?: readonly string[];
  readonly hint?: string;
}

export const glyphs: Readonly<Record<Level, string>> = { ok: '✓', warning: '!', bad: '×' };
const tints: Readonly<Record<Level, Tint>> = { ok: 'good', warning: 'warning', bad: 'bad' };

/** The lines of a table; those that are in order take one line each. */
export function findingLines(findings: readonly Finding[], paint: Paint): string {
  const width = Math.max(0, ...findings.map(({ topic }) => topic.length));
  return findings.map(({ level, topic, text, lines = [], hint }) => [
    `${paint(tints[level], glyphs[level])} ${topic.padEnd(width)}  ${printable(text)}`,
    ...lines.map((line) => `  ${' '.repeat(width)}  ${printable(line)}`),
    ...(hint === undefined ? [] : [`  ${' '.repeat(width)}  hint: ${printable(hint)}`]),
    '',
  ].join('\n')).join('');
}
