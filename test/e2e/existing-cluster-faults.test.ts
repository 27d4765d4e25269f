// `dev --context` where others are at work too: a value that is theirs, a namespace of its own, --keep, and a cluster that dies before the end.
import test, { type ExecutionContext } from 'ava';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kube, KubeObject } from '../../operator/kube/kube.ts';
import { crds, daemonAgents, namespaces, secrets, workerPools } from '../../operator/kube/resources.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { inventory } from './inventory.ts';
import { Home, Session, manifests } from './session.ts';

const agent = ['--apply', manifests, '--secret', 'anthropic-credentials=ANTHROPIC_API_KEY:api-key'];

async function there(t: ExecutionContext, cluster?: TestCluster): Promise<{ readonly cluster: TestCluster; readonly home: Home; readonly start: (...args: readonly string[]) => Session }> {
  const home = new Home();
  t.teardown(() => home.remove());
  const used = cluster ?? (await startCluster(t, { installed: false, kubeconfig: join(home.path, 'cluster.kubeconfig') }));
  const start = (...args: readonly string[]): Session => {
    const session = new Session(home, ['--kubeconfig', used.kubeconfig, '--offline', ...args], { ANTHROPIC_API_KEY: 'sk-ant-made-up' });
    t.teardown(() => session.stop('SIGKILL'));
    return session;
  };
  return { cluster: used, home, start };
}

const secret = (value: string): KubeObject => ({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'default', name: 'anthropic-credentials' }, type: 'Opaque', data: { 'api-key': Buffer.from(value).toString('base64') } });
const valueOf = async (kube: Kube): Promise<unknown> => ((await kube.get(secrets, { namespace: 'default', name: 'anthropic-credentials' }))?.['data'] as Readonly<Record<string, string>> | undefined)?.['api-key'];

test.serial("a Secret that others filled keeps its value, unless it is taken over; then it stays, and so does a person's own agent with the kinds", async (t) => {
  const { cluster: { kube }, home, start } = await there(t);
  await kube.apply(secrets, secret('theirs'), { fieldManager: 'somebody' });
  const before = await inventory(kube);
  const refused = start(...agent);
  t.is(await refused.exit, 1);
  t.regex(refused.text, /error: Secret default\/anthropic-credentials is there already, with a value that this session did not set\nhint: leave --secret out to use it as it is\nhint: take it over, for good: --force-conflicts/);
  t.is(await valueOf(kube), Buffer.from('theirs').toString('base64'));
  t.deepEqual(await inventory(kube), before, refused.text);

  const taking = start(...agent, '--force-conflicts');
  await taking.until(/Running on worker-0/);
  const own = join(home.path, 'own.yaml');
  writeFileSync(own, 'apiVersion: clrk.apoxy.dev/v1alpha1\nkind: DaemonAgent\nmetadata: {name: own, namespace: default}\nspec: {workerPoolRef: default, template: {spec: {image: "example.com/none:1"}}}\n');
  const applied = await home.clrkCommand('apply', '-f', own, '--local');
  t.is(applied.code, 0, applied.stderr);
  t.is(await taking.stop('SIGINT'), 0, taking.text);
  t.regex(taking.text, /kept WorkerPool default\/default: DaemonAgent default\/own, which this session did not create, needs it/);
  t.regex(taking.text, /kept CustomResourceDefinition daemonagents\.clrk\.apoxy\.dev: there are objects that this session did not create: DaemonAgent default\/own/);
  t.regex(taking.text, /secret\/anthropic-credentials was there before and stays as it is now/);
  t.regex(taking.text, /what this session created in the cluster is removed, but for what is said above/);
  t.deepEqual((await kube.list(daemonAgents)).items.map(({ metadata }) => metadata.name), ['own']);
  t.is(await valueOf(kube), Buffer.from('sk-ant-made-up').toString('base64'));
  t.is((await kube.list(crds)).items.length, 6);
});

test.serial('--keep leaves all but the hold on the cluster, and a session after it finds its work and takes none of it away', async (t) => {
  const { cluster: { kube }, start } = await there(t);
  const first = start(...agent, '-n', 'team', '--keep');
  t.regex((await first.until(/warning: using .*/))[0], /what is created there stays/);
  await first.until(/agent team\/echo-bot Running/);
  t.is(await first.stop('SIGINT'), 0, first.text);
  t.regex(first.text, /what this session created in the cluster stays there, as --keep says/);
  const without = (lines: readonly string[]): readonly string[] => lines.filter((line) => !line.startsWith('Event') && !line.startsWith('AgentSandboxRevision'));
  const kept = without(await inventory(kube));
  t.true(kept.some((line) => line.startsWith('DaemonAgent team/echo-bot')));
  t.false(kept.some((line) => line.startsWith('Lease clrk/')));
  const second = start('-n', 'team');
  await second.until(/agent team\/echo-bot Running/);
  t.is(await second.stop('SIGINT'), 0, second.text);
  t.deepEqual(without(await inventory(kube)), kept, second.text);
});

