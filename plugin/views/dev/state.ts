// What the person is looking at, as a value, and how keys change it. Pure: it knows no terminal and no store.
import type { Action, Mode } from '../keys.ts';

export const panes = ['components', 'agents', 'otel-logs', 'otel-traces'] as const;
export type Pane = (typeof panes)[number];
/** A component's or agent's name, or the number of a record or span. */
export type RowId = string | number;

export interface Cursor {
  /** Absent: nothing was selected yet. */
  readonly id?: RowId;
  /** Stays on the newest row as rows come. */
  readonly follow: boolean;
}

/** The opened thing: which row, how far it is scrolled. */
export interface Detail {
  readonly pane: Pane;
  readonly id: RowId;
  readonly top: number;
  readonly follow: boolean;
}

export interface DevState {
  readonly pane: Pane;
  readonly cursors: Readonly<Record<Pane, Cursor>>;
  readonly detail?: Detail;
  readonly help: boolean;
}

/** What is on the screen when a key is pressed. */
export interface Seen {
  readonly ids: Readonly<Record<Pane, readonly RowId[]>>;
  /** Rows that a page scrolls by. */
  readonly page: number;
  /** Lines of the opened thing, and how many of them fit. */
  readonly detailLines: number;
  readonly detailPage: number;
}

export const initialState: DevState = {
  pane: 'otel-traces',
  cursors: { components: { follow: false }, agents: { follow: false }, 'otel-logs': { follow: true }, 'otel-traces': { follow: true } },
  help: false,
};

export function modeOf(state: DevState): Mode {
  return state.help ? 'help' : state.detail ? 'detail' : 'panes';
}

/** The row the cursor is on: the newest when following, the first when nothing is selected or the selected one is gone. */
export function selectedId(cursor: Cursor, ids: readonly RowId[]): RowId | undefined {
  if (cursor.follow) return ids.at(-1);
  return cursor.id !== undefined && ids.includes(cursor.id) ? cursor.id : ids[0];
}

/** The first line on screen of the opened thing. */
export function detailTop(detail: Pick<Detail, 'top' | 'follow'>, lines: number, page: number): number {
  const last = Math.max(0, lines - page);
  return detail.follow ? last : Math.min(Math.max(0, detail.top), last);
}

/** Quitting, clearing and suspending act on the world, so they are not here. */
export function reduce(state: DevState, action: Action, seen: Seen): DevState {
  if (action === 'help') return { ...state, help: !state.help };
  if (state.help) return action === 'back' ? { ...state, help: false } : state;
  if (state.detail) return reduceDetail(state, state.detail, action, seen);
  const pane = paneFor(state.pane, action);
  return pane === undefined ? reducePane(state, action, seen) : { ...state, pane };
}

function paneFor(now: Pane, action: Action): Pane | undefined {
  const at = (index: number): Pane | undefined => panes[(index + panes.length) % panes.length];
  if (action === 'next-pane') return at(panes.indexOf(now) + 1);
  if (action === 'previous-pane') return at(panes.indexOf(now) - 1);
  return action.startsWith('pane-') ? panes[Number(action.slice('pane-'.length)) - 1] : undefined;
}

function reducePane(state: DevState, action: Action, seen: Seen): DevState {
  const ids = seen.ids[state.pane];
  const cursor = state.cursors[state.pane];
  const id = selectedId(cursor, ids);
  const streaming = state.pane === 'otel-logs' || state.pane === 'otel-traces';
  const put = (next: Cursor): DevState => ({ ...state, cursors: { ...state.cursors, [state.pane]: next } });
  if (action === 'open') return id === undefined ? state : { ...state, detail: { pane: state.pane, id, top: 0, follow: state.pane === 'components' } };
  if (action === 'follow') return streaming ? put(cursor.follow && id !== undefined ? { id, follow: false } : { follow: true }) : state;
  const index = id === undefined ? -1 : ids.indexOf(id);
  const target = moved(action, index, ids.length, seen.page);
  const next = target === undefined ? undefined : ids[target];
  if (target === undefined || next === undefined) return state;
  return put({ id: next, follow: streaming && target === ids.length - 1 });
}

function reduceDetail(state: DevState, detail: Detail, action: Action, seen: Seen): DevState {
  if (action === 'back') {
    const { detail: _closed, ...rest } = state;
    return rest;
  }
  const top = detailTop(detail, seen.detailLines, seen.detailPage);
  const last = Math.max(0, seen.detailLines - seen.detailPage);
  if (action === 'follow') return { ...state, detail: { ...detail, top, follow: !detail.follow } };
  const target = moved(action, top, last + 1, seen.detailPage);
  if (target === undefined) return state;
  // A log stays at its end once the person went there; a span has no end that moves.
  const follow = target === last && detail.pane === 'components';
  return { ...state, detail: { ...detail, top: target, follow } };
}

function moved(action: Action, from: number, length: number, page: number): number | undefined {
  const clamp = (index: number): number => Math.min(Math.max(0, index), Math.max(0, length - 1));
  switch (action) {
    case 'up':
      return clamp(from - 1);
    case 'down':
      return clamp(from + 1);
    case 'page-up':
      return clamp(from - Math.max(1, page - 1));
    case 'page-down':
      return clamp(from + Math.max(1, page - 1));
    case 'first':
      return clamp(0);
    case 'last':
      return clamp(length - 1);
    default:
      return undefined;
  }
}
