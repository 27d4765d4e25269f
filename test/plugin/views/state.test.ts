// What keys do to the state, as tables: no terminal, no store.
import test from 'ava';
import { actionFor, bindings, keyName, legend, type Action } from '../../../plugin/views/keys.ts';
import { detailTop, initialState, modeOf, reduce, selectedId, type DevState, type Seen } from '../../../plugin/views/dev/state.ts';

const seen: Seen = { ids: { components: ['apiserver', 'worker-0'], agents: ['default/echo-bot'], 'otel-logs': [1, 2, 3], 'otel-traces': [4, 5, 6, 7] }, page: 3, detailLines: 50, detailPage: 10 };
const after = (state: DevState, ...actions: Action[]): DevState => actions.reduce((now, action) => reduce(now, action, seen), state);
const selection = (state: DevState) => selectedId(state.cursors[state.pane], seen.ids[state.pane]);

const moves = test.macro({
  exec(t, actions: readonly Action[], pane: string, selected: unknown) {
    const state = after(initialState, ...actions);
    t.is(state.pane, pane as typeof state.pane);
    t.is(selection(state), selected as ReturnType<typeof selection>);
  },
  title: (name) => name ?? '',
});
test('the traces have the keys at first, and follow the newest', moves, [], 'otel-traces', 7);
test('tab goes round', moves, ['next-pane'], 'components', 'apiserver');
test('shift-tab goes round the other way', moves, ['previous-pane', 'previous-pane'], 'agents', 'default/echo-bot');
test('a number goes straight to its pane', moves, ['pane-3'], 'otel-logs', 3);
test('up leaves the newest', moves, ['up', 'up'], 'otel-traces', 5);
test('the first row is the end of going up', moves, ['up', 'up', 'up', 'up', 'up'], 'otel-traces', 4);
test('g and G go to the ends', moves, ['first', 'down', 'last'], 'otel-traces', 7);
test('a page moves one row less than it shows', moves, ['page-up'], 'otel-traces', 5);
test('panes keep their own selection', moves, ['up', 'next-pane', 'down', 'previous-pane'], 'otel-traces', 6);

test('the selection stays on its row while new ones come, and goes on following once it is at the end', (t) => {
  const more: Seen = { ...seen, ids: { ...seen.ids, 'otel-traces': [5, 6, 7, 8, 9] } };
  const up = reduce(initialState, 'up', seen);
  t.is(selectedId(up.cursors['otel-traces'], more.ids['otel-traces']), 6);
  const end = reduce(up, 'last', more);
  t.is(selectedId(end.cursors['otel-traces'], [...more.ids['otel-traces'], 10]), 10);
});

test('a selected row that was pushed out is replaced by the oldest one left', (t) => {
  t.is(selectedId({ id: 4, follow: false }, [6, 7]), 6);
  t.is(selectedId({ follow: true }, []), undefined);
});

test('f stops and starts following', (t) => {
  const stopped = after(initialState, 'follow');
  t.deepEqual(stopped.cursors['otel-traces'], { id: 7, follow: false });
  t.true(after(stopped, 'follow').cursors['otel-traces'].follow);
});

test('enter opens the selected row, keys scroll it, esc closes it', (t) => {
  const open = after(initialState, 'up', 'open');
  t.like(open.detail, { pane: 'otel-traces', id: 6, top: 0 });
  t.is(modeOf(open), 'detail');
  t.is(after(open, 'down', 'down', 'page-down').detail?.top, 11);
  t.is(after(open, 'last').detail?.top, 40);
  t.is(after(open, 'last', 'down').detail?.top, 40);
  const closed = after(open, 'back');
  t.is(closed.detail, undefined);
  t.is(selection(closed), 6);
});

test('enter on an empty list does nothing', (t) => {
  t.is(reduce(initialState, 'open', { ...seen, ids: { ...seen.ids, 'otel-traces': [] } }), initialState);
});

test('the log of a component opens at its end and follows until one goes up', (t) => {
  const open = after(initialState, 'pane-1', 'open');
  t.true(open.detail?.follow);
  t.is(open.detail && detailTop(open.detail, 50, 10), 40);
  t.like(after(open, 'up').detail, { top: 39, follow: false });
});

test('help covers everything, and esc or ? takes it off', (t) => {
  const help = after(initialState, 'help');
  t.is(modeOf(help), 'help');
  t.false(after(help, 'back').help);
  t.false(after(help, 'help').help);
  t.is(after(help, 'next-pane').pane, 'otel-traces');
});

test('ink\'s key presses come to the names of the table', (t) => {
  t.is(keyName('', { tab: true, shift: true }), 'shift+tab');
  t.is(keyName('', { return: true }), 'enter');
  t.is(keyName('c', { ctrl: true }), 'ctrl+c');
  t.is(keyName('G', { shift: true }), 'G');
  t.is(actionFor('panes', 'c'), 'clear');
  t.is(actionFor('help', 'c'), undefined);
});

test('no key means two things in one mode', (t) => {
  for (const mode of ['panes', 'detail', 'help'] as const) {
    const names = bindings.filter(({ modes }) => modes.includes(mode)).flatMap(({ keys }) => keys);
    t.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
  }
});

test('a narrow footer keeps how to get in, around and out', (t) => {
  t.deepEqual(legend('panes', 30).map(({ label }) => label), ['expand', 'pane', 'quit']);
  t.is(legend('panes', 200).length, 7);
});
