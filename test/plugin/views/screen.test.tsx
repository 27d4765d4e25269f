// The dev screen as text, at the sizes people have. CLRK_GOLDEN=write rewrites the files in test/golden/views.
import test, { type ExecutionContext } from 'ava';
import { renderToString } from 'ink';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DevStore } from '../../../plugin/feeds/store.ts';
import { cells } from '../../../plugin/format/width.ts';
import { helpRows } from '../../../plugin/views/dev/help.ts';
import { layout } from '../../../plugin/views/dev/layout.ts';
import { page } from '../../../plugin/views/dev/pages.ts';
import { lines } from '../../../plugin/views/dev/rows.ts';
import { rowIds, Screen, TooSmall } from '../../../plugin/views/dev/screen.tsx';
import { initialState, selectedId, type DevState, type Pane } from '../../../plugin/views/dev/state.ts';
import { innerWidth } from '../../../plugin/views/parts/pane.tsx';
import { echoBot, now, output, session, span, stuck, title } from '../../support/dev-session.ts';

const folder = join(import.meta.dirname, '../../../../test/golden/views');

function draw(store: DevStore, state: DevState, columns: number, rows: number): string {
  const snapshot = store.snapshot();
  const size = layout(columns, rows, { components: snapshot.components.length, agents: snapshot.agents.length });
  if (size === undefined) return renderToString(<TooSmall columns={columns} rows={rows} />, { columns });
  const width = innerWidth(columns);
  const found = state.detail && page(snapshot, state.detail, now);
  const shown = state.help ? { title: 'help', rows: helpRows } : found;
  const open = shown && { title: shown.title, lines: lines(shown.rows, width), top: state.detail?.top ?? 0, follow: false };
  return renderToString(<Screen title={title} snapshot={snapshot} state={state} open={open} layout={size} now={now} />, { columns });
}

const opened = (store: DevStore, pane: Pane): DevState => {
  const id = selectedId(initialState.cursors[pane], rowIds(store.snapshot())[pane]) ?? '';
  return { ...initialState, pane, detail: { pane, id, top: 0, follow: false } };
};

/** Every line is as wide as the terminal at most, every border closes, and the text is what it was. */
function golden(t: ExecutionContext, name: string, text: string, [columns, rows]: readonly [number, number]): void {
  const drawn = text.split('\n');
  t.is(drawn.length, rows);
  for (const line of drawn) {
    t.true(cells(line) <= columns, line);
    if (/^[│┃╭┏╰┗]/.test(line)) t.regex(line, /[│┃╮┓╯┛]$/, line);
  }
  const file = join(folder, `${name}-${columns}x${rows}.txt`);
  if (process.env.CLRK_GOLDEN === 'write') writeFileSync(file, `${text}\n`);
  t.is(`${text}\n`, readFileSync(file, 'utf8'));
}

const sizes = [[80, 24], [200, 60]] as const;
for (const size of sizes) {
  const at = `at ${size.join('x')}`;
  test(`health, agents, logs and traces stand on one screen ${at}`, (t) => golden(t, 'panes', draw(session(), initialState, size[0], size[1]), size));
  test(`an opened span shows what came of the call, and that the key is redacted, without scrolling ${at}`, (t) => {
    const store = session();
    const text = draw(store, opened(store, 'otel-traces'), size[0], size[1]);
    t.regex(text, /returned\s+200 in 540ms/);
    t.regex(text, /http\.request\.header\.x-api-key\s+\[redacted\]/);
    golden(t, 'span', text, size);
  });
  test(`an opened agent shows its conditions and what it wrote ${at}`, (t) => {
    const store = session();
    golden(t, 'agent', draw(store, opened(store, 'agents'), size[0], size[1]), size);
  });
  test(`an empty session says what will come ${at}`, (t) => {
    const store = new DevStore();
    store.setComponent({ name: 'apiserver', health: 'starting', since: now });
    store.setComponent({ name: 'controller-manager', health: 'pending', since: now });
    store.flush();
    golden(t, 'empty', draw(store, initialState, size[0], size[1]), size);
  });
}

test('the help lists every key', (t) => golden(t, 'help', draw(session(), { ...initialState, help: true }, 80, 41), [80, 41]));

test('a terminal that is too small says so, down to nothing', (t) => {
  t.regex(draw(session(), initialState, 59, 24), /terminal too small: 59x24\nneeds 60x16/);
  t.regex(draw(session(), initialState, 80, 15), /too small/);
  t.notThrows(() => draw(session(), initialState, 3, 1));
});

test('every size from the smallest on keeps its lines within the terminal', (t) => {
  const store = session(40);
  for (const [columns, rows] of [[60, 16], [61, 17], [79, 23], [81, 25], [100, 30], [133, 43], [300, 90]] as const) {
    for (const state of [initialState, opened(store, 'otel-traces'), opened(store, 'components')]) {
      const drawn = draw(store, state, columns, rows).split('\n');
      t.is(drawn.length, rows, `${columns}x${rows}`);
      for (const line of drawn) t.true(cells(line) <= columns, `${columns}x${rows} ${line}`);
    }
  }
});

test('an agent that runs keeps its numbers beside a remark, which stands on its page', (t) => {
  const store = session(0);
  store.agents([{ ...echoBot, issue: 'the registry cannot be asked', conditions: [{ type: 'RevisionReady', status: 'True', reason: 'RevisionReady', message: '' }] }]);
  store.flush();
  t.notRegex(draw(store, initialState, 160, 40), /cannot be asked/);
  t.regex(draw(store, opened(store, 'agents'), 160, 40), /cannot be asked/);
});

test('wide characters and terminal codes from an agent keep the borders where they are', (t) => {
  const store = session(0);
  const evil = `${'世界'.repeat(60)}\x1b[2J\x1b]0;gone\x07\u202e`;
  store.agents([{ ...echoBot, name: 'echo-bot', phase: 'Pending', issue: evil }, stuck]);
  store.records([{ ...output(1, evil), attributes: { 'http.request.method': 'GET' } }, output(2, evil)]);
  store.spans([{ ...span(1), name: evil, attributes: { [evil]: evil, 'url.path': evil } }]);
  store.notice(evil);
  store.line('worker-0', 'stdout', evil);
  store.flush();
  for (const state of [initialState, opened(store, 'otel-traces'), opened(store, 'otel-logs'), opened(store, 'components'), opened(store, 'agents')]) {
    const text = draw(store, state, 80, 24);
    // eslint-disable-next-line no-control-regex -- that none of these reaches the terminal is what is tested
    t.notRegex(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    for (const line of text.split('\n')) {
      t.true(cells(line) <= 80, line);
      if (/^[│┃╭┏╰┗]/.test(line)) t.is(cells(line), 80, line);
    }
  }
});
