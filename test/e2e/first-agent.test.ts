// The main job as a user would do it: one command, a call that returns 200, and a key that the agent never saw.
import test from 'ava';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Home, Session, manifests } from './session.ts';
import { descendants, mountsOf, placesWith, processesOf, running, settled } from './traces.ts';

const key = `sk-ant-made-up-${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;
const secret = ['--secret', 'anthropic-credentials=ANTHROPIC_API_KEY:api-key'];
const call = /\[otel-logs\] (\d\d:\d\d:\d\d\.\d{3} POST api\.anthropic\.com\/v1\/messages 200 \d+ms req=\d+B resp=\d+B provider=anthropic model=claude-haiku-4-5 input_tokens=[1-9]\d* output_tokens=[1-9]\d* route=default\/anthropic trace=[0-9a-f]{8})/;
const tracesOf = (agent: string): string => `/api/v1/namespaces/clrk/services/https:clrk-operator:https/proxy/v1/agents/DaemonAgent/default/${agent}/traces`;

test.serial('one command on a bare machine runs the first agent, and its key stays with the proxy', async (t) => {
  const home = new Home();
  const session = new Session(home, ['--offline', '--apply', manifests, ...secret], { ANTHROPIC_API_KEY: key });
  t.teardown(async () => {
    await session.stop('SIGTERM');
    home.remove();
  });
  const line = await session.until(call);
  t.log(line[1]);
  for (const row of ['apiserver', 'controller-manager', 'worker-0', 'egress-proxy']) t.regex(session.text, new RegExp(`${row}.* ready`));

  const agent = await home.clrkCommand('agents', 'get', 'echo-bot', '--local');
  t.is(agent.code, 0, agent.stderr);
  t.regex(agent.stdout, /Phase:\s+Running/);
  t.regex(agent.stdout, /Runtime:\s+(gvisor|bubblewrap|namespaces)/);
  const gateway = await home.kubectl('get', 'egressgateway', 'echo-bot');
  t.is(gateway.code, 0, gateway.stderr);
  t.regex(gateway.stdout, /NAME\s+POLICY[\s\S]*echo-bot\s+deny-all/);
  const stored = await home.kubectl('get', 'secret', 'anthropic-credentials', '-o', 'jsonpath={.data.api-key}');
  t.is(Buffer.from(stored.stdout, 'base64').toString(), key, stored.stderr);
  const waited = await home.kubectl('wait', '--for=condition=RevisionReady', 'daemonagent/echo-bot', '--timeout=20s');
  t.is(waited.code, 0, waited.stderr);

  const spans = await home.kubectl('get', '--raw', tracesOf('echo-bot'));
  t.is(spans.code, 0, spans.stderr);
  t.regex(spans.stdout, /"http\.request\.header\.x-api-key":"\[redacted\]"/);
  t.regex(spans.stdout, /"gen_ai\.provider\.name":"anthropic"/);
  t.regex(spans.stdout, /"gen_ai\.system":"anthropic"/);
  t.regex(spans.stdout, /"clrk\.body\.b64":/);

  const edited = join(home.path, 'manifests');
  mkdirSync(edited);
  for (const file of readdirSync(manifests)) copyFileSync(join(manifests, file), join(edited, file));
  const daemon = join(edited, 'daemonagent.yaml');
  const loop = readFileSync(daemon, 'utf8');
  const changed = loop.replace(/^(\s+)while .*$/m, (found, indent: string) => `${indent}echo "ANTHROPIC_API_KEY=[$ANTHROPIC_API_KEY]"\n${found}`);
  t.not(changed, loop, 'the loop of the example begins with while');
  writeFileSync(daemon, changed);
  const mark = session.text.length;
  const applied = await home.clrkCommand('apply', '-f', edited, '--local');
  t.is(applied.code, 0, applied.stderr);
  t.regex(applied.stdout, /daemonagent\.clrk\.apoxy\.dev\/echo-bot configured/);
  t.regex(applied.stdout, /egressgateway\.clrk\.apoxy\.dev\/echo-bot unchanged/);
  await session.until(/ANTHROPIC_API_KEY=\[\]/, mark);
  const again = session.text.length;
  await session.until(call, again);
  const logs = await home.clrkCommand('agents', 'logs', 'echo-bot', '--local');
  t.regex(logs.stdout, /ANTHROPIC_API_KEY=\[\]/);

  const needles = [key, Buffer.from(key).toString('base64').replace(/=+$/, '').slice(0, -1)];
  const found = placesWith(needles, [home.path, '/run', '/tmp']);
  t.deepEqual(found.filter((path) => !path.startsWith(join(home.clrk, 'apiserver'))), [], 'the key stands only in the store of its Secret');
  t.true(found.length > 0, 'the search finds the store, so it would find the rest');
  for (const needle of needles) t.false(`${session.text}${spans.stdout}${logs.stdout}${agent.stdout}`.includes(needle));

  const family = descendants(session.process.pid ?? 0);
  t.true(family.length > 5, 'the children and the sandbox are there to be looked for');
  t.is(await session.stop('SIGINT'), 0);
  t.deepEqual(await settled(() => processesOf(home.path)), []);
  t.deepEqual(await settled(() => running(family)), []);
  t.deepEqual(mountsOf(home.path), []);
});

test.serial('state persists: the next dev re-attaches and the agent resumes without being applied again', async (t) => {
  const home = new Home();
  t.teardown(() => home.remove());
  const first = new Session(home, ['--offline', '--apply', manifests, ...secret, '--exit-after-records', '1'], { ANTHROPIC_API_KEY: key });
  t.is(await first.exit, 0, first.text);
  const second = new Session(home, ['--offline', '--exit-after-records', '1', '--timeout', '60s']);
  t.teardown(() => second.stop('SIGTERM'));
  await second.until(call);
  t.is(await second.exit, 0, second.text);
});

test.serial('a second dev on the same folder says who holds it', async (t) => {
  const home = new Home();
  const holder = new Session(home, ['--offline']);
  t.teardown(async () => {
    await holder.stop('SIGTERM');
    home.remove();
  });
  await holder.until(/worker-0.* ready/);
  const second = await home.clrkCommand('dev', '--offline', '--no-tui');
  t.is(second.code, 1, second.stdout);
  t.regex(second.stderr, new RegExp(`${holder.process.pid}`));
  t.regex(second.stderr, /hint: /);
});

test.serial('records that do not come within the time limit end the command with 1', async (t) => {
  const home = new Home();
  t.teardown(() => home.remove());
  const session = new Session(home, ['--offline', '--exit-after-records', '1', '--timeout', '5s']);
  t.is(await session.exit, 1, session.text);
});

for (const [runtime, program] of [['gvisor', 'runsc'], ['bubblewrap', 'bwrap'], ['namespaces', 'unshare']] as const) {
  test.serial(`the first agent runs in ${runtime} when that is asked for, and nowhere else when it is not there`, async (t) => {
    const home = new Home();
    const isHere = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/bin'].some((folder) => existsSync(join(folder, program)));
    const limits = isHere ? ['--timeout', '60s'] : ['--timeout', '5s'];
    const session = new Session(home, ['--offline', '--apply', manifests, ...secret, '--sandbox', runtime, '--exit-after-records', '1', ...limits], { ANTHROPIC_API_KEY: key });
    t.teardown(async () => {
      await session.stop('SIGTERM');
      home.remove();
    });
    t.log(`${program} is ${isHere ? '' : 'not '}here`);
    t.is(await session.exit, isHere ? 0 : 1, session.text);
    // The session ends with the first record, which may come before the agent is told as running: the worker's own word is there in any case.
    if (isHere) t.regex(session.text, new RegExp(`worker-0 ready \\(${runtime}`));
    else t.regex(session.text, new RegExp(`worker-0 does not start .*${program}`));
  });
}

test.serial('a killed child comes back, is shown as restarted, and the calls go on', async (t) => {
  const home = new Home();
  const session = new Session(home, ['--offline', '--apply', manifests, ...secret], { ANTHROPIC_API_KEY: key });
  t.teardown(async () => {
    await session.stop('SIGTERM');
    home.remove();
  });
  await session.until(call);
  for (const [row, bundle] of [['egress-proxy', 'proxy.js'], ['controller-manager', 'operator.js'], ['worker-0', 'worker.js'], ['apiserver', 'apiserver.js']] as const) {
    const victim = childOf(session.process.pid ?? 0, bundle);
    t.truthy(victim, `${row} runs`);
    const mark = session.text.length;
    process.kill(victim ?? 0, 'SIGKILL');
    await session.until(new RegExp(`${row} restarted`), mark);
    const back = session.text.length;
    await session.until(new RegExp(`${row}.* ready`), mark);
    await session.until(call, back);
  }
  t.pass();
});

/** The direct child of the session that runs the bundle. */
function childOf(parent: number, bundle: string): number | undefined {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(/\s+/).map(Number);
  return children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(bundle));
}
