// A write that was cut off is no damage, and damage is never taken for one: every byte of a journal is tried.
import test from 'ava';
import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DamagedStore } from '../../../../plugin/apiserver/store/damage.ts';
import { journalName, listing, snapshotName } from '../../../../plugin/apiserver/store/files.ts';
import { scan } from '../../../../plugin/apiserver/store/scan.ts';
import { Store } from '../../../../plugin/apiserver/store/store.ts';
import { copied, folder, journal, object, opened, revisions } from './folder.ts';

interface Written {
  readonly dir: string;
  /** Where each record of the newest journal ends, and what the store held then. */
  readonly moments: readonly { readonly end: number; readonly state: Readonly<Record<string, string>> }[];
  /** Where the last batch begins: what lies before it was on the disk before the batch was written. */
  readonly lastBatch: number;
}

/** Single commits and batches of several, with updates and deletions. */
async function written(t: Parameters<typeof folder>[0]): Promise<Written> {
  const dir = folder(t);
  const store = new Store(dir, { compactAfterBytes: 8000 });
  const states = [revisions(store)];
  store.subscribe(() => states.push(revisions(store)));
  // Until the first snapshot of all, the empty one, is gone.
  for (let i = 0; !listing(dir).snapshots.includes(3); i++) await store.commit(`/a/${i % 7}`, object(String(i % 7), 'é'.repeat(60)));
  for (let i = 0; i < 4; i++) {
    await store.commit(`/b/${i}`, object(String(i), 'x'.repeat(90 * i)));
    await Promise.all([store.commit(`/a/${i}`, undefined), store.commit(`/c/${i}`, object(String(i), 'y'.repeat(700 * (i % 2)))), store.commit(`/b/${i}`, object(String(i)))]);
  }
  await store.close();
  const ends: number[] = [];
  scan(readFileSync(journal(dir)), ({ end }) => ends.push(end));
  // The journal begins with a record of its own, and what was so then.
  const own = states.slice(-ends.length);
  return { dir, moments: ends.map((end, index) => ({ end, state: own[index] ?? {} })), lastBatch: ends.at(-4) ?? 0 };
}

const before = ({ moments }: Written, size: number): Written['moments'][number] | undefined => moments.findLast(({ end }) => end <= size);

test('a journal that ends at any byte opens with the records that are whole, says what it cut off, and takes new writes', async (t) => {
  const made = await written(t);
  const whole = readFileSync(journal(made.dir));
  t.true(listing(made.dir).snapshots.length === 2 && made.moments.length >= 17);
  const dir = copied(t, made.dir);
  const last = made.moments.at(-6)?.end ?? 0;
  for (let size = 0; size <= whole.length; size += size < last ? 17 : 1) {
    writeFileSync(journal(dir), whole.subarray(0, size));
    const moment = before(made, size);
    let torn = 0;
    const store = new Store(dir, { onTornTail: (bytes) => (torn = bytes) });
    t.deepEqual(revisions(store), (moment ?? made.moments[0])?.state, `at ${size}`);
    t.is(torn, size - (moment?.end ?? 0), `at ${size}`);
    if (size % 16 === 0) await store.commit('/new', object('new'));
    const revision = store.revision;
    await store.close();
    if (size % 16 === 0) t.is(await opened(dir, (again) => again.get('/new')?.metadata.resourceVersion), String(revision), `at ${size}`);
  }
});

test('a bit that changed anywhere, but for a write that was never finished, keeps the store from opening', async (t) => {
  const made = await written(t);
  for (const name of [...listing(made.dir).journals.map(journalName), ...listing(made.dir).snapshots.map(snapshotName)]) {
    const dir = copied(t, made.dir);
    const bytes = readFileSync(join(dir, name));
    for (let at = 0; at < bytes.length; at += 13) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << at % 8);
      writeFileSync(join(dir, name), changed);
      const error = t.throws(() => new Store(dir), { instanceOf: DamagedStore }, `${name} at ${at}`);
      t.is(error.faults[0]?.file, name);
      t.true((error.faults[0]?.offset ?? 0) <= at, `${name} at ${at}: ${error.message}`);
    }
  }
});

