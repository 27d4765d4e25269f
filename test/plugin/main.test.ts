import test from 'ava';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish, install, start } from '../support/installed.ts';

const kubectl = spawnSync('kubectl', ['version', '--client']).error === undefined;

test('kubectl finds the plugin and passes on arguments and exit code', async (t) => {
  if (!kubectl) return t.log('kubectl is not on PATH here: the program is called directly below') ?? t.pass();
  const here = install(t);
  t.deepEqual(await finish(start(here, 'kubectl clrk version --client')), { stdout: 'Client Version: v0.1.0\n', stderr: '', code: 0 });
  const wrong = await finish(start(here, 'kubectl clrk versio'));
  t.is(wrong.code, 1);
  t.regex(wrong.stderr, /did you mean `kubectl clrk version`\?/);
});

test('called by its own name it speaks of itself by that name', async (t) => {
  const wrong = await finish(start(install(t), 'kubectl-clrk versio'));
  t.is(wrong.code, 1);
  t.regex(wrong.stderr, /did you mean `kubectl-clrk version`\?/);
  t.regex((await finish(start(install(t), 'kubectl-clrk agents get'))).stderr, /usage: kubectl-clrk agents get NAME \[flags\]/);
});

test('output that nobody reads ends the program without a word', async (t) => {
  const child = start(install(t), 'exec kubectl-clrk --help');
  child.stdout.destroy();
  const { stderr, code } = await finish(child);
  t.deepEqual({ stderr, code }, { stderr: '', code: 141 });
});

test('no colours without a terminal', async (t) => {
  const { stdout } = await finish(start(install(t), 'kubectl-clrk --help'));
  t.true(stdout.startsWith('Runs LLM agents'));
  t.false(stdout.includes('\u001B'));
});

test('a home that is missing or can not be written to is no obstacle', async (t) => {
  const here = install(t);
  for (const home of ['/proc/nowhere', join(here.folder, 'package.json'), '']) {
    t.is((await finish(start({ ...here, env: { ...here.env, HOME: home } }, 'kubectl-clrk version --client'))).code, 0);
  }
});

test('help and version load neither the Kubernetes client nor ink, ajv or yaml', (t) => {
  const build = join(import.meta.dirname, '../../plugin');
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, to = ''] of readFileSync(file, 'utf8').matchAll(/(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*"([^"]+)"|(?:^|\n)import\s*"([^"]+)"/g)) {
      if (to.startsWith('.')) visit(join(file, '..', to));
      else packages.add(to);
    }
  };
  for (const file of ['main.js', 'context.js', 'run.js']) visit(join(build, file));
  t.deepEqual([...packages].filter((name) => !name.startsWith('node:')).toSorted(), ['clipanion', 'fastest-levenshtein', 'typanion']);
  t.true(globSync('commands/**/*.js', { cwd: build }).every((file) => seen.has(join(build, file))));
});
