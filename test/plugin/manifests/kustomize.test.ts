import test from 'ava';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../plugin/exit.ts';
import { checkManifests } from '../../../plugin/manifests/check.ts';
import { faultLine } from '../../../plugin/manifests/faults.ts';
import { buildKustomization } from '../../../plugin/manifests/kustomize.ts';
import { parseManifests } from '../../../plugin/manifests/read.ts';

const home = mkdtempSync(join(tmpdir(), 'clrk-kustomize-'));
test.after.always(() => rmSync(home, { recursive: true }));
function lay(name: string, text: string, mode = 0o644): void {
  mkdirSync(join(home, name, '..'), { recursive: true });
  writeFileSync(join(home, name), text);
  chmodSync(join(home, name), mode);
}
const build = (folder: string, path = process.env['PATH'], timeoutMs = 60_000) => buildKustomization(folder, { cwd: home, home, env: { ...process.env, PATH: path }, timeoutMs });

lay('base/kustomization.yaml', 'resources: [pool.yaml]\nnamePrefix: staging-\n');
lay('base/pool.yaml', 'apiVersion: clrk.apoxy.dev/v1alpha1\nkind: WorkerPool\nmetadata: {name: a}\nspec: {replicass: 1, template: {image: x}}\n');
lay('broken/kustomization.yaml', 'resources: [nowhere.yaml]\n');
const program = (name: string, script: string): string => {
  lay(`${name}/kubectl`, `#!/bin/sh\n${script}\n`, 0o755);
  return `${join(home, name)}:/usr/bin:/bin`;
};

test('a kustomization is built, and a mistake in it is told by its object', async (t) => {
  const { manifests, faults } = parseManifests(await build('base'));
  t.deepEqual(faults, []);
  t.deepEqual(manifests.map(({ object }) => object.metadata.name), ['staging-a']);
  t.deepEqual(checkManifests(manifests).map(faultLine), ['base: WorkerPool/staging-a: spec.replicass: unknown field "replicass" (did you mean "replicas"?)']);
});

test('the folder may be named from home', async (t) => {
  t.true((await build('~/base')).text.includes('staging-a'));
});

test('what kustomize complains about is shown in its words', async (t) => {
  const error = await t.throwsAsync(build('broken'), { instanceOf: UserError, message: 'kustomize could not build broken' });
  t.regex(error?.lines.join('\n') ?? '', /nowhere\.yaml/);
  t.deepEqual(error?.hints, ['try it alone: kubectl kustomize broken']);
});

test('without kubectl it is said what to install', async (t) => {
  const error = await t.throwsAsync(build('base', join(home, 'base')), { instanceOf: UserError, message: /there is no kubectl on the PATH/ });
  t.regex(error?.hints[0] ?? '', /kustomize build DIR \| kubectl clrk apply -f -/);
});

test('a build that hangs is ended', async (t) => {
  const path = program('hangs', 'exec sleep 600');
  await t.throwsAsync(build('base', path, 300), { instanceOf: UserError, message: /did not finish base within/ });
});

test('a build that prints without end is ended', async (t) => {
  const path = program('floods', 'exec cat /dev/zero');
  await t.throwsAsync(build('base', path), { instanceOf: UserError, message: /printed more than 10240 KiB/ });
});

test('control characters of a complaint do not reach the terminal', async (t) => {
  const path = program('paints', String.raw`printf '\033[31mred\n' >&2; exit 1`);
  const error = await t.throwsAsync(build('base', path), { instanceOf: UserError });
  t.deepEqual(error?.lines, ['\\x1b[31mred']);
});
