// The two lines on top: what this is and what it adds up to, then where it runs.
import { Box, Text } from 'ink';
import { memo, type ReactNode } from 'react';
import type { Header, Totals } from '../../feeds/rows.ts';
import { count } from '../../format/age.ts';
import { printable } from '../../format/printable.ts';
import { cells } from '../../format/width.ts';
import { Cell } from '../parts/cell.tsx';
import { useTheme } from '../theme.ts';

export interface HeaderProps {
  readonly title: string;
  readonly header: Header;
  /** What isolates the sandboxes, once an agent runs in one. */
  readonly sandbox: string | undefined;
  readonly agents: number;
  readonly totals: Totals;
  readonly columns: number;
}

export const HeaderLines = memo(function HeaderLines({ title, header, sandbox, agents, totals, columns }: HeaderProps): ReactNode {
  const { tones } = useTheme();
  const sums = `agents ${agents}   calls ${count(totals.calls)}   tokens ${count(totals.inputTokens)} in, ${count(totals.outputTokens)} out`;
  const width = cells(sums);
  const facts = [header.cluster && `cluster ${header.cluster}`, sandbox && `sandbox ${sandbox}`].filter((fact) => fact !== undefined && fact !== '');
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
