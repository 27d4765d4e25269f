// What a person meets whose cluster's files are damaged: dev does not start and says why, and starts with what is whole when told to.
import test from 'ava';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Home, Session } from '../../e2e/session.ts';

test('a damaged store ends dev with what is lost and what to do, and --salvage-store starts it with what is whole', async (t) => {
  const at = new Home();
  t.teardown(() => at.remove());
  const start = (...args: readonly string[]): Session => {
    const session = new Session(at, ['--offline', ...args], {});
    t.teardown(() => session.stop('SIGTERM'));
    return session;
  };
  const first = start();
  await first.until(/export KUBECONFIG=/);
  t.is(await first.stop('SIGTERM'), 0, first.text);
  const folder = join(at.clrk, 'apiserver');
  const journal = join(folder, 'journal-000000000001');
  const bytes = readFileSync(journal);
  bytes[Math.floor(bytes.length / 2)] = 0;
  writeFileSync(journal, bytes);

  const refused = start();
  t.is(await refused.exit, 1, refused.text);
  t.regex(refused.text, /error: apiserver does not start \(exit 3\): the store in \S+ is damaged: journal-000000000001 at byte \d+: .*; \d+ bytes of it cannot be read, and \d+ whole records follow them\n/);
  t.regex(refused.text, /hint: put back a copy of \S+\/apiserver, or save what is whole: run dev again with --salvage-store, which keeps the damaged files beside it; a clean slate: rm -rf \S+\n/);
  t.deepEqual(readFileSync(journal), bytes, 'nothing was touched');

  const saved = start('--salvage-store');
  await saved.until(/export KUBECONFIG=/);
  t.regex(saved.text, /\[apiserver\] warn: the store was damaged: saved what is whole, and kept every file as it was in \S+\/damaged-\S+ objects=\d+/);
  t.regex(saved.text, /damage in the store file=journal-000000000001 offset=\d+/);
  t.is((await at.kubectl('get', 'namespace', 'default', '-o', 'name')).stdout.trim(), 'namespace/default');
  t.is(await saved.stop('SIGTERM'), 0, saved.text);
  t.deepEqual(readFileSync(join(folder, readdirSync(folder).find((name) => name.startsWith('damaged-')) ?? '', 'journal-000000000001')), bytes);
});
