// The store: bounded, counted, and stable between flushes.
import test from 'ava';
import { Ring } from '../../../plugin/feeds/ring.ts';
import { DevStore } from '../../../plugin/feeds/store.ts';
import { call, echoBot, output, span, stuck } from '../../support/dev-session.ts';

test('a ring keeps the newest, by number and by weight, and its ids go on', (t) => {
  const ring = new Ring<string>({ items: 3, bytes: 10, weigh: (text) => text.length });
  for (const text of ['a', 'b', 'c', 'd', 'e']) ring.push(text);
  t.deepEqual(ring.snapshot(), [{ id: 3, item: 'c' }, { id: 4, item: 'd' }, { id: 5, item: 'e' }]);
  ring.push('x'.repeat(9));
  t.deepEqual(ring.snapshot().map(({ id }) => id), [5, 6]);
  ring.push('y'.repeat(50));
  t.deepEqual(ring.snapshot().map(({ id }) => id), [7]);
  ring.clear();
  ring.push('z');
  t.deepEqual(ring.snapshot(), [{ id: 8, item: 'z' }]);
});

test('a ring gives the same array until something changes', (t) => {
  const ring = new Ring<number>({ items: 2, bytes: 100, weigh: () => 1 });
  ring.push(1);
  const before = ring.snapshot();
  t.is(ring.snapshot(), before);
  ring.push(2);
  t.deepEqual(before.map(({ item }) => item), [1]);
});

test('lists stop at their limits, counters do not', (t) => {
  const store = new DevStore();
  for (let n = 0; n < 1200; n += 1) {
    store.records([call(n)]);
    store.spans([span(n)]);
  }
  for (let n = 0; n < 3000; n += 1) store.line('worker-0', 'stderr', `line ${n}`);
  store.flush();
  const { records, spans, lines, totals } = store.snapshot();
  t.deepEqual([records.length, spans.length, lines.get('worker-0')?.length], [500, 500, 2000]);
  t.deepEqual(totals, { calls: 1200, inputTokens: 14_400, outputTokens: 28_800, spans: 1200 });
  t.is(store.recordCount, 1200);
});

test('a reader sees the same snapshot until the next flush, and is told of it', async (t) => {
  const store = new DevStore();
  const before = store.snapshot();
  let told = 0;
  const stop = store.subscribe(() => (told += 1));
  for (let n = 0; n < 50; n += 1) store.records([call(n)]);
  t.is(store.snapshot(), before);
  await new Promise<void>((resolve) => {
    const stopWaiting = store.subscribe(() => {
      stopWaiting();
      resolve();
    });
    // The store's own timer does not keep a process alive, so something else must.
    setTimeout(resolve, 5000).unref();
    const alive = setInterval(() => undefined, 50);
    store.subscribe(() => clearInterval(alive));
  });
  t.is(told, 1);
  t.is(store.snapshot().records.length, 50);
  stop();
  store.flush();
  t.is(told, 1);
});

test('an unchanged part is the same object in the next snapshot', (t) => {
  const store = new DevStore();
  store.records([call(1)]);
  store.flush();
  const { records } = store.snapshot();
  store.spans([span(1)]);
  store.flush();
  t.is(store.snapshot().records, records);
});

test('calls and tokens are counted for each agent; its output is not a call', (t) => {
  const store = new DevStore();
  store.records([call(1), call(2), call(3, 401), output(4, 'hello')]);
  store.flush();
  t.deepEqual(store.snapshot().usage.get('default/echo-bot'), { calls: 3, inputTokens: 24, outputTokens: 48 });
});

test('the clock of a component starts again when its health changes, and only then', (t) => {
  const store = new DevStore();
  const at = () => store.snapshot().components[0]?.since;
  const since = new Date(2026, 0, 1);
  store.setComponent({ name: 'worker-0', health: 'ready', since });
  store.setComponent({ name: 'worker-0', health: 'ready', detail: 'gvisor' });
  store.flush();
  t.is(at(), since);
  store.setComponent({ name: 'worker-0', health: 'error' });
  store.flush();
  t.true((at()?.getTime() ?? 0) > since.getTime());
});

test('agents stand in the order of their names, and those that left are gone', (t) => {
  const store = new DevStore();
  store.agents([stuck, echoBot]);
  store.flush();
  t.deepEqual(store.snapshot().agents.map(({ name }) => name), ['echo-bot', 'no-gateway']);
  store.agents([stuck]);
  store.flush();
  t.deepEqual(store.snapshot().agents.map(({ name }) => name), ['no-gateway']);
});
