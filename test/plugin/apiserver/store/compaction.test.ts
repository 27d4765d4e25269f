// A snapshot replaces journals, and a process that dies at any step of that leaves a store that opens.
import test from 'ava';
import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { journalName, listing, snapshotName } from '../../../../plugin/apiserver/store/files.ts';
import { scan } from '../../../../plugin/apiserver/store/scan.ts';
import { Store } from '../../../../plugin/apiserver/store/store.ts';
import { copied, folder, journal, object, opened, revisions } from './folder.ts';

async function compacted(dir: string, snapshot: number): Promise<void> {
  const store = new Store(dir, { compactAfterBytes: 2000 });
  for (let i = 0; !listing(dir).snapshots.includes(snapshot); i++) await store.commit(`/a/${i % 5}`, object(String(i), 'y'.repeat(100)));
  await store.close();
}

test('files do not grow without end, and revisions and resumable watches outlive what is removed', async (t) => {
  const dir = folder(t);
  await compacted(dir, 5);
  await opened(dir, (store) => store.commit('/a/0', undefined));
  const { snapshots, journals } = listing(dir);
  t.is(snapshots.length, 2);
  t.deepEqual(journals.slice(0, 2), snapshots);
  t.true(readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0) < 16_000);
  await opened(dir, (store) => {
    t.deepEqual([...store.range('')].map(([key]) => key), ['/a/1', '/a/2', '/a/3', '/a/4']);
    const known = store.history.since(store.history.oldest) ?? [];
    t.is(known.length, store.revision - store.history.oldest, 'each revision since the older snapshot is known');
    t.true(known.length > 10);
    t.is(known.at(-1)?.previous?.metadata.name !== undefined, true);
    t.is(store.history.since(store.history.oldest - 1), undefined);
  });
});

/** What a process that died between two steps leaves: made of a store before and after its third snapshot. */
test('whichever step of a snapshot was the last one, the store opens with everything, and goes on', async (t) => {
  const dir = folder(t);
  await compacted(dir, 2);
  await opened(dir, async (store) => {
    for (let i = 0; i < 3; i++) await store.commit(`/b/${i}`, object(String(i)));
  });
  const expected = await opened(dir, revisions);
  const after = copied(t, dir);
  // Goes on until the next snapshot: of what it wrote, the steps are taken.
  await opened(after, async (store) => {
    for (let i = 0; !listing(after).snapshots.includes(3); i++) await store.commit(`/a/${i % 5}`, object(String(i), 'y'.repeat(100)));
  }, { compactAfterBytes: 2000 });
  const full = await opened(after, revisions);
  const old = journal(dir);
  const next = join(after, journalName(3));
  const opening = ((): number => {
    const ends: number[] = [];
    scan(readFileSync(next), ({ end }) => ends.push(end));
    return ends[0] ?? 0;
  })();
  t.is(old, join(dir, journalName(2)));
  const steps: readonly (readonly [string, (at: string) => void, Readonly<Record<string, string>>])[] = [
    ['the next journal has a name and no byte', (at) => writeFileSync(join(at, journalName(3)), ''), expected],
    ['half of its first record', (at) => writeFileSync(join(at, journalName(3)), readFileSync(next).subarray(0, 20)), expected],
    ['a first record whose bytes never came', (at) => writeFileSync(join(at, journalName(3)), Buffer.alloc(opening)), expected],
  ];
  const later: readonly (readonly [string, (at: string) => void])[] = [
    ['no snapshot yet', (at) => rmSync(join(at, snapshotName(3)))],
    ['half a snapshot under the name it is written as', (at) => {
      copyFileSync(join(at, snapshotName(3)), join(at, `${snapshotName(3)}.tmp`));
      truncateSync(join(at, `${snapshotName(3)}.tmp`), 700);
      rmSync(join(at, snapshotName(3)));
    }],
    ['the snapshot, and files of before that are all there', (at) => {
      copyFileSync(join(dir, snapshotName(1)), join(at, snapshotName(1)));
      copyFileSync(join(dir, journalName(1)), join(at, journalName(1)));
    }],
    ['the snapshot, and half of what was to be removed', (at) => copyFileSync(join(dir, journalName(1)), join(at, journalName(1)))],
    ['the snapshot, and a snapshot of before without its journal', (at) => copyFileSync(join(dir, snapshotName(1)), join(at, snapshotName(1)))],
    ['all of it', () => {}],
  ];
  for (const [what, take, state] of [...steps, ...later.map(([name, take]) => [name, take, full] as const)]) {
    const at = copied(t, state === full ? after : dir);
    take(at);
    await opened(at, async (store) => {
      t.deepEqual(revisions(store), state, what);
      await store.commit('/new', object('new'));
    }, { compactAfterBytes: 2000 });
    await opened(at, (store) => t.truthy(store.get('/new'), what));
    t.false(readdirSync(at).some((name) => name.endsWith('.tmp')), what);
    await compacted(at, 5);
    await opened(at, (store) => t.truthy(store.get('/new'), what));
  }
});

test('a process that dies while its store is founded leaves one that opens', async (t) => {
  const whole = folder(t);
  await opened(whole, () => {});
  const rows: readonly (readonly [string, (at: string) => void])[] = [
    ['no file', (at) => [journalName(1), snapshotName(1)].forEach((name) => rmSync(join(at, name)))],
    ['an empty journal', (at) => {
      rmSync(join(at, snapshotName(1)));
      truncateSync(join(at, journalName(1)), 0);
    }],
    ['half a first record', (at) => {
      rmSync(join(at, snapshotName(1)));
      truncateSync(join(at, journalName(1)), 30);
    }],
    ['a journal', (at) => rmSync(join(at, snapshotName(1)))],
  ];
  for (const [what, take] of rows) {
    const at = copied(t, whole);
    take(at);
    await opened(at, (store) => store.commit('/new', object('new')));
    await opened(at, (store) => t.deepEqual(revisions(store), { '/new': '1' }, what));
  }
});

test('killed over and over while it writes snapshots, a store keeps every acknowledged write', async (t) => {
  const dir = folder(t);
  const acknowledged = new Map<string, number>();
  for (let round = 0; round < 25; round++) {
    const child = spawn(process.execPath, [new URL('./writer.js', import.meta.url).pathname, dir, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.teardown(() => child.kill('SIGKILL'));
    let lines = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const [key = '', revision = ''] = line.split(' ');
      acknowledged.set(key, Number(revision));
      if (++lines === 40 + round * 9) child.kill('SIGKILL');
    }
    await opened(dir, (store) => {
      // A write that nobody was told of may be there: then it is a newer one.
      const missing = [...acknowledged].filter(([key, revision]) => Number(store.get(key)?.metadata.resourceVersion ?? 0) < revision);
      t.deepEqual(missing, [], `round ${round}`);
    });
  }
  t.true((listing(dir).snapshots.at(-1) ?? 0) > 10, 'snapshots were written meanwhile');
});
