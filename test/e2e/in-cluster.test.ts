// The main job in a real cluster: a node with kubelet, containerd and kube-proxy, into which CLRK is installed as a person would.
import test, { type ExecutionContext } from 'ava';
import { imageOf, nodeNamespace, operatorAccount, seccompProfile, systemNamespace, users } from '../../operator/install/names.ts';
import { workerFolderOf } from '../../plugin/dev/k3s/agent-images.ts';
import { imageArchiveName, imageArchives } from '../../sandbox/contract.ts';
import { sayLacking } from '../support/docker.ts';
import { agentImage } from './cluster/agent-image.ts';
import { lacking, openCluster, said, until, type Cluster } from './cluster/cluster.ts';
import { everything, offline, ordinaryUser, lookout, placesWith, pool, reader, workerPod, workerRights } from './cluster/steps.ts';
import { openUpstream, type Upstream } from './cluster/upstream.ts';
import { manifests } from './session.ts';

const key = `sk-ant-made-up-${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;
const team = 'team';
const agent = 'ghcr.io/apoxy-dev/clrk-echo-bot:latest';

let cluster: Cluster | undefined;
let upstream: Upstream | undefined;
let before: readonly string[] = [];

test.serial.before('a cluster comes up', async (t) => {
  t.timeout(300_000);
  const lack = lacking();
  if (lack !== undefined) return t.log(`not run: ${lack}`);
  cluster = await openCluster();
  if (cluster) upstream = await openUpstream(cluster, key);
});
test.serial.after.always('the cluster is taken down', async () => {
  await upstream?.close();
  await cluster?.stop();
});

/** Each goes on where the one before has left the cluster. */
const step = (title: string, body: (t: ExecutionContext, cluster: Cluster, upstream: Upstream) => Promise<void>): void =>
  test.serial(title, async (t) => {
    t.timeout(240_000);
    if (cluster && upstream) await body(t, cluster, upstream);
    else sayLacking(t);
  });

/** What a person sees of the agent's calls. */
const calls = async ({ clrk }: Cluster): Promise<readonly string[]> => {
  const { stdout } = await clrk('agents', 'logs', 'echo-bot', '-n', team);
  return stdout.split('\n').filter((line) => / call \d+: /.test(line));
};

step('the installation is in effect with its images, and check finds nothing wrong', async (t, { kubectl, clrk }) => {
  said(await kubectl('wait', '--for=condition=Ready', 'pod', '-l', 'k8s-app=kube-dns', '-n', 'kube-system', '--timeout=90s'));
  before = await everything(kubectl);
  const installed = await clrk('install', '--yes', '--timeout', '2m');
  t.is(installed.code, 0, installed.stderr);
  const checked = await clrk('check');
  t.is(checked.code, 0, checked.stdout + checked.stderr);
});

step("a pool's workers come up unprivileged: no root, no capability, no new privileges, a seccomp filter, and no credential of the cluster", async (t, given, { setting, authority }) => {
  const { kubectl } = given;
  await offline(given, setting, authority);
  said(await kubectl('create', 'namespace', team));
  await pool(given, team);
  const pod = await until('a ready worker', () => workerPod(given, team, { ready: true }), 120_000, async () => (await kubectl('describe', 'pods', '-n', team)).stdout);
  const rights = { capabilities: '0000000000000000', noNewPrivileges: '1', seccomp: '2', credentials: false };
  t.deepEqual(await workerRights(given, pod, 'worker'), { uid: users.worker, ...rights });
  t.deepEqual(await workerRights(given, pod, 'proxy'), { uid: users.proxy, ...rights });
});

step('the first agent calls its provider with the key of the Secret, which nothing on the node shows, and the agent least', async (t, given) => {
  const { kubectl, clrk, put } = given;
  const pod = await workerPod(given, team);
  if (!pod) throw new Error('no worker');
  await put({ folder: workerFolderOf(pod) ?? '', path: `${imageArchives}/${imageArchiveName(agent)}`, bytes: agentImage(agent), uid: users.worker, gid: users.group });
  said(await kubectl('create', 'secret', 'generic', 'anthropic-credentials', '-n', team, `--from-literal=api-key=${key}`));
  said(await kubectl('create', 'secret', 'generic', 'unnamed', '-n', team, '--from-literal=word=other'));
  const applied = await clrk('apply', '-f', manifests, '-n', team, '--wait', '--timeout', '90s');
  t.is(applied.code, 0, applied.stderr);
  const [first] = await until('a call', async () => { const all = await calls(given); return all.length > 0 ? all : undefined; }, 60_000);
  t.regex(first ?? '', /call 1: 200 You said/);
  t.deepEqual(await placesWith(given, pod, key), []);
  t.truthy((await placesWith(given, pod, 'CLRK_OPERATOR_TOKEN_FILE=')).length, 'what is there is found');
  await lookout(given, team, agent);
  const seen = await until('what an agent sees', async () => { const { stdout } = await clrk('agents', 'logs', 'lookout', '-n', team); return stdout.includes('looked at') ? stdout : undefined; }, 60_000);
  t.regex(seen, /PATH=.*looked at [1-9]/s);
  t.notRegex(seen, /sk-ant-|found \//);
  t.is(said(await kubectl('get', 'daemonagent', 'echo-bot', '-n', team, '-o', 'jsonpath={.status.phase} {.status.runtime}')), 'Running gvisor');
});

step('the operator reads the Secret that a policy names, and no other', async (t, { kubectl }) => {
  const may = async (verb: string, what: string): Promise<string> => (await kubectl('auth', 'can-i', verb, what, '-n', team, `--as=system:serviceaccount:${systemNamespace}:${operatorAccount}`)).stdout.trim();
  t.deepEqual([await may('get', 'secret/anthropic-credentials'), await may('get', 'secret/unnamed'), await may('list', 'secrets')], ['yes', 'no', 'no']);
});

step('an ordinary user with the role view reads the logs of the namespace, and who has no role there does not', async (t, given) => {
  const viewer = await ordinaryUser(given, team, 'viewer', 'view');
  const stranger = await ordinaryUser(given, team, 'stranger');
  const read = await given.clrk('agents', 'logs', 'echo-bot', '-n', team, '--kubeconfig', viewer);
  t.regex(read.stdout, / call 1: 200 /, read.stderr);
  const refused = await given.clrk('agents', 'logs', 'echo-bot', '-n', team, '--kubeconfig', stranger);
  t.not(refused.code, 0);
  t.regex(refused.stderr, /forbidden/i);
  t.deepEqual(await reader(given, stranger, team), 'refused');
});

step('without the proxy no byte leaves, and calls go on when it is back', async (t, given, { received }) => {
  const { run, kubectl } = given;
  const pod = (await workerPod(given, team))?.metadata.name ?? '';
  const id = said(await kubectl('get', 'pod', pod, '-n', team, '-o', 'jsonpath={.status.containerStatuses[?(@.name=="proxy")].containerID}')).replace('containerd://', '');
  // It cannot be started again: its image is gone from the node.
  said(await run('ctr', 'images', 'rm', imageOf('proxy')));
  said(await run('ctr', 'tasks', 'kill', '--signal', 'SIGKILL', id));
  const [sent, made] = [received(), (await calls(given)).length];
  const without = await until('calls without a proxy', async () => { const later = (await calls(given)).slice(made); return later.filter((line) => !line.includes(' 200 ')).length >= 2 ? later : undefined; }, 60_000);
  t.log(without.join('\n'));
  t.is(received(), sent);
  said(await run('ctr', 'images', 'import', `/var/lib/rancher/k3s/agent/images/${given.archives.proxy}`));
  await until('a call by the new proxy', async () => ((await calls(given)).at(-1)?.includes(' 200 ') === true && received() > sent ? true : undefined), 120_000);
  t.pass();
});

step('uninstall leaves nothing, on the node neither', async (t, { clrk, kubectl, run }) => {
  const profile = ['cat', `/var/lib/kubelet/seccomp/${seccompProfile}`] as const;
  t.is((await run(...profile)).code, 0);
  // Not of the installation: it would keep its namespace.
  said(await kubectl('delete', 'configmap', 'offline', '-n', systemNamespace));
  const removed = await clrk('uninstall', '--delete-data', '--yes', '--timeout', '2m');
  t.is(removed.code, 0, removed.stderr);
  t.not((await run(...profile)).code, 0);
  said(await kubectl('delete', 'namespace', team, '--timeout=60s'));
  t.deepEqual((await everything(kubectl)).filter((name) => !before.includes(name)), []);
  t.is((await kubectl('get', 'namespace', systemNamespace, nodeNamespace, '--ignore-not-found', '-o', 'name')).stdout, '');
});
