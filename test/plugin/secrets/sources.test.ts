import test from 'ava';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { UserError } from '../../../plugin/exit.ts';
import { readSources, type SecretSources } from '../../../plugin/secrets/sources.ts';
import { reveal } from '../../../proxy/telemetry/sealed.ts';

const folder = mkdtempSync(join(tmpdir(), 'clrk-sources-'));
test.after.always(() => rmSync(folder, { recursive: true }));

interface Given extends Partial<SecretSources> {
  readonly input?: string;
}

async function read({ input = '', ...sources }: Given): Promise<{ values: Record<string, string>; warnings: string[] }> {
  const warnings: string[] = [];
  const content = await readSources('name', { env: [], file: [], literal: [], ...sources }, {
    env: { TOKEN: 'from-env', EMPTY: '' },
    stdin: Readable.from([Buffer.from(input)]),
    cwd: folder,
    home: folder,
    warn: (text) => warnings.push(text),
  });
  return { values: Object.fromEntries([...content.values].map(([key, value]) => [key, reveal(value)])), warnings };
}

test('values come from the environment, files, literals and stdin', async (t) => {
  writeFileSync(join(folder, 'token'), 'from-file');
  const { values } = await read({ env: ['a=TOKEN'], file: ['b=token', 'c=~/token'], literal: ['d=x=y'], stdin: 'e', input: 'from-stdin\n' });
  t.deepEqual(values, { a: 'from-env', b: 'from-file', c: 'from-file', d: 'x=y', e: 'from-stdin' });
});

test('a literal warns that others could read it, and does not repeat it', async (t) => {
  const { warnings } = await read({ literal: ['d=made-up'] });
  t.is(warnings.length, 1);
  t.regex(warnings[0] ?? '', /history of your shell/);
  t.false(warnings[0]?.includes('made-up'));
});

test('a line end in a file is kept and told', async (t) => {
  writeFileSync(join(folder, 'line'), 'x\n');
  const { values, warnings } = await read({ file: ['a=line'] });
  t.is(values['a'], 'x\n');
  t.regex(warnings[0] ?? '', /ends with a line end/);
});

const refuses = test.macro({
  async exec(t, given: Given, message: RegExp) {
    await t.throwsAsync(read(given), { instanceOf: UserError, message });
  },
  title: (_, given) => `secrets set with ${JSON.stringify(given).slice(0, 60)} is refused`,
});
test(refuses, {}, /no value for the Secret/);
test(refuses, { env: ['a'] }, /--from-env has no `=`/);
test(refuses, { env: ['a=MISSING'] }, /MISSING is not set/);
test(refuses, { env: ['a=EMPTY'] }, /EMPTY is empty/);
test(refuses, { env: ['a=sk-made-up'] }, /not the name of an environment variable/);
test(refuses, { file: ['a=nowhere'] }, /there is no file nowhere/);
test(refuses, { file: ['a=.'] }, /can't be read: EISDIR/);
test(refuses, { file: ['a=/dev/zero'] }, /larger than 1 MiB/);
test(refuses, { literal: ['a='] }, /value of a is empty/);
test(refuses, { literal: ['/a=x'] }, /can't be a key/);
test(refuses, { literal: ['a=x', 'a=y'] }, /given twice/);
test(refuses, { stdin: 'k', input: '\n' }, /value of k is empty/);

test('bytes that are no text are refused with the way kubectl takes them', async (t) => {
  writeFileSync(join(folder, 'binary'), Buffer.from([0xff, 0xfe, 0x00]));
  const error = await t.throwsAsync(read({ file: ['a=binary'] }), { instanceOf: UserError, message: /not UTF-8/ });
  t.regex(error?.hints[0] ?? '', /kubectl create secret/);
});
