import test from 'ava';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { painter } from '../../../plugin/format/colour.ts';
import { unifiedDiff } from '../../../plugin/format/unified-diff.ts';

const lines = (...numbers: readonly (number | string)[]): string => numbers.map((n) => `line ${n}\n`).join('');
const between = (before: string, after: string): string => unifiedDiff({ name: 'a', text: before }, { name: 'b', text: after }, painter(false));

test('equal texts differ in nothing', (t) => t.is(between('a\n', 'a\n'), ''));

const cases: readonly (readonly [string, string, string])[] = [
  ['a changed line', lines(1, 2, 3, 4, 5, 6, 7, 8, 9), lines(1, 2, 3, 4, 'five', 6, 7, 8, 9)],
  ['a new text', '', lines(1, 2)],
  ['a text that goes', lines(1), ''],
  ['two places far apart', lines(...Array.from({ length: 30 }, (_, n) => n)), lines('x', ...Array.from({ length: 29 }, (_, n) => n + 1), 'y')],
].map(([title = '', before = '', after = '']) => [title, before, after]);
for (const [title, before, after] of cases) {
  test(`${title} is shown as diff(1) shows it`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'clrk-unified-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'a'), before);
    writeFileSync(join(folder, 'b'), after);
    const { stdout } = spawnSync('diff', ['-u', 'a', 'b'], { cwd: folder, encoding: 'utf8' });
    t.is(between(before, after).split('\n').slice(3).join('\n'), stdout.split('\n').slice(2).join('\n'));
  });
}

test('texts with nothing in common are shown whole, however long', (t) => {
  const side = (name: string): string => Array.from({ length: 20_000 }, (_, n) => `${name} ${n}\n`).join('');
  const shown = between(side('old'), side('new')).split('\n');
  t.is(shown[3], '@@ -1,20000 +1,20000 @@');
  t.is(shown.length, 40_005);
});

test('additions and removals have their colours', (t) => {
  const shown = unifiedDiff({ name: 'a', text: 'x\n' }, { name: 'b', text: 'y\n' }, painter(true));
  t.true(shown.includes('\u001B[31m-x\u001B[39m\n\u001B[32m+y\u001B[39m\n'));
});
