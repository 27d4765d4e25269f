// A pane of lines that keep coming: the log records or the spans, newest at the bottom.
import { Box, Text } from 'ink';
import { memo, type ReactNode } from 'react';
import type { Entry } from '../../feeds/ring.ts';
import { Cell, mark } from '../parts/cell.tsx';
import { innerHeight, innerWidth, Pane } from '../parts/pane.tsx';
import { useTheme, type Tone } from '../theme.ts';
import { windowOf } from './layout.ts';

export interface StreamProps<Item> {
  readonly title: string;
  readonly hint: string;
  readonly empty: string;
  readonly entries: readonly Entry<Item>[];
  readonly line: (item: Item) => string;
  readonly tone: (item: Item) => Tone;
  readonly selected: number | string | undefined;
  readonly follow: boolean;
  readonly focused: boolean;
  readonly width: number;
  readonly height: number;
}

function StreamPane<Item>({ title, hint, empty, entries, line, tone, selected, follow, focused, width, height }: StreamProps<Item>): ReactNode {
  const { tones } = useTheme();
  const { from, to } = windowOf(entries.length, entries.findIndex(({ id }) => id === selected), innerHeight(height));
  const counted = entries.length > 0 ? ` ${entries.length}${follow ? '' : ', not following'}` : '';
  return (
    <Pane title={title + counted} hint={hint} focused={focused} width={width} height={height}>
      {entries.length === 0 && <Text {...tones.quiet} wrap="truncate">{empty}</Text>}
      {entries.slice(from, to).map(({ id, item }) => {
        const chosen = focused && id === selected;
        return (
          <Box key={id} height={1}>
            <Cell width={1} tone="accent" text={mark(chosen)} />
            <Cell width={innerWidth(width) - 1} tone={tone(item)} text={line(item)} strong={chosen} />
          </Box>
        );
      })}
    </Pane>
  );
}

// memo() loses the type parameter, so it is put back.
export const Stream = memo(StreamPane) as typeof StreamPane;