test('sectors of the last batch that never reached the disk are a torn tail, in any order, and those before it are damage', async (t) => {
  const made = await written(t);
  const dir = copied(t, made.dir);
  const whole = readFileSync(journal(dir));
  for (let sector = 0; sector * 512 < whole.length; sector++) {
    const from = sector * 512;
    const changed = Buffer.from(whole).fill(0, from, Math.min(from + 512, whole.length));
    writeFileSync(journal(dir), changed);
    if (from < made.lastBatch) t.throws(() => new Store(dir), { instanceOf: DamagedStore }, `sector ${sector}`);
    else t.deepEqual(await opened(dir, revisions), before(made, from)?.state, `sector ${sector}`);
  }
  const lastBatch = Buffer.from(whole).fill(0, made.lastBatch + 30, made.lastBatch + 60);
  writeFileSync(journal(dir), Buffer.concat([whole, Buffer.alloc(3000)]));
  t.deepEqual(await opened(dir, revisions), made.moments.at(-1)?.state, 'a file that grew before its bytes came');
  writeFileSync(journal(dir), lastBatch);
  t.throws(() => new Store(dir), { instanceOf: DamagedStore }, 'zeros that are no sector');
});

test('what is no write of ours behind the last record is damage', async (t) => {
  for (const garbage of [Buffer.alloc(5000, 0x4b), Buffer.from('x'), Buffer.from([0xfe, 0x43, 0x4c, 0x00])]) {
    const dir = folder(t);
    await opened(dir, (store) => store.commit('/a/1', object('1')));
    appendFileSync(journal(dir), garbage);
    t.throws(() => new Store(dir), { instanceOf: DamagedStore, message: /journal-000000000001 at byte \d+: there should be a record, and there is something else; \d+ bytes of it cannot be read/ });
  }
});

test('a file that is missing, cut short or in the wrong place is damage', async (t) => {
  const made = await written(t);
  const { snapshots, journals } = listing(made.dir);
  const [oldest, newest] = [snapshotName(snapshots[0] ?? 0), snapshotName(snapshots[1] ?? 0)];
  const first = journalName(journals[0] ?? 0);
  const rows: readonly (readonly [string, (dir: string) => void, RegExp])[] = [
    ['the newest journal', (dir) => rmSync(journal(dir)), /journal-\d+: it is missing; every change in it is lost/],
    ['an older journal', (dir) => rmSync(join(dir, first)), /journal-\d+: it is missing/],
    ['every journal', (dir) => journals.forEach((n) => rmSync(join(dir, journalName(n)))), /it is missing/],
    ['every snapshot', (dir) => snapshots.forEach((n) => rmSync(join(dir, snapshotName(n)))), /snapshot-\d+: it is missing; everything before the journals is lost/],
    ['the end of an older journal', (dir) => truncateSync(join(dir, first), readFileSync(join(dir, first)).length - 5), /the file ends 5 bytes before its last record does/],
    ['the end of a snapshot', (dir) => truncateSync(join(dir, newest), readFileSync(join(dir, newest)).length - 5), /5 bytes before/],
    ['all of a snapshot', (dir) => truncateSync(join(dir, oldest), 0), /does not begin as a file of a store/],
    ['another one in its place', (dir) => writeFileSync(journal(dir), readFileSync(join(dir, first))), /it says that it is number/],
  ];
  for (const [what, harm, message] of rows) {
    const dir = copied(t, made.dir);
    harm(dir);
    t.throws(() => new Store(dir), { instanceOf: DamagedStore, message }, what);
  }
});

test('an older journal or a snapshot that ends where a record ends is missed all the same', async (t) => {
  const made = await written(t);
  const { snapshots, journals } = listing(made.dir);
  for (const name of [journalName(journals[0] ?? 0), snapshotName(snapshots[0] ?? 0), snapshotName(snapshots[1] ?? 0)]) {
    const dir = copied(t, made.dir);
    const ends: number[] = [];
    scan(readFileSync(join(dir, name)), ({ end }) => ends.push(end));
    truncateSync(join(dir, name), ends.at(-2));
    const error = t.throws(() => new Store(dir), { instanceOf: DamagedStore });
    t.is(error.faults[0]?.file, name);
  }
});
