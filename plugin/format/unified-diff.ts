// Two texts as a unified diff, as `diff -u` prints it.
import { structuredPatch } from 'diff';
import type { Paint } from './colour.ts';

/** Beyond so many changed lines the search for the shortest difference takes longer than anybody waits, and nobody reads it. */
const mostEdits = 5000;

export interface Side {
  readonly name: string;
  readonly text: string;
}

/** Empty when the texts are the same. */
export function unifiedDiff(before: Side, after: Side, paint: Paint): string {
  if (before.text === after.text) return '';
  const hunks = structuredPatch(before.name, after.name, before.text, after.text, undefined, undefined, { context: 3, maxEditLength: mostEdits })?.hunks ?? [whole(before.text, after.text)];
  const lines = hunks.flatMap((hunk) => [
    paint('quiet', `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`),
    ...hunk.lines.map((line) => (line.startsWith('+') ? paint('good', line) : line.startsWith('-') ? paint('bad', line) : line)),
  ]);
  return [`diff -u -N ${before.name} ${after.name}`, paint('bad', `--- ${before.name}`), paint('good', `+++ ${after.name}`), ...lines, ''].join('\n');
}

// An empty side begins before its first line.
const range = (start: number, count: number): string => (count === 1 ? String(start) : `${count === 0 ? start - 1 : start},${count}`);

/** Everything out, everything in. */
function whole(before: string, after: string): { oldStart: number; oldLines: number; newStart: number; newLines: number; lines: string[] } {
  const [old, now] = [before, after].map((text) => text.split('\n').slice(0, -1)) as [string[], string[]];
  return { oldStart: 1, oldLines: old.length, newStart: 1, newLines: now.length, lines: [...old.map((line) => `-${line}`), ...now.map((line) => `+${line}`)] };
}
