// `dev --context`: the main job in a cluster that was there before, and the cluster afterwards.
import test, { type ExecutionContext } from 'ava';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterKinds, startCluster, type ClusterKind, type TestCluster } from '../support/cluster.ts';
import { inventory } from './inventory.ts';
import { Home, Session, manifests } from './session.ts';
import { descendants, placesWith, processesOf, running, settled } from './traces.ts';

const key = `sk-ant-made-up-${Math.random().toString(36).slice(2)}`;
const call = /\[otel-logs\] \S+ POST api\.anthropic\.com\/v1\/messages 200 /;
const flags = ['--context', 'test', '--offline'];
const agent = ['--apply', manifests, '--secret', 'anthropic-credentials=ANTHROPIC_API_KEY:api-key'];

/** A cluster that holds something already, and a home in which a kubeconfig leads to it. */
async function there(t: ExecutionContext, kind: ClusterKind): Promise<{ readonly cluster: TestCluster; readonly home: Home; readonly start: (args?: readonly string[]) => Session }> {
  const home = new Home();
  t.teardown(() => home.remove());
  const cluster = await startCluster(t, { kind, installed: false, kubeconfig: join(home.path, 'cluster.kubeconfig') });
  const start = (args: readonly string[] = agent): Session => {
    const session = new Session(home, [...flags, ...args], { ANTHROPIC_API_KEY: key, KUBECONFIG: cluster.kubeconfig });
    t.teardown(() => session.stop('SIGKILL'));
    return session;
  };
  return { cluster, home, start };
}

for (const kind of clusterKinds) {
  test.serial(`${kind}: the first agent runs in a cluster that was there, and nothing of it is left there`, async (t) => {
    const { cluster, home, start } = await there(t, kind);
    const [before, kubeconfig] = [await inventory(cluster.kube), readFileSync(cluster.kubeconfig, 'utf8')];
    const session = start();
    await session.until(call);
    t.regex(session.text, new RegExp(`warning: using the cluster of context test at ${cluster.server}; what is created there is removed when this ends`));
    t.regex(session.text, /apiserver ready \(v1\.\S+\)/);
    t.false(existsSync(join(home.clrk, 'apiserver')), 'no embedded server');
    t.false(existsSync(home.kubeconfig));

    for (const where of [['--local'], ['--kubeconfig', cluster.kubeconfig, '--context', 'test']]) {
      const found = await home.clrkCommand('agents', 'get', 'echo-bot', ...where);
      t.regex(found.stdout, /Phase:\s+Running/, found.stderr);
      const logs = await home.clrkCommand('agents', 'logs', 'echo-bot', ...where);
      t.regex(logs.stdout, /call 1: 200/, logs.stderr);
    }
    const strange = await home.clrkCommand('agents', 'logs', 'echo-bot', '--kubeconfig', cluster.kubeconfig, '--clrk-dir', join(home.path, 'other'));
    t.is(strange.code, 1, 'another state folder knows of no session');
    t.regex(strange.stderr, /hint: the operator is kubectl clrk dev of \S+ on \S+, process \d+, which keeps its logs there/);

    const second = await home.clrkCommand('dev', ...flags, '--kubeconfig', cluster.kubeconfig, '--clrk-dir', join(home.path, 'second'), '--no-tui');
    t.is(second.code, 1, second.stdout);
    t.regex(second.stderr, new RegExp(`the cluster of context test has an operator already: kubectl clrk dev of \\S+ on \\S+, process ${session.process.pid}, renewed at `));

    const family = descendants(session.process.pid ?? 0);
    t.is(await session.stop('SIGINT'), 0, session.text);
    t.deepEqual(await inventory(cluster.kube), before, session.text);
    t.is(readFileSync(cluster.kubeconfig, 'utf8'), kubeconfig);
    t.deepEqual(placesWith([key], [home.path]), []);
    t.deepEqual(await settled(() => processesOf(home.path)), []);
    t.deepEqual(await settled(() => running(family)), []);
    t.false(existsSync(join(home.clrk, 'door.json')));
  });

  test.serial(`${kind}: Ctrl-C at any moment leaves nothing in the cluster`, async (t) => {
    const { cluster, start } = await there(t, kind);
    const before = await inventory(cluster.kube);
    for (const moment of [/offline: the image/, /warning: using the cluster/, /apiserver ready/, /controller-manager starting/, /daemonagent\S+ created/, /Running on worker-0/]) {
      const session = start();
      await session.until(moment);
      const code = await session.stop('SIGINT');
      t.true(code === 130 || code === 0, `${moment}: ${code}\n${session.text}`);
      t.deepEqual(await inventory(cluster.kube), before, `${moment}\n${session.text}`);
      t.notRegex(session.text, /not everything could be removed|could not remove|unexpected/, String(moment));
    }
  });

  test.serial(`${kind}: what a killed session left is removed by the next one, which need not wait for its lease`, async (t) => {
    const { cluster, home, start } = await there(t, kind);
    const before = await inventory(cluster.kube);
    for (const moment of [/apiserver ready/, /egressgateway\S+ created/, /Running on worker-0/]) {
      const killed = start();
      await killed.until(moment);
      killed.process.kill('SIGKILL');
      await killed.exit;
      await settled(() => processesOf(home.clrk).filter((line) => /(operator|worker|proxy)\.js/.test(line)));
    }
    t.notDeepEqual(await inventory(cluster.kube), before, 'there is something to be removed');
    const next = start([]);
    await next.until(/an earlier session ended without removing what it had created/);
    await next.until(/worker-0 ready/);
    const agents = await home.clrkCommand('agents', 'list', '--local');
    t.regex(agents.stderr, /No agents found/);
    t.is(await next.stop('SIGINT'), 0, next.text);
    t.deepEqual(await inventory(cluster.kube), before, next.text);
  });

  test.serial(`${kind}: a cluster that goes away is shown, agents go on, and it is found again when it is back`, async (t) => {
    const { cluster, home, start } = await there(t, kind);
    const before = await inventory(cluster.kube);
    const session = start();
    await session.until(call);
    const child = cluster.process();
    child.kill('SIGSTOP');
    t.teardown(() => void child.kill('SIGCONT'));
    const mark = session.text.length;
    await session.until(/apiserver error .*does not answer/, mark);
    const away = session.text.length;
    await session.until(call, away);
    child.kill('SIGCONT');
    await cluster.restart();
    await session.until(/the cluster answers again/, away);
    writeFileSync(join(home.path, 'more.yaml'), readFileSync(join(manifests, 'daemonagent.yaml'), 'utf8').replaceAll('echo-bot', 'second').replace('gatewayRef: second', 'gatewayRef: echo-bot').replace(/clrk-second/, 'clrk-echo-bot'));
    const applied = await home.clrkCommand('apply', '-f', join(home.path, 'more.yaml'), '--local');
    t.is(applied.code, 0, applied.stderr);
    await session.until(/agent default\/second Running/, away);
    t.is((await home.kubectl('delete', 'daemonagent', 'second', '--kubeconfig', cluster.kubeconfig)).code, 0);
    await session.until(/agent default\/second deleted/, away);
    t.is(await session.stop('SIGINT'), 0, session.text);
    const left = (await inventory(cluster.kube)).filter((line) => !before.includes(line) && !line.startsWith('Event default/second'));
    t.deepEqual(left, [], session.text);
  });
}
