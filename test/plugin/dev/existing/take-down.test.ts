// What a session removes from a cluster that was there, and what it leaves to others, on both kinds of server.
import test, { type ExecutionContext } from 'ava';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { annotations } from '../../../../operator/api/group.ts';
import type { DaemonAgent } from '../../../../operator/api/daemon-agent.ts';
import type { Kube, KubeObject } from '../../../../operator/kube/kube.ts';
import { agentSandboxRevisions, configmaps, crds, credentialInjectionPolicies, daemonAgents, events, namespaces, resourceOf, secrets } from '../../../../operator/kube/resources.ts';
import { revision } from '../../../../operator/plan/revision.ts';
import { leftBehind, Ledger } from '../../../../plugin/dev/existing/ledger.ts';
import { ensureNamespace, installKinds, installPool } from '../../../../plugin/dev/existing/prepare.ts';
import { Recording } from '../../../../plugin/dev/existing/recording.ts';
import { removeNamespaces, removeObjects, takeDown } from '../../../../plugin/dev/existing/take-down.ts';
import { inventory } from '../../../e2e/inventory.ts';
import { clusterKinds, startCluster } from '../../../support/cluster.ts';

const apiVersion = 'clrk.apoxy.dev/v1alpha1';
const agent = (name: string, pool = 'default'): KubeObject => ({ apiVersion, kind: 'DaemonAgent', metadata: { namespace: 'team', name }, spec: { workerPoolRef: pool, template: { spec: { image: 'curl:8' } } } });
const secret = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'team', name }, stringData: { token: 'x' } });
const policy = (name: string, of: string): KubeObject => ({ apiVersion, kind: 'CredentialInjectionPolicy', metadata: { namespace: 'team', name }, spec: { targetRefs: [{ group: 'clrk.apoxy.dev', kind: 'AIProviderRoute', name: 'r' }], target: 'Header', headerName: 'x-api-key', secretRef: { name: of } } });

function stateDir(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-ledger-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function put(kube: Kube, ...objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const resource = resourceOf(object);
    if (!resource) throw new Error(object.kind);
    await kube.apply(resource, object, { fieldManager: 'somebody' });
  }
}

const about = { server: 'https://cluster.example', cluster: 'one', flags: '--context test' };

for (const kind of clusterKinds) {
  test(`${kind}: what was recorded goes, what others made or came to use stays with a reason, until they are done with it`, async (t) => {
    const { kube } = await startCluster(t, { kind, installed: false });
    const folder = stateDir(t);
    const before = await inventory(kube);
    const first = new Ledger(folder, about);
    const recording = new Recording(kube, first);
    await ensureNamespace(recording.kube, 'clrk');
    t.deepEqual(await installKinds(recording.kube), []);
    await installPool(recording.kube, 'team');
    await put(recording.kube, agent('mine'), agent('again'), secret('used'), secret('unused'));
    t.is((await kube.get(daemonAgents, { namespace: 'team', name: 'mine' }))?.metadata.annotations?.[annotations.devSession], first.session);
    // As the operator does it: what belongs to an agent, and what is told of it.
    const mine = (await kube.get(daemonAgents, { namespace: 'team', name: 'mine' })) as unknown as DaemonAgent;
    const { uid = '' } = mine.metadata;
    await put(kube,
      revision(mine) as unknown as KubeObject,
      { apiVersion: 'v1', kind: 'Event', metadata: { namespace: 'team', name: 'mine.1' }, involvedObject: { apiVersion, kind: 'DaemonAgent', namespace: 'team', name: 'mine', uid }, reason: 'Told', message: 'told', type: 'Normal', source: { component: 'clrk-operator' }, firstTimestamp: '2026-01-02T15:04:05Z', lastTimestamp: '2026-01-02T15:04:05Z', count: 1 },
    );
    await kube.remove(daemonAgents, { namespace: 'team', name: 'again' });
    await put(kube, agent('again'), policy('theirs', 'used'));

    const told: string[] = [];
    const job = { kube, ledger: first, tell: (line: string) => void told.push(line), signal: new AbortController().signal, confirm: async () => undefined };
    await recording.close();
    await takeDown(job);
    await removeNamespaces(job);
    t.is(await kube.get(daemonAgents, { namespace: 'team', name: 'mine' }), undefined);
    t.deepEqual((await kube.list(agentSandboxRevisions)).items, []);
    t.deepEqual((await kube.list(events, { namespace: 'team' })).items, []);
    t.truthy(await kube.get(daemonAgents, { namespace: 'team', name: 'again' }), 'the same name, and another object');
    t.is(await kube.get(secrets, { namespace: 'team', name: 'unused' }), undefined);
    const definitions = told.filter((line) => /^kept CustomResourceDefinition \S+: there are objects that this session did not create: /.test(line));
    t.is(definitions.length, 6);
    const [forSecret, forPool, forNamespace, ...more] = told.filter((line) => !definitions.includes(line));
    t.is(forSecret, 'kept Secret team/used: CredentialInjectionPolicy team/theirs, which this session did not create, needs it');
    t.is(forPool, 'kept WorkerPool team/default: DaemonAgent team/again, which this session did not create, needs it');
    t.regex(forNamespace ?? '', /^kept Namespace team: it holds what this session did not create: .* and 1 more$/);
    t.deepEqual(more, []);
    t.is(await kube.get(namespaces, { name: 'clrk' }), undefined, 'nobody lives there');
    t.deepEqual([first.entries, leftBehind(folder)], [[], []]);

    for (const [resource, name] of [[daemonAgents, 'again'], [credentialInjectionPolicies, 'theirs'], [secrets, 'used']] as const) await kube.remove(resource, { namespace: 'team', name });
    for (const { metadata } of (await kube.list(crds)).items) await kube.remove(crds, metadata);
    await kube.remove(namespaces, { name: 'team' });
    for (let tries = 0; tries < 200 && (await inventory(kube)).length > before.length; tries += 1) await new Promise((resolve) => { setTimeout(resolve, 100); });
    t.deepEqual(await inventory(kube), before);
  });
}

