// A whole dev session with its real children: what it leaves while it runs, and that nothing is left however it ends.
import test, { type ExecutionContext } from 'ava';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Home, Session, manifests } from '../../e2e/session.ts';
import { descendants, mountsOf, placesWith, processesOf, running, settled } from '../../e2e/traces.ts';

const key = `sk-ant-made-up-${Math.random().toString(36).slice(2)}`;
const secret = ['--secret', 'anthropic-credentials=ANTHROPIC_API_KEY:api-key'];
const rows = ['apiserver', 'controller-manager', 'worker-0', 'egress-proxy'];

function home(t: ExecutionContext): Home {
  const made = new Home();
  t.teardown(() => made.remove());
  return made;
}

function start(t: ExecutionContext, at: Home, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Session {
  const session = new Session(at, args, env);
  t.teardown(() => session.stop('SIGTERM'));
  return session;
}

const runDirOf = (at: Home): string => (JSON.parse(readFileSync(join(at.clrk, 'dev.json'), 'utf8')) as { runDir: string }).runDir;

/** Everything that the session has started so far, directly or not, and itself. */
const started = (session: Session): readonly number[] => descendants(session.process.pid ?? 0);

/**
 * Other sessions may run on this machine at the same time: only what this one made is looked for. A namespace that nothing has a name for
 * ends with its last process, and its number is given out again at once, so the processes are what tells.
 */
async function nothingLeft(t: ExecutionContext, at: Home, when: string, before: readonly number[]): Promise<void> {
  t.deepEqual(await settled(() => processesOf(at.path)), [], when);
  t.deepEqual(await settled(() => running(before)), [], when);
  t.false(existsSync(join(at.clrk, 'dev.lock')), when);
  const runDir = existsSync(join(at.clrk, 'dev.json')) ? runDirOf(at) : '/nowhere';
  t.false(existsSync(runDir), when);
  t.deepEqual([...mountsOf(at.path), ...mountsOf(runDir)], [], when);
}

test.serial('a session makes a cluster that kubectl reaches, keeps its files to its owner, and leaves nothing behind', async (t) => {
  const at = home(t);
  const session = start(t, at, ['--offline', '--apply', manifests, ...secret], { ANTHROPIC_API_KEY: key });
  for (const row of rows) await session.until(new RegExp(`${row}.* ready`));
  await session.until(/export KUBECONFIG=/);
  t.regex(session.text, /offline: api\.anthropic\.com answers from the bundled stand-in/);
  t.is(statSync(at.kubeconfig).mode & 0o777, 0o600);
  t.is(statSync(at.clrk).mode & 0o777, 0o700);
  const pool = await at.kubectl('get', 'workerpool', 'default', '-o', 'jsonpath={.spec.replicas}');
  t.is(pool.stdout, '1', pool.stderr);
  const stored = await at.kubectl('get', 'secret', 'anthropic-credentials', '-o', 'jsonpath={.data.api-key}');
  t.is(Buffer.from(stored.stdout, 'base64').toString(), key, stored.stderr);
  t.deepEqual(placesWith([key], []), [], 'the key is gone from the environment');
  t.false(readFileSync(join(at.clrk, 'dev.json'), 'utf8').includes(key));
  t.true(existsSync(runDirOf(at)));
  const before = started(session);
  t.true(before.length > 4, 'the session and its four children');
  t.is(await session.stop('SIGINT'), 0, session.text);
  await nothingLeft(t, at, 'after Ctrl-C', before);
});

const moments: readonly (readonly [string, RegExp])[] = [
  ['its first line', /embedded cluster/],
  ['all children start', /egress-proxy starting/],
  ['the first object is applied', /created/],
  ['the worker serves', /worker-0 ready/],
];
test.serial('whoever is no part of the session posts no telemetry to it', async (t) => {
  const at = home(t);
  const session = start(t, at, ['--offline']);
  await session.until(/export KUBECONFIG=/);
  const { otlp, runDir } = JSON.parse(readFileSync(join(at.clrk, 'dev.json'), 'utf8')) as { otlp: string; runDir: string };
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: '1700000000000000000', body: { stringValue: 'forged' }, attributes: [{ key: 'http.request.method', value: { stringValue: 'GET' } }] }] }] }] });
  t.is((await fetch(`${otlp}/v1/logs`, { method: 'POST', headers, body })).status, 401);
  const file = join(runDir, 'private/telemetry.token');
  t.deepEqual([statSync(file).mode & 0o777, statSync(join(runDir, 'private')).mode & 0o777], [0o400, 0o700], 'its token is for its owner alone');
  const authorization = `Bearer ${readFileSync(file, 'utf8')}`;
  t.is((await fetch(`${otlp}/v1/logs`, { method: 'POST', headers: { ...headers, authorization }, body: body.replace('forged', 'genuine') })).status, 200);
  await session.until(/\[otel-logs\] .*genuine/);
  t.notRegex(session.text, /forged/);
});

