// A damaged store that somebody wants to go on with: what is whole is saved, the rest is told, nothing is thrown away.
import test from 'ava';
import { copyFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DamagedStore, type Salvaged } from '../../../../plugin/apiserver/store/damage.ts';
import { journalName, listing, snapshotName } from '../../../../plugin/apiserver/store/files.ts';
import { Store } from '../../../../plugin/apiserver/store/store.ts';
import { copied, folder, journal, object, opened, revisions } from './folder.ts';

function salvaged(dir: string): { readonly store: Store; readonly report: Salvaged | undefined } {
  let report: Salvaged | undefined;
  const store = new Store(dir, { salvage: true, onSalvaged: (one) => (report = one) });
  return { store, report };
}

const harm = (path: string, share: number): Buffer => {
  const bytes = readFileSync(path);
  bytes[Math.floor(bytes.length * share)] = 0xff;
  writeFileSync(path, bytes);
  return bytes;
};

test('of a journal with a damaged record the others are saved, and the damaged file is kept as it was', async (t) => {
  const dir = folder(t);
  await opened(dir, async (store) => {
    for (const name of ['1', '2', '3', '4']) await store.commit(`/a/${name}`, object(name, 'x'.repeat(50)));
  });
  const bytes = harm(journal(dir), 0.5);
  const error = t.throws(() => new Store(dir), { instanceOf: DamagedStore });
  t.regex(error.message, /^the store in \S+ is damaged: journal-000000000001 at byte \d+: the checksum of a record does not match; \d+ bytes of it cannot be read, and 2 whole records follow them$/);
  const { store, report } = salvaged(dir);
  t.deepEqual(revisions(store), { '/a/1': '1', '/a/3': '3', '/a/4': '4' });
  t.is(report?.objects, 3);
  t.deepEqual(report?.faults, error.faults);
  t.deepEqual(readFileSync(join(dir, report?.keptAs ?? '', journalName(1))), bytes);
  t.is(store.history.since(4), undefined, 'nobody resumes a watch across what is lost');
  t.true((await store.commit('/a/5', object('5'))).revision > 1000, 'and no revision is given out twice');
  await store.close();
  t.deepEqual(await opened(dir, (again) => Object.keys(revisions(again))), ['/a/1', '/a/3', '/a/4', '/a/5']);
});

test('a whole store has nothing to be saved from', async (t) => {
  const dir = folder(t);
  await opened(dir, (store) => store.commit('/a/1', object('1')));
  const { store, report } = salvaged(dir);
  t.is(report, undefined);
  t.is(store.revision, 1);
  await store.close();
  t.deepEqual(readdirSync(dir).toSorted(), [journalName(1), snapshotName(1)]);
});

test('what a whole snapshot says counts, whatever is damaged before it, and what follows it is taken', async (t) => {
  const dir = folder(t);
  const expected = await opened(dir, async (store) => {
    for (let i = 0; !listing(dir).snapshots.includes(3); i++) await store.commit(`/a/${i % 5}`, object(String(i % 5), 'x'.repeat(100)));
    await store.commit('/a/0', undefined);
    await store.commit('/b/0', object('0'));
    return revisions(store);
  }, { compactAfterBytes: 3000 });
  const { snapshots: [older = 0] } = listing(dir);
  harm(join(dir, journalName(older)), 0.4);
  harm(join(dir, snapshotName(older)), 0.5);
  const { store, report } = salvaged(dir);
  t.deepEqual(revisions(store), expected);
  t.true((report?.faults.length ?? 0) >= 2);
  await store.close();
});

test('of nothing but garbage an empty store is made, and the garbage is kept', async (t) => {
  const dir = folder(t);
  await opened(dir, (store) => store.commit('/a/1', object('1')));
  for (const name of readdirSync(dir)) writeFileSync(join(dir, name), Buffer.alloc(3000, 0x4b));
  t.throws(() => new Store(dir), { instanceOf: DamagedStore });
  const { store, report } = salvaged(dir);
  t.deepEqual(revisions(store), {});
  t.is(readdirSync(join(dir, report?.keptAs ?? '')).length, 2);
  await store.commit('/a/1', object('1'));
  await store.close();
  t.deepEqual(await opened(dir, (again) => Object.keys(revisions(again))), ['/a/1']);
});

test('a salvage that was cut short is done by the next one', async (t) => {
  const dir = folder(t);
  await opened(dir, async (store) => {
    for (const name of ['1', '2', '3']) await store.commit(`/a/${name}`, object(name));
  });
  harm(journal(dir), 0.5);
  const done = copied(t, dir);
  await salvaged(done).store.close();
  // Steps: the new journal is begun; the snapshot is there, and what is damaged too.
  for (const names of [[journalName(2)], [journalName(2), snapshotName(2)]]) {
    const at = copied(t, dir);
    for (const name of names) copyFileSync(join(done, name), join(at, name));
    t.throws(() => new Store(at), { instanceOf: DamagedStore });
    const { store } = salvaged(at);
    t.deepEqual(revisions(store), { '/a/1': '1', '/a/3': '3' });
    await store.close();
    await opened(at, (again) => t.deepEqual(revisions(again), { '/a/1': '1', '/a/3': '3' }));
  }
});
