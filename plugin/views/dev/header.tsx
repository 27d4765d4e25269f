// The two lines on top: what this is and what it adds up to, then where it runs.
import { Box, Text } from 'ink';
import { memo, type ReactNode } from 'react';
import type { Header as HeaderFacts, Totals } from '../../feeds/rows.ts';
import { count } from '../../format/age.ts';
import { printable } from '../../format/printable.ts';
import { cells } from '../../format/width.ts';
import { Cell } from '../parts/cell.tsx';
import { useTheme } from '../theme.ts';

export interface HeaderProps {
  readonly title: string;
  readonly header: Header;
  readonly agents: number;
  readonly totals: Totals;
  readonly columns: number;
}
type Header = HeaderFacts;

export const HeaderLines = memo(function HeaderLines({ title, header, agents, totals, columns }: HeaderProps): ReactNode {
  const { tones } = useTheme();
  const sums = `agents ${agents}   calls ${count(totals.calls)}   tokens ${count(totals.inputTokens)} in, ${count(totals.outputTokens)} out`;
  const width = cells(sums);
  const facts = [header.cluster && `cluster ${header.cluster}`, header.sandbox && `sandbox ${header.sandbox}`].filter((fact) => fact !== undefined && fact !== '');
  return (
    <Box flexDirection="column" height={2} paddingX={1} width={columns}>
      <Box height={1}>
        <Cell width={columns - 3 - width} tone="accent" text={printable(title, 200)} />
        <Text> {sums}</Text>
      </Box>
      <Text wrap="truncate">
        <Text {...tones.quiet}>{printable(facts.join(' · '), 300)}</Text>
        {header.offline ? <Text {...tones.warning}>{`${facts.length > 0 ? ' · ' : ''}offline: ${printable(header.offline, 300)}`}</Text> : null}
      </Text>
    </Box>
  );
});
