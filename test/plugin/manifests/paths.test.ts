import test from 'ava';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../plugin/exit.ts';
import { filesNamed } from '../../../plugin/manifests/paths.ts';

const folder = mkdtempSync(join(tmpdir(), 'clrk-paths-'));
test.after.always(() => rmSync(folder, { recursive: true }));
for (const name of ['m/b.yaml', 'm/a.yaml', 'm/deep/c.yml', 'm/deep/notes.txt', 'm/[odd].yaml', 'm/deep/er/d.json', 'm/.hidden.yaml']) {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), '');
}
const named = (paths: readonly string[], recursive = false): Promise<readonly string[]> => filesNamed(paths, { cwd: folder, home: folder, recursive });

const finds = test.macro({
  async exec(t, paths: readonly string[], ...expected: string[]) {
    t.deepEqual(await named(paths), expected);
  },
  title: (name = '') => name,
});
test('a pattern in quotes is expanded, in the order of the names', finds, ['m/?.yaml'], 'm/a.yaml', 'm/b.yaml');
test('two stars stand for folders of any depth', finds, ['m/**/*.{yml,json}'], 'm/deep/c.yml', 'm/deep/er/d.json');
test('a pattern that matches a folder means its manifests', finds, ['m/d*'], 'm/deep/c.yml');
test('a pattern from home is found there', finds, ['~/m/a*'], join(folder, 'm/a.yaml'));
test('a file whose name looks like a pattern is a file', finds, ['m/[odd].yaml'], 'm/[odd].yaml');
test('a file is there once, however often it is named', finds, ['m/a.yaml', 'm/[ab].yaml', 'm/a.yaml'], 'm/a.yaml', 'm/b.yaml');

test('a pattern that matches a folder means folders below it too, with -R', async (t) => {
  t.deepEqual(await named(['m/d*'], true), ['m/deep/c.yml', 'm/deep/er/d.json']);
});

const refuses = test.macro({
  async exec(t, path: string, message: string, hint: RegExp) {
    const error = await t.throwsAsync(named([path]), { instanceOf: UserError, message });
    t.regex(error?.hints.join('\n') ?? '', hint);
  },
  title: (_, path) => `${path} is refused`,
});
test(refuses, 'm/*.yml', 'no file or folder matches m/*.yml', /check the pattern/);
test(refuses, 'm/a.yml', 'there is no file or folder m/a.yml', /check the path/);
test(refuses, 'm/a.yaml/b', 'there is no file or folder m/a.yaml/b', /check the path/);
test(refuses, 'HTTPS://example.com/x.yaml', 'HTTPS://example.com/x.yaml is a web address, and only files are read', /curl -fsSL URL \| kubectl clrk apply -f -/);
