// The queue and the list of who is connected.
import test from 'ava';
import { Queue } from '../../operator/kube/queue.ts';
import { Peers } from '../../operator/serve/peers.ts';

test('a key never runs twice at a time, and a change in the middle makes it run once more', async (t) => {
  let running = 0;
  let runs = 0;
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const queue = new Queue({
    work: async () => {
      t.is(++running, 1);
      runs++;
      if (runs === 1) for (let again = 0; again < 5; again++) queue.add('a');
      await new Promise((next) => setImmediate(next));
      running--;
      if (runs === 2) resolve();
    },
    onError: (_key, error) => t.fail(String(error)),
  });
  for (let again = 0; again < 5; again++) queue.add('a');
  await done;
  await queue.close();
  t.is(runs, 2);
});

test('a failed key comes back by itself, others go on meanwhile', async (t) => {
  const seen: string[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const queue = new Queue({
    work: async (key) => {
      seen.push(key);
      if (key === 'bad' && seen.filter((one) => one === 'bad').length < 3) throw new Error('not yet');
      if (key === 'bad') resolve();
    },
    onError: (key) => t.is(key, 'bad'),
    concurrency: 1,
  });
  queue.add('bad');
  queue.add('good');
  await done;
  await queue.close();
  t.deepEqual(seen, ['bad', 'good', 'bad', 'bad']);
});

test('a closed queue waits for what runs and takes nothing more', async (t) => {
  let ended = false;
  const queue = new Queue({ work: async () => new Promise((resolve) => setTimeout(() => resolve(void (ended = true)), 20)), onError: () => t.fail() });
  queue.add('a');
  await queue.close();
  t.true(ended);
  queue.add('b');
  queue.addAfter('c', 0);
});

test('a peer stays in the list for its time of grace, and one that comes back keeps what it told', async (t) => {
  const peers = new Peers<string>(30);
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  t.false(peers.report('w', 'early'));
  const first = peers.connect('w');
  t.true(peers.report('w', 'told'));
  first();
  t.deepEqual(peers.list(), [{ key: 'w', connected: false, state: 'told' }]);
  const second = peers.connect('w');
  t.deepEqual(peers.list(), [{ key: 'w', connected: true, state: 'told' }]);
  peers.onChange(() => peers.list().length === 0 && resolve());
  second();
  await gone;
  t.is(peers.get('w'), undefined);
});