test.serial('Ctrl-C at any moment of the bring-up leaves nothing behind', async (t) => {
  const at = home(t);
  for (const [when, pattern] of moments) {
    const session = start(t, at, ['--offline', '--apply', manifests, ...secret], { ANTHROPIC_API_KEY: key });
    await session.until(pattern);
    const before = started(session);
    const code = await session.stop('SIGINT');
    t.true(code === 130 || code === 0, `${when}: ${code}\n${session.text}`);
    await nothingLeft(t, at, when, before);
    t.notRegex(session.text, /warning: |unexpected/, when);
  }
});

test.serial('a session that is killed takes its children with it; the next one says whose lock it took, and serves on the same port', async (t) => {
  const at = home(t);
  const first = start(t, at, ['--offline']);
  await first.until(/worker-0.* ready/);
  const server = (): string => /"server": "(\S+)"/.exec(readFileSync(at.kubeconfig, 'utf8'))?.[1] ?? '';
  const place = server();
  t.regex(place, /^https:\/\/localhost:\d+$/);
  const before = started(first);
  first.process.kill('SIGKILL');
  await first.exit;
  while (running(before.filter((pid) => pid !== first.process.pid)).length > 0) await new Promise((resolve) => { setTimeout(resolve, 50); });
  t.true(existsSync(join(at.clrk, 'dev.lock')));
  const second = start(t, at, ['--offline']);
  await second.until(new RegExp(`process ${first.process.pid}, which held .* is gone`));
  await second.until(/worker-0.* ready/);
  t.is(server(), place);
  t.is(await second.stop('SIGTERM'), 0, second.text);
  await nothingLeft(t, at, 'after the second', before);
});

