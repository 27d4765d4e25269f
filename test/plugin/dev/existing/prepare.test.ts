// Kinds and Secrets of a cluster that was there: what others keep is not touched, not even with our name, and goes with nobody's session.
import test, { type ExecutionContext } from 'ava';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crds as definitions } from '../../../../operator/install/crds.ts';
import type { Kube, KubeObject } from '../../../../operator/kube/kube.ts';
import { crds, daemonAgents, secrets } from '../../../../operator/kube/resources.ts';
import { Ledger } from '../../../../plugin/dev/existing/ledger.ts';
import { installKinds } from '../../../../plugin/dev/existing/prepare.ts';
import { Recording } from '../../../../plugin/dev/existing/recording.ts';
import { takeDown } from '../../../../plugin/dev/existing/take-down.ts';
import { applySecrets } from '../../../../plugin/dev/install.ts';
import { UserError } from '../../../../plugin/exit.ts';
import { Sealed } from '../../../../proxy/telemetry/sealed.ts';
import { clusterKinds, startCluster } from '../../../support/cluster.ts';

const name = 'daemonagents.clrk.apoxy.dev';
const agent: KubeObject = { apiVersion: 'clrk.apoxy.dev/v1alpha1', kind: 'DaemonAgent', metadata: { namespace: 'default', name: 'theirs' }, spec: { workerPoolRef: 'p', template: { spec: { image: 'curl:8' } } } };

/** A session that has installed the kinds, and what its end says. */
async function session(t: ExecutionContext, kube: Kube) {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-prepare-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const ledger = new Ledger(folder, { server: 'https://cluster.example', cluster: 'one', flags: '' });
  const recording = new Recording(kube, ledger);
  const told: string[] = [];
  const job = { kube, ledger, tell: (line: string) => void told.push(line), signal: new AbortController().signal, confirm: async () => undefined };
  return { recording, ledger, end: async () => {
    await takeDown(job);
    return told;
  } };
}
const change = async (kube: Kube, how: (definition: KubeObject) => KubeObject): Promise<KubeObject> => {
  const found = await kube.get(crds, { name });
  if (!found) throw new Error(`${name} is gone`);
  return kube.replace(crds, how(found));
};

for (const kind of clusterKinds) {
  test(`${kind}: a definition that somebody gave another version keeps its objects, and one that others write too stays`, async (t) => {
    const { kube } = await startCluster(t, { kind, installed: false });
    const { recording, end } = await session(t, kube);
    await installKinds(recording.kube);
    await kube.create(daemonAgents, agent);
    // As an upgrade by somebody else: the version that we know is not served any more, and our lists of it find nothing.
    const before = (await kube.get(crds, { name }))?.['spec'] as { readonly versions: readonly object[] } | undefined;
    const [ours] = before?.versions ?? [];
    const spec = { ...before, versions: [{ ...ours, name: 'v1', storage: true }, { ...ours, served: false, storage: false }] };
    await kube.apply(crds, { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name }, spec }, { fieldManager: 'kubectl-clrk-dev', force: true });
    const pools = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'workerpools.clrk.apoxy.dev', labels: { team: 'platform' } } };
    await kube.apply(crds, pools, { fieldManager: 'gitops' });
    const v1 = { ...daemonAgents, version: 'v1' };
    for (let tries = 0; tries < 100 && (await kube.list(v1).catch(() => undefined)) === undefined; tries += 1) await new Promise((resolve) => { setTimeout(resolve, 50); });
    const told = await end();
    t.deepEqual(told.toSorted(), [
      `kept CustomResourceDefinition ${name}: there are objects that this session did not create: DaemonAgent default/theirs`,
      'kept CustomResourceDefinition workerpools.clrk.apoxy.dev: somebody else has a part in it by now: gitops',
    ]);
    t.truthy(await kube.get(v1, { namespace: 'default', name: 'theirs' }));
  });

  test(`${kind}: kinds that are there as they must be are left alone; in use and of another version they are not changed unasked`, async (t) => {
    const { kube } = await startCluster(t, { kind, installed: false });
    for (const object of definitions()) await kube.apply(crds, object, { fieldManager: 'gitops' });
    const version = (await kube.get(crds, { name }))?.metadata.resourceVersion;
    const first = await session(t, kube);
    t.deepEqual([await installKinds(first.recording.kube), first.ledger.entries], [[], []]);
    t.is((await kube.get(crds, { name }))?.metadata.resourceVersion, version);

    await change(kube, (definition) => ({ ...definition, metadata: { ...definition.metadata, annotations: { 'clrk.apoxy.dev/version': '0.0.1' } } }));
    await kube.create(daemonAgents, agent);
    const refused = await t.throwsAsync(installKinds(first.recording.kube), { instanceOf: UserError });
    t.deepEqual(refused.lines, [`CustomResourceDefinition ${name} is of 0.0.1, and there is 1 object of it`]);
    t.deepEqual(await installKinds(first.recording.kube, { force: true }), [`CustomResourceDefinition ${name}`]);
    t.deepEqual(await first.end(), []);
    t.is((await kube.list(crds)).items.length, 6);
  });
}

test('a Secret that others filled gets neither a key nor a name of ours', async (t) => {
  const { kube } = await startCluster(t, { installed: false });
  const theirs: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'default', name: 'keys' }, type: 'Opaque', data: { one: Buffer.from('1').toString('base64') } };
  await kube.apply(secrets, theirs, { fieldManager: 'gitops' });
  const stored = await kube.get(secrets, theirs.metadata);
  const write = (key: string, value: string): Promise<void> => applySecrets(kube, [{ name: 'keys', values: new Map([[key, Sealed.of(value)]]) }], { namespace: 'default', force: false });
  await write('one', '1');
  await t.throwsAsync(write('one', '2'), { message: /^Secret default\/keys is there already, with a value that this session did not set$/ });
  await t.throwsAsync(write('two', '2'), { instanceOf: UserError });
  t.deepEqual(await kube.get(secrets, theirs.metadata), stored);
});
