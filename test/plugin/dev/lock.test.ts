// The lock of a state folder, with real processes as its holders.
import test, { type ExecutionContext } from 'ava';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeLock } from '../../../plugin/dev/lock.ts';
import { startedAt } from '../../../plugin/dev/process-identity.ts';
import { UserError } from '../../../plugin/exit.ts';

const now = new Date('2026-01-02T03:04:05Z');

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'clrk-lock-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function sleeper(t: ExecutionContext): Promise<ChildProcess> {
  const child = spawn('sleep', ['60']);
  t.teardown(() => child.kill('SIGKILL'));
  await new Promise((resolve) => { child.once('spawn', resolve); });
  return child;
}

const write = (path: string, content: unknown): void => writeFileSync(join(path, 'dev.lock'), typeof content === 'string' ? content : JSON.stringify(content));

test('a free lock is taken, names its holder, and is gone after its release', (t) => {
  const path = folder(t);
  const lock = takeLock(path, now);
  t.is(lock.takenOver, undefined);
  t.like(JSON.parse(readFileSync(join(path, 'dev.lock'), 'utf8')), { pid: process.pid, since: now.toISOString() });
  lock.release();
  t.deepEqual(readdirSync(path), [], 'and nothing is left beside it');
});

test('a held lock says who holds it, since when, and what to do', async (t) => {
  const path = folder(t);
  const { pid = 0 } = await sleeper(t);
  write(path, { pid, started: startedAt(pid), since: '2026-01-01T00:00:00.000Z' });
  const error = t.throws(() => takeLock(path, now), { instanceOf: UserError });
  t.regex(error.message, new RegExp(`process ${pid}, since 2026-01-01T00:00:00.000Z`));
  t.regex(error.hints.join('\n'), new RegExp(`kill ${pid}`));
  t.regex(error.hints.join('\n'), /--clrk-dir/);
  t.deepEqual(readdirSync(path), ['dev.lock'], 'the holder keeps it, and nothing is left beside it');
});

test('the lock of a process that is gone is taken over, and said', async (t) => {
  const path = folder(t);
  const child = await sleeper(t);
  const { pid = 0 } = child;
  write(path, { pid, started: startedAt(pid), since: '2026-01-01T00:00:00.000Z' });
  const gone = new Promise((resolve) => { child.once('exit', resolve); });
  child.kill('SIGKILL');
  await gone;
  const lock = takeLock(path, now);
  t.regex(lock.takenOver ?? '', new RegExp(`process ${pid}, which held .*dev.lock since 2026-01-01.* is gone`));
  lock.release();
  t.false(existsSync(join(path, 'dev.lock')));
});

test('a process that merely has the number of the old holder does not hold the lock', async (t) => {
  const path = folder(t);
  const { pid = 0 } = await sleeper(t);
  write(path, { pid, started: 'another boot/1', since: '2026-01-01T00:00:00.000Z' });
  t.regex(takeLock(path, now).takenOver ?? '', /its number belongs to another process/);
});

for (const garbage of ['', 'garbage', '{"pid":', '{"pid":"1"}', 'null', '\0\0\0\0']) {
  test(`an unreadable lock (${JSON.stringify(garbage)}) is taken over`, (t) => {
    const path = folder(t);
    write(path, garbage);
    t.regex(takeLock(path, now).takenOver ?? '', /was unreadable/);
  });
}

test('a folder in the place of the lock is told with what to do', (t) => {
  const path = folder(t);
  mkdirSync(join(path, 'dev.lock'));
  t.regex(t.throws(() => takeLock(path, now), { instanceOf: UserError }).hints.join(), /rmdir/);
});

test('of many that find a stale lock at one time, exactly one takes it', async (t) => {
  const path = folder(t);
  write(path, { pid: 4_000_000, started: 'x', since: 'y' });
  const program = `
    import { takeLock } from ${JSON.stringify(join(import.meta.dirname, '../../../plugin/dev/lock.js'))};
    process.stdin.once('data', () => {
      try { takeLock(${JSON.stringify(path)}, new Date()); process.stdout.write('took'); } catch (error) { process.stdout.write(error.name); }
      process.stdin.once('data', () => process.exit());
    });
    process.stdout.write('here ');`;
  const racers = Array.from({ length: 6 }, () => spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] }));
  t.teardown(() => racers.forEach((racer) => racer.kill('SIGKILL')));
  const texts = racers.map(() => '');
  let look = (): void => undefined;
  for (const [index, racer] of racers.entries()) {
    racer.stdout.on('data', (chunk: Buffer) => {
      texts[index] += chunk.toString();
      look();
    });
  }
  const said = (words: number): Promise<void> => new Promise((resolve) => {
    look = () => { if (texts.every((text) => text.split(' ').filter(Boolean).length >= words)) resolve(); };
    look();
  });
  await said(1);
  for (const racer of racers) racer.stdin.write('go');
  await said(2);
  t.deepEqual(texts.toSorted(), [...Array.from({ length: 5 }, () => 'here UserError'), 'here took']);
});
