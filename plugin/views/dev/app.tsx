// The live dev screen: store, keys, clock and window size brought together.
import { useApp, useInput, useWindowSize } from 'ink';
import { useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import type { DevStore } from '../../feeds/store.ts';
import { actionFor, keyName, type Action } from '../keys.ts';
import { innerHeight, innerWidth } from '../parts/pane.tsx';
import { helpRows } from './help.ts';
import { layout as layoutFor } from './layout.ts';
import { page } from './pages.ts';
import { lines } from './rows.ts';
import { rowIds, Screen, TooSmall } from './screen.tsx';
import { detailTop, initialState, modeOf, reduce, type DevState } from './state.ts';

export interface AppProps {
  readonly store: DevStore;
  readonly title: string;
  readonly quit: () => void;
  /** Stops this process until the shell continues it. */
  readonly suspend: () => Promise<void>;
}

/** The lines of the help, or of what is opened, at this width. */
function opened(state: DevState, snapshot: ReturnType<DevStore['snapshot']>, width: number, now: Date) {
  if (state.help) return { title: 'help', lines: lines(helpRows, width) };
  if (!state.detail) return undefined;
  const found = page(snapshot, state.detail, now);
  return found ? { title: found.title, lines: lines(found.rows, width) } : { title: 'gone', lines: lines([{ text: 'this is no longer there: newer ones took its place' }], width) };
}

export function App({ store, title, quit, suspend }: AppProps): ReactNode {
  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot);
  const { columns, rows } = useWindowSize();
  const { suspendTerminal } = useApp();
  const [state, setState] = useState(initialState);
  const [helpTop, setHelpTop] = useState(0);
  const now = useClock();
  const layout = layoutFor(columns, rows, { components: snapshot.components.length, agents: snapshot.agents.length });
  const body = layout?.body ?? rows;
  const open = useMemo(() => opened(state, snapshot, innerWidth(columns), now), [state.help, state.detail?.id, state.detail?.pane, snapshot, columns, now]);
  const detail = state.help ? { top: helpTop, follow: false } : (state.detail ?? { top: 0, follow: false });
  const top = detailTop(detail, open?.lines.length ?? 0, innerHeight(body));

  useInput((input, key) => {
    const action = actionFor(modeOf(state), keyName(input, key));
    if (action === undefined) return;
    if (action === 'quit') quit();
    else if (action === 'suspend') void suspendTerminal(suspend);
    else if (action === 'clear') clear(store, state);
    else if (state.help) setHelpTop(helpScroll(action, top, innerHeight(body)));
    if (action === 'help') setHelpTop(0);
    const seen = { ids: rowIds(snapshot), page: innerHeight(layout?.logs ?? rows), detailLines: open?.lines.length ?? 0, detailPage: innerHeight(body) };
    // From the newest state: several keys may come in one read.
    setState((current) => reduce(current, action, seen));
  });

  if (layout === undefined) return <TooSmall columns={columns} rows={rows} />;
  return <Screen title={title} snapshot={snapshot} state={state} open={open && { ...open, top, follow: detail.follow }} layout={layout} now={now} />;
}

/** Ages are shown in seconds, so the clock ticks once a second even when nothing else happens. */
function useClock(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function clear(store: DevStore, { pane, detail }: DevState): void {
  if (detail?.pane === 'components') store.clear({ component: String(detail.id) });
  else if (!detail && pane === 'otel-logs') store.clear('records');
  else if (!detail && pane === 'otel-traces') store.clear('spans');
  store.flush();
}

function helpScroll(action: Action, top: number, size: number): number {
  const steps: Partial<Record<Action, number>> = { up: -1, down: 1, 'page-up': -size, 'page-down': size, first: -Infinity, last: Infinity };
  return Math.max(0, Math.min(top + (steps[action] ?? 0), helpRows.length));
}
