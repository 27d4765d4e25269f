// A box with its title in the border; the one that takes the keys has a heavier border.
import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { cells, truncateCells } from '../../format/width.ts';
import { useTheme } from '../theme.ts';

export interface PaneProps {
  readonly title: string;
  /** In the border, to the right: what to do here. */
  readonly hint?: string;
  readonly focused: boolean;
  readonly width: number;
  readonly height: number;
  readonly children: ReactNode;
}

/** Columns inside: the border and one space on either side are taken. */
export const innerWidth = (width: number): number => Math.max(1, width - 4);
export const innerHeight = (height: number): number => Math.max(0, height - 2);

const corners = { bold: ['┏', '━', '┓'], round: ['╭', '─', '╮'] } as const;

export function Pane({ title, hint = '', focused, width, height, children }: PaneProps): ReactNode {
  const { tones, ...theme } = useTheme();
  const { border, style } = focused ? theme.focused : theme.other;
  const [left, line, right] = corners[border];
  const name = truncateCells(title, width - 6);
  const room = width - cells(name) - 8;
  const said = hint !== '' && cells(hint) <= room - 2 ? ` ${hint} ` : '';
  const rest = line.repeat(Math.max(0, width - cells(name) - cells(said) - 6));
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0}>
      <Text wrap="truncate">
        <Text {...style}>{`${left}${line} `}</Text>
        <Text {...(focused ? tones.accent : tones.strong)}>{name}</Text>
        <Text {...style}>{` ${rest}`}</Text>
        <Text {...tones.quiet}>{said}</Text>
        <Text {...style}>{`${line}${right}`}</Text>
      </Text>
      <Box
        borderStyle={border}
        borderTop={false}
        {...(style.color === undefined ? {} : { borderColor: style.color })}
        borderDimColor={style.dimColor ?? false}
        flexDirection="column"
        width={width}
        height={height - 1}
        paddingX={1}
        overflow="hidden"
      >
        {children}
      </Box>
    </Box>
  );
}
