// The whole dev screen for one snapshot, one state and one size: composition only.
import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import type { DevSnapshot } from '../../feeds/rows.ts';
import { logLine } from '../../format/log-line.ts';
import { spanLine } from '../../format/span-line.ts';
import type { LogLine, SpanLine } from '../../../proxy/telemetry/otlp-json.ts';
import { useTheme, type Tone } from '../theme.ts';
import { agentKey, Agents } from './agents.tsx';
import { Components } from './components.tsx';
import { DetailPane } from './detail.tsx';
import { Footer } from './footer.tsx';
import { HeaderLines } from './header.tsx';
import { smallest, type Layout } from './layout.ts';
import type { Line } from './rows.ts';
import { modeOf, selectedId, type DevState, type Pane, type RowId } from './state.ts';
import { Stream } from './stream.tsx';

export interface ScreenProps {
  readonly title: string;
  readonly snapshot: DevSnapshot;
  readonly state: DevState;
  /** The opened thing or the help: its lines at this width, and the first one shown. */
  readonly open: { readonly title: string; readonly lines: readonly Line[]; readonly top: number; readonly follow: boolean } | undefined;
  readonly layout: Layout;
  readonly now: Date;
}

/** What can be selected in each pane. */
export function rowIds(snapshot: DevSnapshot): Readonly<Record<Pane, readonly RowId[]>> {
  return {
    components: snapshot.components.map(({ name }) => name),
    agents: snapshot.agents.map(agentKey),
    'otel-logs': snapshot.records.map(({ id }) => id),
    'otel-traces': snapshot.spans.map(({ id }) => id),
  };
}

export function Screen({ title, snapshot, state, open, layout, now }: ScreenProps): ReactNode {
  const { columns, rows, body } = layout;
  const sandbox = snapshot.header.sandbox ?? snapshot.agents.find(({ runtime }) => runtime)?.runtime;
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <HeaderLines title={title} header={snapshot.header} sandbox={sandbox} agents={snapshot.agents.length} totals={snapshot.totals} columns={columns} />
      {open ? <DetailPane {...open} width={columns} height={body} /> : <Panes snapshot={snapshot} state={state} layout={layout} now={now} />}
      <Footer mode={modeOf(state)} notice={snapshot.notice} columns={columns} />
    </Box>
  );
}

function Panes({ snapshot, state, layout, now }: Pick<ScreenProps, 'snapshot' | 'state' | 'layout' | 'now'>): ReactNode {
  const ids = rowIds(snapshot);
  const list = <Name extends Pane>(pane: Name) => ({ focused: state.pane === pane, selected: selectedId(state.cursors[pane], ids[pane]) });
  const name = (id: RowId | undefined): string | undefined => (id === undefined ? undefined : String(id));
  const components = list('components');
  const agents = list('agents');
  const follow = (pane: Pane): boolean => state.cursors[pane].follow;
  const { band, columns } = layout;
  return (
    <>
      <Box height={band.height}>
        <Components rows={snapshot.components} focused={components.focused} selected={name(components.selected)} width={band.left} height={band.height} now={now} />
        <Agents rows={snapshot.agents} usage={snapshot.usage} focused={agents.focused} selected={name(agents.selected)} width={band.right} height={band.height} now={now} />
      </Box>
      <Stream
        title="3 otel-logs"
        hint={state.pane === 'otel-logs' ? 'enter expands the record' : ''}
        empty="no calls yet: one line for each call of an agent"
        entries={snapshot.records}
        line={logLine}
        tone={recordTone}
        {...list('otel-logs')}
        follow={follow('otel-logs')}
        width={columns}
        height={layout.logs}
      />
      <Stream
        title="4 otel-traces"
        hint={state.pane === 'otel-traces' ? 'enter expands the span: headers, bodies' : '4, then enter, expands a span'}
        empty="no spans yet: one for each call, with headers and bodies"
        entries={snapshot.spans}
        line={spanLine}
        tone={spanTone}
        {...list('otel-traces')}
        follow={follow('otel-traces')}
        width={columns}
        height={layout.traces}
      />
    </>
  );
}

function recordTone({ severity }: LogLine): Tone {
  return severity === 'ERROR' || severity === 'FATAL' ? 'bad' : severity === 'WARN' ? 'warning' : 'plain';
}

function spanTone({ status }: SpanLine): Tone {
  return status === 'ERROR' ? 'bad' : 'plain';
}

/** Instead of the screen, where nothing useful would fit. */
export function TooSmall({ columns, rows }: { readonly columns: number; readonly rows: number }): ReactNode {
  const { tones } = useTheme();
  return (
    <Box flexDirection="column" width={columns} height={Math.max(1, rows)} overflow="hidden">
      <Text {...tones.strong} wrap="truncate">{`terminal too small: ${columns}x${rows}`}</Text>
      {rows > 1 ? <Text wrap="truncate">{`needs ${smallest.columns}x${smallest.rows}; q quits`}</Text> : null}
    </Box>
  );
}
