// The store survives what happens to processes and files: kill -9 in the middle of writes, a torn tail, a damaged middle, a second owner.
import test from 'ava';
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { KubeObject } from '../../../../plugin/apiserver/json.ts';
import type { Damage } from '../../../../plugin/apiserver/store/files.ts';
import { LockedError } from '../../../../plugin/apiserver/store/lock.ts';
import { Store } from '../../../../plugin/apiserver/store/store.ts';

const folder = (t: { teardown(f: () => void): void }): string => {
  const dir = mkdtempSync(join(tmpdir(), 'clrk-store-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};
const object = (name: string, text = ''): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { text } });
const journal = (dir: string): string => join(dir, readdirSync(dir).filter((name) => name.startsWith('journal-') && !name.includes('corrupt')).toSorted().at(-1) ?? '');

test('what was committed is there after a restart, with the same revisions', async (t) => {
  const dir = folder(t);
  const first = new Store(dir);
  await Promise.all([first.commit('/a/1', object('1')), first.commit('/a/2', object('2')), first.commit('/a/3', object('3'))]);
  await first.commit('/a/2', undefined);
  await first.close();
  const second = new Store(dir);
  t.deepEqual([...second.range('/a/')].map(([key, { metadata }]) => [key, metadata.resourceVersion]), [['/a/1', '1'], ['/a/3', '3']]);
  t.is(second.revision, 4);
  t.is((await second.commit('/a/4', object('4'))).revision, 5);
  await second.close();
});

test('files and folder are readable by their owner alone', async (t) => {
  const dir = folder(t);
  const store = new Store(join(dir, 'state'));
  await store.commit('/a/1', object('1'));
  await store.close();
  t.is(statSync(join(dir, 'state')).mode & 0o777, 0o700);
  for (const name of readdirSync(join(dir, 'state'))) t.is(statSync(join(dir, 'state', name)).mode & 0o777, 0o600, name);
});

test('a torn tail is cut off and everything before it is kept', async (t) => {
  const dir = folder(t);
  const first = new Store(dir);
  await first.commit('/a/1', object('1'));
  await first.commit('/a/2', object('2'));
  await first.close();
  const path = journal(dir);
  const whole = readFileSync(path);
  writeFileSync(path, whole.subarray(0, whole.length - 7));
  let torn = 0;
  const damage: Damage[] = [];
  const second = new Store(dir, { onTornTail: (bytes) => (torn = bytes), onDamage: (one) => damage.push(one) });
  t.deepEqual([...second.range('')].map(([key]) => key), ['/a/1']);
  t.true(torn > 0);
  t.is(damage.length, 0);
  await second.commit('/a/3', object('3'));
  await second.close();
  const third = new Store(dir);
  t.deepEqual([...third.range('')].map(([key]) => key), ['/a/1', '/a/3']);
  await third.close();
});

test('a damaged record in the middle is reported, the rest is saved, the bad file is kept aside', async (t) => {
  const dir = folder(t);
  const first = new Store(dir);
  for (const name of ['1', '2', '3', '4']) await first.commit(`/a/${name}`, object(name, 'x'.repeat(50)));
  await first.close();
  const path = journal(dir);
  const bytes = readFileSync(path);
  bytes[Math.floor(bytes.length * 0.4)] = 0xff;
  writeFileSync(path, bytes);
  const damage: Damage[] = [];
  const second = new Store(dir, { onDamage: (one) => damage.push(one) });
  t.deepEqual([...second.range('')].map(([key]) => key), ['/a/1', '/a/3', '/a/4']);
  t.is(damage[0]?.salvagedRecords, 3);
  t.deepEqual(readFileSync(join(dir, damage[0]?.keptAs ?? '')), bytes);
  await second.close();
  const again: Damage[] = [];
  const third = new Store(dir, { onDamage: (one) => again.push(one) });
  t.deepEqual([...third.range('')].map(([key]) => key), ['/a/1', '/a/3', '/a/4']);
  t.is(again.length, 0);
  t.is(third.revision, 4);
  await third.close();
});

test('a journal of garbage is no torn tail: it is reported and kept aside', async (t) => {
  for (const garbage of [Buffer.from('this was a journal once'), Buffer.alloc(5000, 0x4b)]) {
    const dir = folder(t);
    const first = new Store(dir);
    await first.commit('/a/1', object('1'));
    await first.close();
    writeFileSync(journal(dir), garbage);
    const damage: Damage[] = [];
    const second = new Store(dir, { onDamage: (one) => damage.push(one) });
    t.deepEqual([...second.range('')], []);
    t.is(damage[0]?.lostBytes, garbage.length);
    await second.close();
    t.deepEqual(readFileSync(join(dir, damage[0]?.keptAs ?? '')), garbage);
  }
});

test('garbage behind the last record does not keep the store from starting', async (t) => {
  const dir = folder(t);
  const first = new Store(dir);
  await first.commit('/a/1', object('1'));
  await first.close();
  appendFileSync(journal(dir), Buffer.alloc(5000, 0x4b));
  const second = new Store(dir);
  t.deepEqual([...second.range('')].map(([key]) => key), ['/a/1']);
  await second.close();
});

test('a snapshot replaces the journals and keeps the revision of what is gone', async (t) => {
  const dir = folder(t);
  const first = new Store(dir, { compactAfterBytes: 2000 });
  for (let i = 0; i < 60; i++) await first.commit(`/a/${i % 5}`, object(String(i), 'y'.repeat(100)));
  await first.commit('/a/0', undefined);
  const revision = first.revision;
  await first.close();
  const names = readdirSync(dir);
  t.is(names.filter((name) => name.startsWith('snapshot-')).length, 1);
  t.true(names.reduce((sum, name) => sum + statSync(join(dir, name)).size, 0) < 8000);
  const second = new Store(dir);
  t.is(second.revision, revision);
  t.deepEqual([...second.range('')].map(([key]) => key), ['/a/1', '/a/2', '/a/3', '/a/4']);
  await second.close();
});

test('a folder has one owner, and a dead owner holds nothing', async (t) => {
  const dir = folder(t);
  const first = new Store(dir);
  t.throws(() => new Store(dir), { instanceOf: LockedError, message: new RegExp(`in use by process ${process.pid}`) });
  await first.close();
  writeFileSync(join(dir, 'lock'), JSON.stringify({ pid: 4_000_000, started: '1' }));
  await new Store(dir).close();
  writeFileSync(join(dir, 'lock'), 'garbage');
  await new Store(dir).close();
  t.false(readdirSync(dir).some((name) => name.startsWith('lock')));
});

test('readers see a change only when it is on the disk, writers see it at once', async (t) => {
  const store = new Store(folder(t));
  const done = store.commit('/a/1', object('1'));
  t.is(store.get('/a/1'), undefined);
  t.is(store.head('/a/1')?.metadata.name, '1');
  await done;
  t.is(store.get('/a/1')?.metadata.resourceVersion, '1');
  await store.close();
});

test('history answers what happened since a revision and forgets the oldest', async (t) => {
  const store = new Store(folder(t), { historyLength: 3 });
  for (let i = 1; i <= 5; i++) await store.commit('/a/1', object(String(i)));
  t.deepEqual(store.history.since(3)?.map(({ revision }) => revision), [4, 5]);
  t.is(store.history.since(1), undefined);
  await store.close();
});

test('after kill -9 in the middle of writes every acknowledged write is there', async (t) => {
  const dir = folder(t);
  const child = spawn(process.execPath, [new URL('./writer.js', import.meta.url).pathname, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const acknowledged: string[] = [];
  const exited = new Promise((resolve) => child.once('exit', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === 500) child.kill('SIGKILL');
  }
  await exited;
  const store = new Store(dir);
  const missing = acknowledged.filter((line) => {
    const [key, revision] = line.split(' ');
    return store.get(key ?? '')?.metadata.resourceVersion !== revision;
  });
  t.true(acknowledged.length >= 500);
  t.deepEqual(missing, []);
  await store.close();
});

test('a full disk refuses the write, keeps what was acknowledged, and the store goes on', async (t) => {
  const dir = folder(t);
  const script = `trap '' XFSZ; ulimit -f 64; exec "$0" "$1" "$2"`;
  const child = spawn('sh', ['-c', script, process.execPath, new URL('./full.js', import.meta.url).pathname, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) out += chunk.toString();
  const told = JSON.parse(out) as { kept: number; refused: string; small: boolean; visible: number };
  t.is(told.refused, 'EFBIG');
  t.true(told.kept > 3);
  t.true(told.small);
  t.is(told.visible, told.kept);
  const store = new Store(dir);
  t.is([...store.range('/a/')].length, told.kept);
  t.is(store.get('/b/small')?.metadata.name, 'small');
  await store.close();
});
