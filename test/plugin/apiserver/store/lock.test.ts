// One process owns a store: real processes race for it, and what the dead left is in nobody's way.
import test, { type ExecutionContext } from 'ava';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LockedError, takeLock } from '../../../../plugin/apiserver/store/lock.ts';
import { Store } from '../../../../plugin/apiserver/store/store.ts';
import { folder } from './folder.ts';

interface Contender {
  readonly child: ChildProcess;
  readonly said: string;
}

async function contend(t: ExecutionContext, dir: string, at: number): Promise<Contender> {
  const child = spawn(process.execPath, [new URL('./locker.js', import.meta.url).pathname, dir, String(at)], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: chunk.toString().trim() };
}

test('a second owner is told who the first one is', async (t) => {
  const dir = folder(t);
  const first = new Store(dir);
  t.throws(() => new Store(dir), { instanceOf: LockedError, message: `${dir} is in use by process ${process.pid}` });
  const { said } = await contend(t, dir, 0);
  t.is(said, `refused ${dir} is in use by process ${process.pid}`);
  await first.close();
  t.false(readdirSync(dir).some((name) => name.startsWith('lock')));
});

test('of processes that come at the same moment one gets the folder, over the locks of the dead', async (t) => {
  const dir = folder(t);
  for (let round = 0; round < 8; round++) {
    // The dead: a pid that is free, one that somebody else has now, and what is no lock at all.
    writeFileSync(join(dir, 'lock-4194305-0123456789abcdef'), '');
    writeFileSync(join(dir, `lock-${process.pid}-0123456789abcdef`), '');
    writeFileSync(join(dir, 'lock-garbage'), '');
    const all = await Promise.all(Array.from({ length: 4 }, () => contend(t, dir, Date.now() + 250)));
    const owners = all.filter(({ said }) => said === 'taken');
    t.is(owners.length, 1, `round ${round}: ${all.map(({ said }) => said).join(', ')}`);
    t.is(readdirSync(dir).length, 1);
    const ended = Promise.all(all.map(async ({ child }) => child.exitCode ?? once(child, 'exit')));
    // Every other time it is killed, and its lock stays.
    if (round % 2 === 0) owners[0]?.child.kill('SIGKILL');
    else owners[0]?.child.stdin?.end();
    await ended;
    takeLock(dir)();
    t.deepEqual(readdirSync(dir), []);
  }
});

test('what cannot be looked at is not taken', (t) => {
  const dir = folder(t);
  mkdirSync(join(dir, 'lock-4194305-0123456789abcdef'));
  t.throws(() => takeLock(dir));
  t.deepEqual(readdirSync(dir), ['lock-4194305-0123456789abcdef']);
});