test.serial('a program that logs in gets its variables in the operator too, and no others', async (t) => {
  const { cluster, home } = await there(t);
  const config = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8')) as { users: { name: string; user: Readonly<Record<string, string>> }[] };
  const { 'client-certificate-data': certificate = '', 'client-key-data': key = '' } = config.users[0]?.user ?? {};
  const status = { clientCertificateData: Buffer.from(certificate, 'base64').toString(), clientKeyData: Buffer.from(key, 'base64').toString() };
  mkdirSync(join(home.path, 'bin'));
  writeFileSync(join(home.path, 'answer.json'), JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status }));
  // Beside the kubeconfig; it looks as strict as such programs are.
  const said = join(home.path, 'said');
  writeFileSync(join(home.path, 'bin/login'), `#!/bin/sh\n[ "$AWS_PROFILE" = dev ] && [ -n "$KUBERNETES_EXEC_INFO" ] && [ -n "$HOME" ] || { echo "no profile" >&2; exit 1; }\necho "$PPID other=$OTHER_KEY" >> ${said}\ncat ${join(home.path, 'answer.json')}\n`, { mode: 0o755 });
  const user = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './bin/login', interactiveMode: 'Never' } };
  const file = join(home.path, 'exec.kubeconfig');
  writeFileSync(file, JSON.stringify({ ...config, users: [{ name: config.users[0]?.name, user }] }));
  const before = await inventory(cluster.kube);

  const session = new Session(home, ['--offline', '--kubeconfig', file, ...agent], { ANTHROPIC_API_KEY: 'sk-ant-made-up', AWS_PROFILE: 'dev', OTHER_KEY: 'other' });
  t.teardown(() => session.stop('SIGKILL'));
  await session.until(/agent default\/echo-bot Running/);
  const calls = readFileSync(said, 'utf8').trim().split('\n');
  t.true(calls.includes(`${session.process.pid} other=other`), 'the session itself has the whole shell');
  t.true(calls.some((line) => line.endsWith(' other=')), 'the operator does not');
  t.is(await session.stop('SIGINT'), 0, session.text);
  t.deepEqual(await inventory(cluster.kube), before, session.text);
  const failing = await home.clrkCommand('dev', '--offline', '--no-tui', '--kubeconfig', file);
  t.is(failing.code, 1);
  t.regex(failing.stderr, /error: context test cannot be used: logging in to \S+ as test with `\S+bin\/login`: no profile/);
});

test.serial('a cluster that is dead at the end is told, another cluster is told of it, and the next run there removes what is left', async (t) => {
  const first = await there(t);
  const { kube } = first.cluster;
  const before = await inventory(kube);
  const session = first.start(...agent, '-n', 'team');
  await session.until(/agent team\/echo-bot Running/);
  const server = first.cluster.process();
  server.kill('SIGSTOP');
  t.teardown(() => void server.kill('SIGCONT'));
  await session.until(/the cluster is away/);
  t.is(await session.stop('SIGINT'), 0, session.text);
  t.regex(session.text, /warning: not everything could be removed: (?:reaching the API server .*|the cluster does not answer)\n.*the next run removes what is left: kubectl clrk dev --kubeconfig \S+cluster\.kubeconfig\n/);
  await first.cluster.restart();

  const embedded = new Session(first.home, ['--offline']);
  t.teardown(() => embedded.stop('SIGKILL'));
  await embedded.until(new RegExp(`an earlier session left \\d+ objects in the cluster at ${first.cluster.server}; remove them: kubectl clrk dev --kubeconfig \\S+, then Ctrl-C`));
  await embedded.until(/worker-0 ready/);
  await embedded.stop('SIGINT');
  t.truthy(await kube.get(namespaces, { name: 'team' }));
  t.truthy(await kube.get(workerPools, { namespace: 'team', name: 'default' }));

  const next = first.start('-n', 'other');
  await next.until(/an earlier session ended without removing/);
  await next.until(/worker-0 ready/);
  t.is(await next.stop('SIGINT'), 0, next.text);
  t.deepEqual(await inventory(kube), before, next.text);
});
