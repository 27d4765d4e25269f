// What others have in a cluster, with our labels, our names or in our namespaces, is neither believed nor hurt by an installation.
import { setTimeout as sleep } from 'node:timers/promises';
import { annotations } from '../../../operator/api/group.ts';
import { installLabels, installLease, madeLabels } from '../../../operator/install/names.ts';
import { leases, namespaces } from '../../../operator/kube/resources.ts';
import { onReal } from '../../support/on-real.ts';
import { rig, type Rig } from './rig.ts';

const stream = (...objects: readonly object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
const pool = stream({ apiVersion: 'clrk.apoxy.dev/v1alpha1', kind: 'WorkerPool', metadata: { name: 'p', namespace: 'default' }, spec: { replicas: 1, template: { image: 'x' } } });
const podSpec = { containers: [{ name: 'c', image: 'registry.example.com/theirs' }] };
const template = { metadata: { labels: { app: 'theirs' } }, spec: podSpec };
const selector = { matchLabels: { app: 'theirs' } };

async function until(look: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await look()); tries++) {
    if (tries > 600) throw new Error(`not so after ${tries} looks: ${String(look)}`);
    await sleep(50);
  }
}

onReal('labels alone make nothing ours: what others marked is not counted, not run on the nodes, and not taken out', async (t) => {
  const { clrk, kubectl, everything } = await rig(t);
  const labels = installLabels;
  await kubectl(['create', 'namespace', 'a-team']);
  const marked = (name: string) => ({ name, namespace: 'a-team', labels, annotations: { [annotations.version]: '99.0.0' } });
  const volumes = [{ name: 'node', hostPath: { path: '/etc/seccomp/x' } }];
  const applied = await kubectl(['apply', '-f', '-'], stream(
    { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: marked('copied'), spec: { selector, template: { ...template, spec: { ...podSpec, volumes } } } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: marked('copied'), spec: { selector, template } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'copied-workers', namespace: 'a-team', labels: madeLabels }, spec: { selector, template } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'copied', namespace: 'a-team', labels: madeLabels } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'b-team', labels } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'team-view', labels }, rules: [] },
  ));
  t.is(applied.code, 0, applied.stderr);
  await kubectl(['patch', 'daemonset', 'copied', '-n', 'a-team', '--subresource=status', '--type=merge', '-p', '{"status":{"desiredNumberScheduled":1,"currentNumberScheduled":1,"numberMisscheduled":0,"numberReady":0}}']);
  const theirs = async () => (await everything()).filter((line) => /copied|-team/.test(line));
  const before = await theirs();
  const installed = await clrk('install --yes --no-wait');
  t.is(installed.code, 0, installed.stderr);
  t.regex(installed.stderr, /installation +none is there/);
  const { code, stdout, stderr } = await clrk('uninstall --yes');
  t.is(code, 0, stderr);
  t.regex(stdout, /daemonset\.apps\/clrk-node deleted/);
  t.notRegex(stdout, /copied|team/);
  t.deepEqual(await theirs(), before);
});

onReal('an agent or pool that is made while an uninstall goes on does not go with the definition of its kind', async (t) => {
  const { clrk, kubectl } = await rig(t);
  await clrk('install --yes --no-wait');
  const hold = (finalizers: string) => kubectl(['patch', 'serviceaccount', 'clrk-operator', '-n', 'clrk', '--type=merge', '-p', `{"metadata":{"finalizers":${finalizers}}}`]);
  await hold('["example.com/hold"]');
  const running = clrk('uninstall --yes --timeout 60s');
  await until(async () => (await kubectl(['get', 'serviceaccount', 'clrk-operator', '-n', 'clrk', '-o', 'jsonpath={.metadata.deletionTimestamp}'])).stdout !== '');
  t.is((await kubectl(['apply', '-f', '-'], pool)).code, 0);
  await hold('null');
  const { code, stderr } = await running;
  t.is(code, 0, stderr);
  t.regex(stderr, /kept \S+\/workerpools\.clrk\.apoxy\.dev: 1 object of it is there/);
  t.regex(stderr, /CLRK is uninstalled, but for 6 objects that stay/);
  t.is((await kubectl(['get', 'workerpool', 'p'])).code, 0);
});