test('an object that was about to be created is known by its mark: made, it goes; made by somebody else, it stays', async (t) => {
  const { kube } = await startCluster(t);
  const folder = stateDir(t);
  await put(kube, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  const killed = new Ledger(folder, about);
  for (const name of ['made', 'foreign', 'missing']) killed.intend({ resource: configmaps, namespace: 'team', name });
  await put(kube, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'team', name: 'made', annotations: { [annotations.devSession]: killed.session } } }, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'team', name: 'foreign' } });
  t.deepEqual(leftBehind(folder), [{ ...about, count: 3 }]);
  t.deepEqual(new Ledger(folder, { ...about, cluster: 'another at the same address' }).entries, []);

  const next = new Ledger(folder, about);
  t.not(next.session, killed.session);
  await removeObjects({ kube, ledger: next, tell: (line) => t.fail(line), signal: new AbortController().signal }, next.entries);
  t.is(await kube.get(configmaps, { namespace: 'team', name: 'made' }), undefined);
  t.truthy(await kube.get(configmaps, { namespace: 'team', name: 'foreign' }));
  t.deepEqual(readdirSync(join(folder, 'clusters')), [], 'nothing is left to be done');
});

test('the mark of a session is no part of a manifest: apply finds nothing to change and leaves it there', async (t) => {
  const { kube } = await startCluster(t);
  const ledger = new Ledger(stateDir(t), about);
  const recording = new Recording(kube, ledger);
  const map: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default', name: 'applied' }, data: { key: 'value' } };
  const options = { fieldManager: 'kubectl-clrk' };
  const mark = async (): Promise<unknown> => (await kube.get(configmaps, { namespace: 'default', name: 'applied' }))?.metadata.annotations;
  t.is((await recording.kube.apply(configmaps, map, options)).outcome, 'created');
  t.deepEqual(await mark(), { [annotations.devSession]: ledger.session });
  t.is((await kube.apply(configmaps, map, options)).outcome, 'unchanged');
  t.deepEqual(await mark(), { [annotations.devSession]: ledger.session });
  t.is((await recording.kube.apply(configmaps, { ...map, data: { key: 'other' } }, options)).outcome, 'configured');
  t.deepEqual(await mark(), { [annotations.devSession]: ledger.session });
  t.is((await kube.apply(configmaps, { ...map, data: { key: 'other' } }, options)).outcome, 'unchanged');
});

test('what was there before is changed without a mark, and what the server refuses is not written down', async (t) => {
  const { kube } = await startCluster(t);
  const ledger = new Ledger(stateDir(t), about);
  const recording = new Recording(kube, ledger);
  const map = (value: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default', name: 'theirs' }, data: { key: value } });
  await kube.apply(configmaps, map('old'), { fieldManager: 'somebody' });
  await recording.kube.apply(configmaps, map('new'), { fieldManager: 'somebody' });
  t.deepEqual([recording.changed, ledger.entries], [['configmap/theirs'], []]);
  t.is((await kube.get(configmaps, { namespace: 'default', name: 'theirs' }))?.metadata.annotations, undefined);
  await t.throwsAsync(recording.kube.apply(daemonAgents, { ...agent('bad'), metadata: { namespace: 'default', name: 'bad' }, spec: {} }, { fieldManager: 'somebody' }));
  t.deepEqual(ledger.entries, []);
  await recording.close();
  await t.throwsAsync(recording.kube.apply(configmaps, { ...map('late'), metadata: { namespace: 'default', name: 'late' } }, { fieldManager: 'somebody' }), { message: /creates nothing any more/ });
  t.is(await kube.get(configmaps, { namespace: 'default', name: 'late' }), undefined);
});

test('a ledger that cannot be read is told, and nothing is removed by guess', (t) => {
  const folder = stateDir(t);
  new Ledger(folder, about).intend({ resource: configmaps, namespace: 'a', name: 'b' });
  const [file = ''] = readdirSync(join(folder, 'clusters'));
  const path = join(folder, 'clusters', file);
  t.is(JSON.parse(readFileSync(path, 'utf8')).entries.length, 1);
  for (const text of ['{', 'null', '{"server":"x","cluster":"c","flags":"y","entries":[{"name":"z"}]}']) {
    writeFileSync(path, text);
    t.throws(() => new Ledger(folder, about), { message: /cannot be read/ });
    t.deepEqual(leftBehind(folder), []);
  }
});
