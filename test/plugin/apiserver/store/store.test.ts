// What a store promises to those who use it: what was acknowledged stays, and is seen when it is on the disk.
import test from 'ava';
import { spawn } from 'node:child_process';
import { fdatasync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Store } from '../../../../plugin/apiserver/store/store.ts';
import { folder, object, opened, revisions } from './folder.ts';

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

test('when the disk fails to say that it has a write, nothing more is taken, and a new start finds what was acknowledged', async (t) => {
  const dir = folder(t);
  let isFailing = false;
  const broken: Error[] = [];
  const sync = async (file: number): Promise<void> => {
    if (isFailing) throw Object.assign(new Error('i/o error'), { code: 'EIO' });
    await promisify(fdatasync)(file);
  };
  const store = new Store(dir, { sync, onBroken: (error) => broken.push(error) });
  await store.commit('/a/1', object('1'));
  isFailing = true;
  await t.throwsAsync(Promise.all([store.commit('/a/1', object('1', 'lost')), store.commit('/a/2', object('2'))]), { code: 'EIO' });
  isFailing = false;
  // The system may call bytes clean that it threw away: a success from here on would mean nothing.
  await t.throwsAsync(store.commit('/a/3', object('3')), { code: 'EIO' });
  t.is(broken.length, 1);
  t.deepEqual(revisions(store), { '/a/1': '1' }, 'readers never saw the others');
  await store.close();
  await opened(dir, async (again) => {
    t.deepEqual(revisions(again), { '/a/1': '1' });
    await again.commit('/a/2', object('2'));
  });
});
