// Every example of every command's help works: each is run as it stands there.
import test, { type ExecutionContext } from 'ava';
import { Cli } from 'clipanion';
import { spawnSync } from 'node:child_process';
import { commands } from '../../../plugin/commands.ts';
import type { PluginContext } from '../../../plugin/context.ts';
import { commandOf, leadingWords } from '../../../plugin/find.ts';
import { daemonsets, deployments } from '../../../operator/kube/resources.ts';
import type { Kube, KubeObject, Resource } from '../../../operator/kube/kube.ts';
import { clusterKinds, startCluster } from '../../support/cluster.ts';
import { Home, Session, manifests } from '../session.ts';
import { wayOf, type Way } from './ways.ts';
import { furnish, play, useCluster } from './world.ts';

interface Example {
  readonly path: string;
  readonly line: string;
  readonly way: Way;
}

const all: readonly Example[] = commands.flatMap((command) => {
  const path = command.paths?.[0]?.join(' ') ?? '';
  return (command.usage?.examples ?? []).map(([, written]) => {
    const line = written.replaceAll('$0', 'kubectl clrk');
    return { path, line, way: wayOf(path, line) };
  });
});

const here = ({ way }: Example): boolean => way.not === undefined && (way.shell === undefined || spawnSync(way.shell, ['--version']).error === undefined);

/** What went wrong, or nothing. */
async function wrong(home: Home, { line, way }: Example): Promise<readonly string[]> {
  for (const before of way.before ?? []) {
    const { code, text } = await play(home, before, {});
    if (code !== 0) return [`$ ${before}\nends with ${code}:\n${text}`];
  }
  const { code, text } = await play(home, line, way);
  const seen = way.until === undefined || way.until.test(text);
  return (way.ends ?? [0]).includes(code ?? -1) && seen ? [] : [`$ ${line}\nends with ${code}:\n${text.slice(-3000)}`];
}

async function work(t: ExecutionContext, home: Home, examples: readonly Example[]): Promise<void> {
  const all: string[] = [];
  for (const example of examples) all.push(...await wrong(home, example));
  t.deepEqual(all, []);
}

function newHome(t: ExecutionContext): Home {
  const home = new Home();
  furnish(home);
  t.teardown(() => home.remove());
  return home;
}

test('every command has examples', (t) => {
  t.deepEqual(commands.filter(({ usage }) => (usage?.examples ?? []).length === 0).map(({ paths }) => paths?.[0]?.join(' ')), []);
});

test('an example that cannot be run here is one that its command takes', (t) => {
  for (const { line, way } of all.filter(({ way: { not } }) => not !== undefined)) {
    t.log(`not run, since ${way.not}: ${line}`);
    const words = line.split(' ').slice(2);
    const command = commandOf(leadingWords(words));
    t.notThrows(() => Cli.from(command === undefined ? [] : [command]).process([...words], {} as PluginContext), line);
  }
  t.pass();
});

test.serial('the examples of commands that work beside a dev session', async (t) => {
  const home = newHome(t);
  const session = new Session(home, ['--offline', '--apply', manifests, '--secret', 'anthropic-credentials=ANTHROPIC_API_KEY:api-key'], { ANTHROPIC_API_KEY: 'sk-ant-made-up-key' });
  t.teardown(() => session.stop('SIGTERM'));
  await session.until(/\[otel-logs\].* 200 /);
  useCluster(home, home.kubeconfig);
  await work(t, home, all.filter((one) => one.way.world === 'session' && here(one)));
});

for (const example of all.filter((one) => one.way.world === 'alone' && here(one))) {
  test.serial(`the example works: ${example.line}`, async (t) => {
    const home = newHome(t);
    if (example.line.includes('--context')) useCluster(home, (await startCluster(t, { kind: 'embedded' })).kubeconfig);
    await work(t, home, [example]);
  });
}

/** What controllers and nodes would do for those that wait: every Deployment and DaemonSet is up at once. */
async function pretendNodes(kube: Kube, signal: AbortSignal): Promise<void> {
  const up = async (resource: Resource, { metadata }: KubeObject): Promise<void> => {
    const counts = resource === deployments
      ? { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, conditions: [{ type: 'Available', status: 'True', reason: 'Pretended', message: '' }] }
      : { currentNumberScheduled: 1, desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberMisscheduled: 0, numberReady: 1, numberAvailable: 1 };
    const object: KubeObject = { apiVersion: 'apps/v1', kind: resource.kind, metadata: { name: metadata.name, namespace: metadata.namespace ?? '' }, status: { observedGeneration: metadata.generation, ...counts } };
    await kube.apply(resource, object, { fieldManager: 'nodes', force: true, subresource: 'status' });
  };
  const follow = async (resource: Resource): Promise<void> => {
    const seen = new Map<string, number>();
    for await (const event of kube.watch(resource, { signal })) {
      if (event.type === 'SYNCED' || event.type === 'DELETED') continue;
      const { uid = '', generation = 0 } = event.object.metadata;
      if (seen.get(uid) === generation) continue;
      seen.set(uid, generation);
      await up(resource, event.object).catch(() => seen.delete(uid));
    }
  };
  await Promise.all([follow(deployments), follow(daemonsets)]).catch(() => undefined);
}

test.serial('the examples of commands that work on a cluster', async (t) => {
  if (!clusterKinds.includes('real')) return t.log('no real API server is built here: npm run kubernetes:assets') ?? t.pass();
  const home = newHome(t);
  const { kube, kubeconfig } = await startCluster(t, { kind: 'real', installed: false });
  useCluster(home, kubeconfig);
  const stop = new AbortController();
  const nodes = pretendNodes(kube, stop.signal);
  t.teardown(async () => {
    stop.abort();
    await nodes;
  });
  await work(t, home, all.filter((one) => one.way.world === 'cluster' && here(one)));
});
