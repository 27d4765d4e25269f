// A variable that was scrubbed is gone for other processes too.
import test from 'ava';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const module = join(import.meta.dirname, '../../../plugin/dev/scrub-environment.js');
const run = promisify(execFile);

/** Runs a program that scrubs and then looks at what /proc shows of it, from a child of its own. */
async function scrub(names: readonly string[], env: Readonly<Record<string, string>>): Promise<{ isGone: boolean; shown: string; left: NodeJS.ProcessEnv }> {
  const program = `
    import { scrubEnvironment } from ${JSON.stringify(module)};
    import { execFileSync } from 'node:child_process';
    const isGone = scrubEnvironment(${JSON.stringify(names)}, process.env);
    const shown = execFileSync('cat', ['/proc/' + process.pid + '/environ'], { encoding: 'latin1' });
    console.log(JSON.stringify({ isGone, shown, left: process.env }));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { env: { ...env, PATH: process.env['PATH'] ?? '' } });
  return JSON.parse(stdout) as { isGone: boolean; shown: string; left: NodeJS.ProcessEnv };
}

const linuxOnly = process.platform === 'linux' ? test : test.skip; // /proc, which shows an environment to others, exists on Linux only

linuxOnly('the bytes of a scrubbed variable are in no environment, and its neighbours are untouched', async (t) => {
  const { isGone, shown, left } = await scrub(['SECRET', 'OTHER_SECRET'], { BEFORE: 'b=1', SECRET: 'made-up-äöü-key', SECRETS: 'stays', OTHER_SECRET: 'x', AFTER: 'SECRET=not-a-variable' });
  t.true(isGone);
  t.false(shown.includes('made-up'));
  t.regex(shown, /BEFORE=b=1\0/);
  t.regex(shown, /\0SECRETS=stays\0/);
  t.regex(shown, /\0AFTER=SECRET=not-a-variable\0/);
  t.is(left['SECRET'], undefined);
  t.is(left['OTHER_SECRET'], undefined);
  t.is(left['SECRETS'], 'stays');
});

linuxOnly('a large value is overwritten to its last byte', async (t) => {
  const { shown } = await scrub(['BIG'], { BIG: 'k'.repeat(100_000) });
  t.false(shown.includes('kk'));
});

test('scrubbing nothing, or what is not there, does no harm', async (t) => {
  t.is((await scrub([], { A: '1' })).left['A'], '1');
  t.is((await scrub(['ABSENT'], { A: '1' })).left['A'], '1');
});
