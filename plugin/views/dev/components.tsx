// The health of each process: glyph, name, for how long, restarts, and what is special about it.
import { Box } from 'ink';
import { memo, type ReactNode } from 'react';
import type { ComponentRow, Health } from '../../feeds/rows.ts';
import { age } from '../../format/age.ts';
import { printable } from '../../format/printable.ts';
import { Cell, mark } from '../parts/cell.tsx';
import { innerHeight, innerWidth, Pane } from '../parts/pane.tsx';
import { windowOf } from './layout.ts';
import { healthTone } from './pages.ts';

const glyphs: Readonly<Record<Health, string>> = { ready: '●', starting: '◐', error: '✕', pending: '◌' };

export interface ComponentsProps {
  readonly rows: readonly ComponentRow[];
  readonly selected: string | undefined;
  readonly focused: boolean;
  readonly width: number;
  readonly height: number;
  readonly now: Date;
}

export const Components = memo(function Components({ rows, selected, focused, width, height, now }: ComponentsProps): ReactNode {
  const inner = innerWidth(width);
  const names = Math.min(Math.max(12, ...rows.map(({ name }) => name.length)), inner - 12);
  const room = inner - names - 12;
  const { from, to } = windowOf(rows.length, rows.findIndex(({ name }) => name === selected), innerHeight(height));
  return (
    <Pane title="1 components" focused={focused} width={width} height={height}>
      {rows.slice(from, to).map((row) => {
        const chosen = focused && row.name === selected;
        const since = row.health === 'pending' ? '-' : age(row.since, now);
        const restarts = row.restarts ? `↻${row.restarts} ` : '';
        return (
          <Box key={row.name} height={1}>
            <Cell width={1} tone="accent" text={mark(chosen)} />
            <Cell width={2} tone={healthTone(row.health)} text={glyphs[row.health]} />
            <Cell width={names + 1} text={row.name} strong={chosen} />
            <Cell width={8} tone="quiet" text={since} />
            <Cell width={room} tone={row.health === 'error' || restarts ? 'warning' : 'quiet'} text={room < 8 ? restarts.trim() : `${restarts}${printable(row.detail ?? '', 200)}`} />
          </Box>
        );
      })}
    </Pane>
  );
});
