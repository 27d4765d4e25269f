// The agents: name, phase, calls and tokens in this session, and what is in the way.
import { Box, Text } from 'ink';
import { memo, type ReactNode } from 'react';
import type { AgentRow, AgentUsage } from '../../feeds/rows.ts';
import { phaseText, phaseTint } from '../../format/agent-phase.ts';
import { count } from '../../format/age.ts';
import { printable } from '../../format/printable.ts';
import { truncateCells } from '../../format/width.ts';
import { Cell, mark } from '../parts/cell.tsx';
import { innerHeight, innerWidth, Pane } from '../parts/pane.tsx';
import { useTheme } from '../theme.ts';
import { windowOf } from './layout.ts';

export interface AgentsProps {
  readonly rows: readonly AgentRow[];
  readonly usage: ReadonlyMap<string, AgentUsage>;
  readonly selected: string | undefined;
  readonly focused: boolean;
  readonly width: number;
  readonly height: number;
  readonly now: Date;
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly text: (row: AgentRow, usage: AgentUsage | undefined) => string;
}

const extra: readonly Column[] = [
  { title: 'CALLS', width: 7, text: (_row, usage) => count(usage?.calls ?? 0) },
  { title: 'TOKENS', width: 12, text: (_row, usage) => `${count(usage?.inputTokens ?? 0)}/${count(usage?.outputTokens ?? 0)}` },
  { title: 'SANDBOX', width: 12, text: (row) => row.runtime ?? '-' },
  { title: 'WORKER', width: 11, text: (row) => row.worker ?? '-' },
  { title: 'POOL', width: 12, text: (row) => row.pool },
];
const statusWidth = 14;

export const agentKey = ({ namespace, name }: AgentRow): string => `${namespace}/${name}`;

/** The columns that fit beside name and status; what is in the way of an agent takes the room of its numbers. */
function columnsFor(room: number): readonly Column[] {
  let used = 0;
  return extra.filter(({ width }) => (used += width) <= room);
}

/** An agent that runs with all its conditions true keeps its numbers: what else there is to know stands on its page. */
function inTheWay(row: AgentRow): string | undefined {
  const isWell = row.phase === 'Running' && row.conditions.every((condition) => condition.status === 'True');
  return isWell ? undefined : row.issue;
}

export const Agents = memo(function Agents({ rows, usage, selected, focused, width, height, now }: AgentsProps): ReactNode {
  const { tones } = useTheme();
  const inner = innerWidth(width);
  const names = Math.min(Math.max(10, ...rows.map((row) => agentKey(row).length + 1)), Math.max(10, inner - statusWidth - 1), 40);
  const room = inner - 1 - names - statusWidth;
  const columns = columnsFor(room);
  const { from, to } = windowOf(rows.length, rows.findIndex((row) => agentKey(row) === selected), innerHeight(height) - 1);
  return (
    <Pane title={`2 agents${rows.length > 0 ? ` ${rows.length}` : ''}`} focused={focused} width={width} height={height}>
      {rows.length === 0 ? (
        <Text {...tones.quiet}>none yet: kubectl clrk apply -f PATH</Text>
      ) : (
        <Box height={1}>
          <Cell width={1} text="" />
          <Cell width={names} tone="quiet" text="NAME" />
          <Cell width={statusWidth} tone="quiet" text="STATUS" />
          {columns.map((column) => (
            <Cell key={column.title} width={column.width} tone="quiet" text={column.title} />
          ))}
        </Box>
      )}
      {rows.slice(from, to).map((row) => {
        const key = agentKey(row);
        const chosen = focused && key === selected;
        const issue = inTheWay(row);
        return (
          <Box key={key} height={1}>
            <Cell width={1} tone="accent" text={mark(chosen)} />
            <Cell width={names} text={truncateCells(printable(key, 200), names - 1)} strong={chosen} />
            <Cell width={issue ? phaseText(row, now).length + 1 : statusWidth} tone={phaseTint(row.phase)} text={phaseText(row, now)} />
            {issue ? (
              <Cell width={room + statusWidth - phaseText(row, now).length - 1} tone="bad" text={printable(issue, 500)} />
            ) : (
              columns.map((column) => <Cell key={column.title} width={column.width} text={printable(column.text(row, usage.get(key)), 100)} />)
            )}
          </Box>
        );
      })}
    </Pane>
  );
});
