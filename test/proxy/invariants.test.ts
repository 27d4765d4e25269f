// Every promise of the proxy has a test that bears its number.
import test from 'ava';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

test('every number in proxy/INVARIANTS.md begins the title of a test', (t) => {
  const promised = [...readFileSync(join(root, 'proxy/INVARIANTS.md'), 'utf8').matchAll(/^\*\*(P\d+)\*\*/gm)].map((m) => m[1] ?? '');
  const tests = globSync('test/proxy/**/*.test.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  t.true(promised.length >= 10);
  t.deepEqual(promised.filter((number) => !new RegExp(`test(\\.serial)?\\(['"\`]${number} `).test(tests)), []);
});
