// One column of a row: cut at its width, and never pushed by its neighbours.
import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { useTheme, type Tone } from '../theme.ts';

export function Cell({ width, tone = 'plain', text, strong = false }: { readonly width: number; readonly tone?: Tone; readonly text: string; readonly strong?: boolean }): ReactNode {
  const { tones } = useTheme();
  if (width <= 0) return null;
  return (
    <Box width={width} height={1} flexShrink={0}>
      <Text wrap="truncate" {...tones[tone]} {...(strong ? { bold: true } : {})}>
        {text}
      </Text>
    </Box>
  );
}

/** What stands before each row of a list: the mark of the selected one. */
export const mark = (selected: boolean): string => (selected ? '▌' : ' ');
