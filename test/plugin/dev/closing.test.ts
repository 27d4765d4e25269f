// Undoing a session, and stopping its children in order.
import test from 'ava';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Closing } from '../../../plugin/dev/closing.ts';
import { Ending } from '../../../plugin/dev/ending.ts';

test('steps are undone in the opposite order, and one that fails keeps none back', async (t) => {
  const closing = new Closing();
  const undone: string[] = [];
  closing.add('first', () => void undone.push('first'));
  closing.add('second', () => { throw new Error('no'); });
  closing.add('third', async () => void undone.push('third'));
  const problems: string[] = [];
  await closing.run((problem) => problems.push(problem));
  t.deepEqual(undone, ['third', 'first']);
  t.deepEqual(problems, ['second: no']);
});

test('a session that an error ends leaves nobody waiting for its end', async (t) => {
  const ending = new Ending(new AbortController().signal, undefined, { recordCount: 0, subscribe: () => () => undefined });
  const follower = ending.orEnd(new Promise(() => undefined));
  ending.dispose();
  await t.throwsAsync(follower);
  t.true(ending.signal.aborted, 'what follows the cluster would keep the process from ending');
});

test('what is done after the end is undone at once', async (t) => {
  const closing = new Closing();
  await closing.run(() => undefined);
  await new Promise<void>((resolve) => { closing.add('late', resolve); });
  t.pass();
});

/** A session in small: four children that stop as `onTerm` says, and a parent that stops them when it is told. */
function fleet(onTerm: string): { readonly child: ReturnType<typeof spawn>; until(pattern: RegExp): Promise<string>; readonly end: Promise<number | null> } {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-fleet-'));
  const program = join(folder, 'program.mjs');
  writeFileSync(program, `process.on('SIGTERM', () => { ${onTerm} }); process.stdin.on('error', () => {}); process.stdout.write('READY {}\\n'); setInterval(() => {}, 1000);`);
  const dev = join(import.meta.dirname, '../../../plugin/dev');
  const script = `
    import { Fleet } from ${JSON.stringify(join(dev, 'fleet.js'))};
    const say = (text) => process.stdout.write(text + '\\n');
    const program = (name) => ({ name, command: [process.execPath, ${JSON.stringify(program)}, name], env: {}, hint: '' });
    const names = ['apiserver', 'operator', 'worker', 'proxy'];
    const fleet = new Fleet(Object.fromEntries(names.map((name) => [name, program(name)])), { setComponent() {}, line: (name, stream, text) => say(name + ' ' + text), notice: say });
    process.on('SIGINT', () => undefined);
    fleet.start();
    await Promise.all(names.map((name) => fleet.ready(name)));
    process.once('SIGTERM', () => { say('stopping'); fleet.stop().then(() => { say('stopped'); process.exit(); }); });
    say('up');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  let look = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    look();
  });
  const end = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      rmSync(folder, { recursive: true, force: true });
      resolve(code);
    });
  });
  const until = (pattern: RegExp): Promise<string> => new Promise((resolve) => {
    look = () => { if (pattern.test(text)) resolve(text); };
    look();
  });
  return { child, until, end };
}

test('children stop one after the other: worker, proxy, operator, API server', async (t) => {
  const { child, until, end } = fleet(`process.stderr.write('bye\\n', () => process.exit(0));`);
  await until(/up\n/);
  child.kill('SIGTERM');
  const text = await until(/stopped\n/);
  t.deepEqual([...text.matchAll(/^(\S+) bye$/gm)].map(([, name]) => name), ['worker', 'proxy', 'operator', 'apiserver']);
  t.is(await end, 0);
});

test('a second Ctrl-C while they stop kills all that is left', async (t) => {
  const { child, until, end } = fleet('');
  await until(/up\n/);
  child.kill('SIGTERM');
  await until(/stopping\n/);
  child.kill('SIGINT');
  const text = await until(/stopped\n/);
  t.regex(text, /killing what is left/);
  t.notRegex(text, /did not stop within/, 'nothing was waited for');
  t.is(await end, 0);
});
