// `npm run first-agent` as it is built: from any folder, without a key, to a given number of records.
import test from 'ava';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Home, root } from '../../e2e/session.ts';
import { processesOf } from '../../e2e/traces.ts';
import { nodeProblem } from '../../../krew/node-version.ts';

const hasCurl = ['/bin/curl', '/usr/bin/curl', '/usr/local/bin/curl'].some((path) => {
  try {
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
});

test('a Node that is too old is told with the one that is needed', (t) => {
  for (const version of ['v20.19.5', 'v22.14.0', 'v18.0.0']) t.regex(nodeProblem(version) ?? '', new RegExp(`needs Node 22\\.15 or newer, and the one that runs is ${version}\nhint: `));
  for (const version of ['v22.15.0', 'v22.23.0', 'v24.0.0', process.version]) t.is(nodeProblem(version), undefined);
});

test('without a key in the shell it makes one up, says so, and ends after the records that were asked for', async (t) => {
  const home = new Home();
  t.teardown(() => home.remove());
  // The packages' folder first, as npm puts it: it holds a program with the name of a system tool.
  const env = home.env({ PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` });
  const child = spawn(process.execPath, [join(root, 'dist/first-agent.js'), '--no-install', '--no-tui', '--exit-after-records', '1', '--timeout', '60s'], { cwd: home.path, env });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise((resolve) => { child.once('close', resolve); });
  const text = Buffer.concat(chunks).toString();
  t.regex(text, /ANTHROPIC_API_KEY is not set: a made-up key takes its place/);
  t.regex(text, /^this is: kubectl clrk dev --offline --cluster embedded --apply /m);
  t.regex(text, /offline: api\.anthropic\.com answers from the bundled stand-in/);
  t.notRegex(text, /sk-ant-made-up/);
  t.deepEqual(processesOf(home.path), []);
  if (!hasCurl) {
    t.regex(text, /needs curl, which this machine lacks/);
    return;
  }
  t.is(code, 0, text);
  t.regex(text, /\[otel-logs\] \S+ POST api\.anthropic\.com\/v1\/messages 200 \d+ms .* input_tokens=[1-9]\d* output_tokens=[1-9]\d* route=default\/anthropic trace=[0-9a-f]{8}/);
});
