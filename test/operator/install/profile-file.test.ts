import test, { type ExecutionContext } from 'ava';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layProfile, removeProfile } from '../../../operator/node-profile/profile-file.ts';
import { workerProfileText } from '../../../operator/install/seccomp/profile.ts';

function place(t: ExecutionContext, text = workerProfileText()) {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-profile-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const source = join(folder, 'source.json');
  writeFileSync(source, text);
  return { folder, source, target: join(folder, 'seccomp/clrk/worker.json') };
}

test('the profile is laid once, readable by everybody, and nothing else lies beside it', (t) => {
  const { source, target } = place(t);
  t.true(layProfile(source, target));
  t.false(layProfile(source, target));
  t.is(readFileSync(target, 'utf8'), workerProfileText());
  t.is(statSync(target).mode & 0o777, 0o644);
  t.deepEqual(readdirSync(join(target, '..')), ['worker.json']);
});

test('a profile that somebody changed or removed is laid again', (t) => {
  const { source, target } = place(t);
  layProfile(source, target);
  writeFileSync(target, '{}');
  t.true(layProfile(source, target));
  rmSync(target);
  t.true(layProfile(source, target));
  t.is(readFileSync(target, 'utf8'), workerProfileText());
});

for (const [what, text] of Object.entries({ 'half a profile': workerProfileText().slice(0, 900), 'JSON that is no profile': '[]', 'an empty file': '' })) {
  test(`${what} leaves the one that is there`, (t) => {
    const { source, target } = place(t);
    layProfile(source, target);
    writeFileSync(source, text);
    t.throws(() => layProfile(source, target));
    t.is(readFileSync(target, 'utf8'), workerProfileText());
  });
}

test('the profile is taken away, and that again is no fault', (t) => {
  const { source, target } = place(t);
  layProfile(source, target);
  t.true(removeProfile(target));
  t.false(removeProfile(target));
  t.false(existsSync(target));
});
