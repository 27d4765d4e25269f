// Rows as a table for a terminal, columns three spaces apart, as kubectl prints them.
import { printable } from './printable.ts';

/** The first row is the heading. An empty cell reads `-`. No cell can move the cursor. */
export function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => printable(cell, 512) || '-'));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) => `${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('   ').trimEnd()}\n`).join('');
}
