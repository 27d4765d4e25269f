// The two lines at the bottom: the last thing that happened, then the keys that do something now.
import { Box, Text } from 'ink';
import { memo, type ReactNode } from 'react';
import { legend, type Mode } from '../keys.ts';
import { useTheme } from '../theme.ts';

export const Footer = memo(function Footer({ mode, notice, columns }: { readonly mode: Mode; readonly notice: string | undefined; readonly columns: number }): ReactNode {
  const { tones } = useTheme();
  return (
    <Box flexDirection="column" height={2} paddingX={1} width={columns}>
      <Text wrap="truncate">{notice ?? ' '}</Text>
      <Text wrap="truncate">
        {legend(mode, columns - 2).map(({ keys, label }, index) => (
          <Text key={label}>
            <Text {...tones.accent}>{`${index > 0 ? '  ' : ''}${keys}`}</Text>
            <Text {...tones.quiet}>{` ${label}`}</Text>
          </Text>
        ))}
      </Text>
    </Box>
  );
});