test.serial('fields that somebody else took are told with what to do, and the session goes on, in a namespace of its own too', async (t) => {
  const at = home(t);
  const team = ['--offline', '--apply', manifests, ...secret, '-n', 'team'];
  const first = start(t, at, team, { ANTHROPIC_API_KEY: key });
  await first.until(/agent team\/echo-bot \S+ on worker-0/);
  await first.until(/^export KUBECONFIG=\S+kubeconfig\.host +# /m);
  const patch = async (): Promise<void> => {
    const patched = await at.kubectl('patch', 'daemonagent', 'echo-bot', '-n', 'team', '--type', 'merge', '-p', '{"spec":{"restartPolicy":"Never"}}');
    t.is(patched.code, 0, patched.stderr);
  };
  await patch();
  t.is(await first.stop('SIGINT'), 0, first.text);
  t.regex(first.text, /stopped; the state stays in \S+\.clrk/);
  const second = start(t, at, team, { ANTHROPIC_API_KEY: key });
  await second.until(/not applied: daemonagent\.clrk\.apoxy\.dev\/echo-bot; the session goes on/);
  t.regex(second.text, /spec\.restartPolicy belongs to kubectl-patch\n/);
  const again = /hint: take these fields over: kubectl clrk (apply --local -n team --force-conflicts -f \S+);/.exec(second.text)?.[1] ?? '';
  const forced = await at.clrkCommand(...again.split(' '));
  t.is(forced.stdout, 'daemonagent.clrk.apoxy.dev/echo-bot configured\n', `${again}\n${forced.stderr}\n${second.text}`);
  await patch();
  t.is(await second.stop('SIGINT'), 0, second.text);
  const script = start(t, at, [...team, '--exit-after-records', '1', '--timeout', '20s'], { ANTHROPIC_API_KEY: key });
  t.is(await script.exit, 1, 'a script is not told that all went well');
  t.regex(script.text, /error: (daemonagent\.clrk\.apoxy\.dev\/echo-bot could not be applied|0 of 1 records)/);
  const taking = start(t, at, [...team, '--force-conflicts'], { ANTHROPIC_API_KEY: key });
  await taking.until(/daemonagent\.clrk\.apoxy\.dev\/echo-bot configured/);
  await taking.until(/^export KUBECONFIG=/m);
  t.is(await taking.stop('SIGINT'), 0, taking.text);
});

test.serial('what stands in the way in the state folder is told with how to remove it', async (t) => {
  const cases: readonly (readonly [string, (path: string) => void, RegExp, string])[] = [
    ['worker', (path) => writeFileSync(path, ''), /is not a folder/, 'rm '],
    ['apiserver', (path) => writeFileSync(path, ''), /is not a folder/, 'rm '],
    ['dev.json', (path) => mkdirSync(path), /is a folder, not a file/, 'rm -r '],
    ['kubeconfig.host', (path) => mkdirSync(path), /is a folder, not a file/, 'rm -r '],
    ['pki/ca.crt', (path) => mkdirSync(path, { recursive: true }), /is a folder, not a file/, 'rm -r '],
  ];
  for (const [name, put, message, remove] of cases) {
    const at = home(t);
    mkdirSync(at.clrk);
    put(join(at.clrk, name));
    const output = await at.clrkCommand('dev', '--offline', '--no-tui');
    t.is(output.code, 1, output.stdout);
    t.regex(output.stderr, message);
    t.true(output.stderr.includes(`hint: remove it: ${remove}${join(at.clrk, name)}\n`), output.stderr);
    t.deepEqual(readdirSync(at.clrk).filter((file) => /\.\d+$/.test(file)), [], 'no draft is left');
  }
});

test.serial('what is wrong with the flags is told before anything starts', async (t) => {
  const at = home(t);
  const bad = join(at.path, 'bad.yaml');
  writeFileSync(bad, 'apiVersion: clrk.apoxy.dev/v1alpha1\nkind: DaemonAgent\nmetadata: {name: a}\nspec: {workerPoolReff: default}\n');
  const taken = createServer();
  await new Promise<void>((resolve) => { taken.listen(0, '127.0.0.1', resolve); });
  t.teardown(() => taken.close());
  const { port } = taken.address() as { port: number };
  mkdirSync(join(at.path, 'state'));
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['dev', ...secret], /ANTHROPIC_API_KEY is not set/],
    [['dev', '--apply', bad], /bad\.yaml:4:\d+: spec\.workerPoolReff: /],
    [['dev', '--apply', join(at.path, 'nothing.yaml')], /there is no file or folder/],
    [['dev', '--cluster', 'k3d'], /--cluster must be one of embedded, k3s/],
    [['dev', '--sandbox', 'docker'], /--sandbox must be one of/],
    [['dev', '--image', 'example.com/bot=/bin/ls'], /--image example\.com\/bot: \/bin\/ls is no tar archive/],
    [['dev', '--clrk-dir', bad], /is a file, not a folder/],
  ];
  for (const [args, message] of cases) {
    const output = await at.clrkCommand(...args);
    t.is(output.code, 1, output.stdout);
    t.regex(output.stderr, message);
    t.regex(output.stderr, /hint: |spec\./);
    t.false(output.stderr.includes('    at '), 'no stack for a mistake');
  }
  t.false(existsSync(at.clrk), 'not even the state folder was made');
  const refused = await at.clrkCommand('dev', '--port', String(port), '--clrk-dir', join(at.path, 'state'));
  t.is(refused.code, 1);
  t.regex(refused.stderr, new RegExp(`--port ${port} is taken`));
  t.deepEqual(readdirSync(join(at.path, 'state')).filter((name) => name === 'dev.lock'), []);
});
