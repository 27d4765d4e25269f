// All key bindings of the dev screen, once: footer, help and handling derive from this table.
import type { Key } from 'ink';

export type Action =
  | 'next-pane' | 'previous-pane' | 'pane-1' | 'pane-2' | 'pane-3' | 'pane-4'
  | 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last'
  | 'open' | 'back' | 'follow' | 'clear' | 'help' | 'quit' | 'suspend';

/** Where a binding is live: the four panes, one opened thing, the help. */
export type Mode = 'panes' | 'detail' | 'help';

export interface Binding {
  readonly action: Action;
  readonly keys: readonly string[];
  readonly modes: readonly Mode[];
  /** Shown in the footer as `keys label`; absent: help only. The lower the rank, the longer it stays on a narrow screen. */
  readonly footer?: { readonly keys: string; readonly label: string; readonly rank: number };
  readonly help: string;
}

const everywhere: readonly Mode[] = ['panes', 'detail', 'help'];
const reading: readonly Mode[] = ['detail', 'help'];

export const bindings: readonly Binding[] = [
  { action: 'open', keys: ['enter'], modes: ['panes'], footer: { keys: 'enter', label: 'expand', rank: 1 }, help: 'expand the selected row: a span, a record, an agent, or the log of a component' },
  { action: 'back', keys: ['esc', 'backspace'], modes: reading, footer: { keys: 'esc', label: 'back', rank: 1 }, help: 'back to the panes' },
  { action: 'next-pane', keys: ['tab'], modes: ['panes'], footer: { keys: 'tab', label: 'pane', rank: 2 }, help: 'next pane' },
  { action: 'previous-pane', keys: ['shift+tab'], modes: ['panes'], help: 'previous pane' },
  { action: 'pane-1', keys: ['1'], modes: ['panes'], help: 'components' },
  { action: 'pane-2', keys: ['2'], modes: ['panes'], help: 'agents' },
  { action: 'pane-3', keys: ['3'], modes: ['panes'], help: 'otel-logs' },
  { action: 'pane-4', keys: ['4'], modes: ['panes'], help: 'otel-traces' },
  { action: 'up', keys: ['up', 'k'], modes: everywhere, footer: { keys: '↑↓', label: 'move', rank: 3 }, help: 'up' },
  { action: 'down', keys: ['down', 'j'], modes: everywhere, help: 'down' },
  { action: 'page-up', keys: ['pageup', 'ctrl+b'], modes: everywhere, help: 'a page up' },
  { action: 'page-down', keys: ['pagedown', 'ctrl+f', 'space'], modes: everywhere, help: 'a page down' },
  { action: 'first', keys: ['g', 'home'], modes: everywhere, help: 'first row' },
  { action: 'last', keys: ['G', 'end'], modes: everywhere, help: 'last row' },
  { action: 'follow', keys: ['f'], modes: ['panes', 'detail'], footer: { keys: 'f', label: 'follow', rank: 6 }, help: 'stay at the newest row, or stop doing so' },
  { action: 'clear', keys: ['c'], modes: ['panes', 'detail'], footer: { keys: 'c', label: 'clear', rank: 7 }, help: 'empty this pane; the counters go on' },
  { action: 'help', keys: ['?'], modes: everywhere, footer: { keys: '?', label: 'help', rank: 5 }, help: 'this page' },
  { action: 'suspend', keys: ['ctrl+z'], modes: everywhere, help: 'to the shell; `fg` brings it back' },
  { action: 'quit', keys: ['q', 'ctrl+c'], modes: everywhere, footer: { keys: 'q', label: 'quit', rank: 0 }, help: 'stop everything; state stays in ~/.clrk' },
];

/** What a key press means now. */
export function actionFor(mode: Mode, name: string): Action | undefined {
  return bindings.find((binding) => binding.modes.includes(mode) && binding.keys.includes(name))?.action;
}

/** The footer's entries that fit, in the table's order; the least important ones go first when room is short. */
export function legend(mode: Mode, width: number): readonly { readonly keys: string; readonly label: string }[] {
  const entries = bindings.flatMap(({ footer, modes }) => (footer && modes.includes(mode) ? [footer] : []));
  const size = (list: typeof entries): number => list.reduce((sum, { keys, label }) => sum + keys.length + label.length + 3, -2);
  let shown = entries;
  while (shown.length > 1 && size(shown) > width) {
    const last = Math.max(...shown.map(({ rank }) => rank));
    shown = shown.filter(({ rank }) => rank !== last);
  }
  return shown;
}

const named = [
  ['return', 'enter'], ['escape', 'esc'], ['upArrow', 'up'], ['downArrow', 'down'], ['pageUp', 'pageup'], ['pageDown', 'pagedown'],
  ['home', 'home'], ['end', 'end'], ['backspace', 'backspace'], ['delete', 'backspace'],
] as const satisfies readonly (readonly [keyof Key, string])[];

/** ink's idea of a key press as the name that the table uses. */
export function keyName(input: string, key: Partial<Key>): string {
  if (key.tab) return key.shift ? 'shift+tab' : 'tab';
  const special = named.find(([flag]) => key[flag]);
  if (special) return special[1];
  if (key.ctrl) return `ctrl+${input}`;
  return input === ' ' ? 'space' : input;
}