const podOf = ({ kubectl }: Rig, name: string) => kubectl(['run', name, '-n', 'clrk', '--image', 'registry.example.com/theirs', '--overrides', '{"spec":{"automountServiceAccountToken":false}}']);

onReal('a namespace clrk of somebody else is not closed while their pods run there, and is left as it was', async (t) => {
  const site = await rig(t);
  const { clrk, kubectl, kube } = site;
  await kubectl(['create', 'namespace', 'clrk']);
  await until(async () => (await podOf(site, 'theirs')).code === 0);
  const refused = await clrk('install --yes --no-wait');
  t.is(refused.code, 1);
  t.regex(refused.stderr, /× pod security +an installation would close the network of pods that are not its own[^\n]*\n +namespace clrk has a pod of somebody else: theirs\n/);
  await kubectl(['delete', 'pod', 'theirs', '-n', 'clrk', '--grace-period=0', '--force']);
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  await kube.create(leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace: 'clrk', name: installLease }, spec: { holderIdentity: '\u001b[2Jroot', leaseDurationSeconds: 1, renewTime } });
  const installed = await clrk('install --yes --no-wait');
  t.is(installed.code, 0, installed.stderr);
  t.true(installed.stderr.includes('\\x1b[2Jroot has begun here'));
  const { code, stderr } = await clrk('uninstall --yes');
  t.is(code, 0, stderr);
  t.regex(stderr, /kept namespace\/clrk: it was there before, made by kubectl-create/);
  t.deepEqual((await kube.get(namespaces, { name: 'clrk' }))?.metadata.labels, { 'kubernetes.io/metadata.name': 'clrk' });
  t.regex((await clrk('uninstall --yes')).stderr, /there is nothing of an installation in this cluster/);
});

onReal('whoever uninstalls keeps others away until nothing can be made in the namespace any more', async (t) => {
  const { clrk, kube } = await rig(t);
  await clrk('install --yes --no-wait');
  const ending = new AbortController();
  t.teardown(() => ending.abort());
  const seen = { closed: 0, released: 0, watching: 0 };
  const follow = async (resource: typeof leases, name: string, take: (type: string, version: number, isLeaving: boolean) => void): Promise<void> => {
    for await (const event of kube.watch(resource, { signal: ending.signal, ...(resource.namespaced ? { namespace: 'clrk' } : {}) })) {
      if (event.type === 'SYNCED') seen.watching++;
      else if (event.object.metadata.name === name) take(event.type, Number(event.object.metadata.resourceVersion), event.object.metadata.deletionTimestamp !== undefined);
    }
  };
  follow(namespaces, 'clrk', (_type, version, isLeaving) => { if (isLeaving && seen.closed === 0) seen.closed = version; }).catch(() => undefined);
  follow(leases, installLease, (type, version) => { if (type === 'DELETED') seen.released = version; }).catch(() => undefined);
  await until(() => Promise.resolve(seen.watching === 2));
  t.is((await clrk('uninstall --yes')).code, 0);
  await until(() => Promise.resolve(seen.closed > 0 && seen.released > 0));
  t.true(seen.released > seen.closed, JSON.stringify(seen));
});

onReal('a namespace that is just going is told as that, and not as a right that lacks', async (t) => {
  const { clrk, kubectl } = await rig(t);
  await kubectl(['create', 'namespace', 'clrk']);
  const held = stream({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', namespace: 'clrk', finalizers: ['example.com/hold'] } });
  await kubectl(['apply', '-f', '-'], held);
  await kubectl(['delete', 'namespace', 'clrk', '--wait=false']);
  const refused = await clrk('install --yes --no-wait');
  t.is(refused.code, 1);
  t.regex(refused.stderr, /× pod security +namespace clrk is being deleted, and takes nothing new\n +hint: wait until it is gone/);
  await kubectl(['patch', 'configmap', 'held', '-n', 'clrk', '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
});
