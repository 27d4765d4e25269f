// Supervision of child processes, with real small programs that behave and misbehave.
import test, { type ExecutionContext } from 'ava';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, type Board, type Limits } from '../../../plugin/dev/children.ts';

type Row = Parameters<Board['setComponent']>[0];

/** Remembers what it is shown, and lets a test wait for it. */
class Watcher implements Board {
  readonly rows: Row[] = [];
  readonly lines: string[] = [];
  readonly notices: string[] = [];
  readonly #waiting = new Set<() => void>();

  setComponent(row: Row): void {
    this.rows.push(row);
    this.#look();
  }

  line(_component: string, stream: string, text: string): void {
    this.lines.push(`${stream} ${text}`);
    this.#look();
  }

  notice(text: string): void {
    this.notices.push(text);
    this.#look();
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }

  until(is: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!is()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  count(health: string): number {
    return this.rows.filter((row) => row.health === health).length;
  }
}

const bench = (t: ExecutionContext, script: string, limits: Limits = { readyMs: 10_000, stopMs: 500 }, env: Record<string, string> = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-child-'));
  const file = join(folder, 'program.mjs');
  writeFileSync(file, script);
  const watcher = new Watcher();
  const child = new Child({ name: 'worker-0', command: [process.execPath, file], env: { HERE: folder, ...env }, hint: 'do this' }, watcher, limits);
  t.teardown(async () => {
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { child, watcher, folder };
};

const ready = `process.stdout.write('READY {"address":"127.0.0.1:1"}\\n');`;
const stay = `setInterval(() => {}, 1000);`;
const polite = `process.on('SIGTERM', () => process.exit(0)); process.stdin.on('end', () => process.exit(0)).resume();`;

const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

test('a child is starting until it says READY, and what it says goes with it', async (t) => {
  const { child, watcher } = bench(t, `${polite} ${ready} ${stay}`);
  child.start();
  t.deepEqual(await child.ready, { address: '127.0.0.1:1' });
  t.deepEqual(watcher.rows.map(({ name, health }) => `${name} ${health}`), ['worker-0 starting', 'worker-0 ready']);
});

test('log lines of a child read as words, other lines as they are, control characters spelled out', async (t) => {
  const { child, watcher } = bench(t, `process.stderr.write(JSON.stringify({ time: 't', level: 'warn', component: 'w', msg: 'no room', path: '/a b', n: 1 }) + '\\nplain \\x1b[2J\\nhalf'); process.stdout.write('hello\\n'); ${polite} ${ready} ${stay}`);
  child.start();
  await watcher.until(() => watcher.lines.length >= 3);
  t.true(watcher.lines.includes('stderr warn: no room path="/a b" n=1'));
  t.true(watcher.lines.includes(String.raw`stderr plain \x1b[2J`));
  t.true(watcher.lines.includes('stdout hello'));
});

test('a child that ends is started again, shown as restarted, with its last words', async (t) => {
  const { child, watcher, folder } = bench(t, `
    import { existsSync, writeFileSync } from 'node:fs';
    const again = existsSync(process.env.HERE + '/ran');
    writeFileSync(process.env.HERE + '/ran', '');
    ${polite} ${ready}
    if (!again) { process.stderr.write('the disk is full\\n'); setTimeout(() => process.exit(3), 50); } else { ${stay} }`);
  t.truthy(folder);
  child.start();
  await watcher.until(() => watcher.count('ready') === 2);
  t.regex(watcher.notices.join('\n'), /worker-0 ended \(exit 3\) and is started again: the disk is full/);
  t.is(watcher.rows.at(-1)?.restarts, 1);
  t.is(watcher.count('error'), 0);
});

test('what a child calls an error while it starts is told when it serves', async (t) => {
  const { child, watcher } = bench(t, `
    const say = (level, msg) => process.stderr.write(JSON.stringify({ level, msg, file: 'a' }) + '\\n');
    say('error', 'a file is damaged'); say('warn', 'nobody answers yet');
    ${polite} setTimeout(() => { ${ready} }, 50); ${stay}`);
  child.start();
  // Two pipes: either may be read first.
  await watcher.until(() => watcher.lines.length === 2 && watcher.count('ready') === 1);
  t.deepEqual(watcher.notices, ['[worker-0] error: a file is damaged file=a']);
});

test('a child that never starts is shown as an error with its last words and what to do, and is tried on', async (t) => {
  const { child, watcher } = bench(t, `process.stderr.write('port in use\\n'); process.exit(1);`);
  child.start();
  const error = await t.throwsAsync(child.ready);
  t.regex(error.message, /worker-0 does not start \(exit 1\): port in use/);
  t.is(watcher.rows.at(-1)?.health, 'error');
  t.true(watcher.notices.includes('hint: do this'));
  const before = watcher.count('starting');
  await watcher.until(() => watcher.count('starting') > before);
  t.pass('a person may have mended it');
});

test('settings that are wrong are an error at once', async (t) => {
  const { child, watcher } = bench(t, `process.stderr.write('CLRK_LISTEN must be HOST:PORT\\n'); process.exit(2);`);
  child.start();
  await t.throwsAsync(child.ready, { message: /CLRK_LISTEN/ });
  t.is(watcher.count('starting'), 1);
});

test('a program that is not there is an error, not a crash', async (t) => {
  const watcher = new Watcher();
  const child = new Child({ name: 'worker-0', command: ['/nowhere/program'], env: {}, hint: 'h' }, watcher, { readyMs: 5000, stopMs: 500 });
  t.teardown(() => child.stop());
  child.start();
  await t.throwsAsync(child.ready, { message: /could not be started.*ENOENT/ });
});

test('a child that hangs before READY is killed and shown as an error', async (t) => {
  const { child, watcher } = bench(t, `process.on('SIGTERM', () => {}); ${stay}`, { readyMs: 300, stopMs: 500 });
  child.start();
  await t.throwsAsync(child.ready, { message: /did not begin to serve within 0\.3 s/ });
  t.is(watcher.rows.at(-1)?.health, 'error');
});

test('garbage on stdout is no READY and does not grow without bound', async (t) => {
  const { child, watcher } = bench(t, `process.stdout.write('READY not json\\n' + 'x'.repeat(300000) + '\\nREADY {"address":"a"}\\n'); ${polite} ${stay}`);
  child.start();
  t.is((await child.ready).address, 'a');
  t.true(watcher.lines.every((line) => line.length < 3000));
});

test('stop ends a polite child at once', async (t) => {
  const { child, watcher } = bench(t, `${polite} ${ready} ${stay}`);
  child.start();
  await child.ready;
  const { pid = 0 } = child;
  await child.stop();
  t.false(isAlive(pid));
  t.deepEqual(watcher.notices, []);
});

test('stop kills a child that ignores SIGTERM, and whatever is left in its process group', async (t) => {
  const { child, watcher, folder } = bench(t, `
    import { spawn } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    process.on('SIGTERM', () => {}); process.stdin.on('error', () => {});
    const own = spawn('sleep', ['60'], { stdio: 'ignore' });
    writeFileSync(process.env.HERE + '/pid', String(own.pid));
    ${ready} ${stay}`);
  child.start();
  await child.ready;
  const { pid = 0 } = child;
  const grandchild = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  await child.stop();
  t.false(isAlive(pid));
  // Its SIGKILL was sent; the kernel takes it down in its own time.
  while (isAlive(grandchild)) await new Promise((resolve) => { setTimeout(resolve, 10); });
  t.regex(watcher.notices.join(), /worker-0 did not stop within 0\.5 s and was killed/);
});

test('stop before READY ends it too, and nothing is started afterwards', async (t) => {
  const { child, watcher } = bench(t, `${polite} ${stay}`);
  child.start();
  await watcher.until(() => watcher.count('starting') === 1);
  const { pid = 0 } = child;
  await child.stop();
  await t.throwsAsync(child.ready, { message: /was stopped before it served/ });
  t.false(isAlive(pid));
  child.start();
  t.is(child.pid, undefined);
});

test('a child gets its own environment, a mark that it is watched, and nothing of ours', async (t) => {
  process.env['CLRK_TEST_SECRET'] = 'made-up';
  t.teardown(() => { delete process.env['CLRK_TEST_SECRET']; });
  const { child } = bench(t, `${polite} process.stdout.write('READY ' + JSON.stringify({ env: process.env }) + '\\n'); ${stay}`, undefined, { ONE: '1' });
  child.start();
  const { env } = await child.ready;
  t.like(env as object, { ONE: '1', CLRK_SUPERVISED: '1' });
  t.is((env as Record<string, unknown>)['CLRK_TEST_SECRET'], undefined);
});
