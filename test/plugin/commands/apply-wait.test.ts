// `apply --wait` on each kind of cluster: what is in effect, what is in the way, and how a wait ends early.
import test, { type ExecutionContext } from 'ava';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kube, KubeObject } from '../../../operator/kube/kube.ts';
import { egressGateways, workerPools } from '../../../operator/kube/resources.ts';
import { Interrupted } from '../../../plugin/exit.ts';
import { clusterKinds, startCluster, type ClusterKind } from '../../support/cluster.ts';
import { hear } from '../../support/transcript.ts';

const group = 'clrk.apoxy.dev/v1alpha1';
const pool = { apiVersion: group, kind: 'WorkerPool', metadata: { name: 'p', namespace: 'default' }, spec: { replicas: 1, template: { image: 'worker' } } };
const gateway = { apiVersion: group, kind: 'EgressGateway', metadata: { name: 'g', namespace: 'default' }, spec: { listeners: [{ name: 'web', protocol: 'HTTP' }] } };

async function prepare(t: ExecutionContext, kind: ClusterKind, ...objects: readonly object[]) {
  const home = mkdtempSync(join(tmpdir(), 'clrk-wait-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  writeFileSync(join(home, 'm.yaml'), objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  const cluster = await startCluster(t, { kind, kubeconfig: join(home, '.clrk/kubeconfig.host') });
  return { ...cluster, run: (line: string, interruption?: AbortSignal) => hear(line, { home, env: {}, ...(interruption ? { interruption } : {}) }) };
}

const verdict = (type: string, status: string, reason: string) => ({ type, status, reason, message: `${type} as told`, lastTransitionTime: '2026-01-02T15:04:05Z', observedGeneration: 1 });
const tell = (kube: Kube, { apiVersion, kind, metadata }: KubeObject, ...conditions: readonly object[]) =>
  kube.apply(kind === 'WorkerPool' ? workerPools : egressGateways, { apiVersion, kind, metadata, status: { conditions } }, { fieldManager: 'test', force: true, subresource: 'status' });

async function stored(kube: Kube): Promise<void> {
  while ((await kube.get(egressGateways, gateway.metadata)) === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
}

for (const kind of clusterKinds) {
  test.serial(`${kind}: a wait ends when everything is in effect, a namespace and a definition too`, async (t) => {
    const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'things.example.com' }, spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'things', kind: 'Thing' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }] } };
    const { kube, run } = await prepare(t, kind, pool, gateway, definition, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } }, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } });
    const applying = run('kubectl clrk apply -f m.yaml --wait --timeout 60s --local');
    await stored(kube);
    await tell(kube, gateway, verdict('Ready', 'False', 'GatewayMissing'));
    await tell(kube, pool, verdict('Configured', 'True', 'SpecValid'), verdict('Available', 'True', 'WorkersReady'));
    await tell(kube, gateway, verdict('Ready', 'True', 'GatewayProgrammed'));
    const { code, stdout, stderr } = await applying;
    t.is(stderr, '');
    t.is(code, 0);
    const effects = stdout.split('\n').filter((line) => line.endsWith(' in effect')).toSorted();
    t.deepEqual(effects, ['customresourcedefinition.apiextensions.k8s.io/things.example.com in effect', 'egressgateway.clrk.apoxy.dev/g in effect', 'namespace/team in effect', 'workerpool.clrk.apoxy.dev/p in effect']);
  });

  test.serial(`${kind}: a wait that is too long ends with 124 and says what is in the way of each object and where to look`, async (t) => {
    const { kube, run } = await prepare(t, kind, pool, gateway);
    for (const one of [pool, gateway]) await kube.apply(one.kind === 'WorkerPool' ? workerPools : egressGateways, one, { fieldManager: 'kubectl-clrk' });
    await tell(kube, gateway, verdict('Ready', 'False', 'GatewayMissing'));
    const { code, stderr } = await run('kubectl clrk apply -f m.yaml --wait --timeout 300ms --local');
    t.is(code, 124);
    t.deepEqual(stderr.split('\n').slice(0, 3), [
      'workerpool.clrk.apoxy.dev/p: Configured: nobody has looked at it yet',
      'egressgateway.clrk.apoxy.dev/g: Ready: GatewayMissing: Ready as told',
      'error: 2 of 2 not in effect after 300ms; all objects are applied',
    ]);
    t.regex(stderr, /hint: look: kubectl describe egressgateway\.clrk\.apoxy\.dev g -n default --kubeconfig \S+kubeconfig\.host\n/);
    // Without hope nobody waits.
    await tell(kube, gateway, verdict('Ready', 'False', 'InvalidSpec'));
    await tell(kube, pool, verdict('Configured', 'True', 'SpecValid'), verdict('Available', 'True', 'WorkersReady'));
    const hopeless = await run('kubectl clrk apply -f m.yaml --wait --timeout 60s --local');
    t.is(hopeless.code, 1);
    t.regex(hopeless.stderr, /^egressgateway\.clrk\.apoxy\.dev\/g can't come into effect as it is: Ready: InvalidSpec: Ready as told\n/);
    t.regex(hopeless.stderr, /error: 1 of 2 cannot come into effect as written; all objects are applied\n/);
  });

  test.serial(`${kind}: Ctrl-C in a wait ends it at once and says that the objects are applied`, async (t) => {
    const { kube, run } = await prepare(t, kind, gateway);
    const ctrlC = new AbortController();
    const applying = run('kubectl clrk apply -f m.yaml --wait --local', ctrlC.signal);
    await stored(kube);
    ctrlC.abort(new Interrupted('SIGINT'));
    const { code, stdout, stderr } = await applying;
    t.is(code, 130);
    t.is(stdout, 'egressgateway.clrk.apoxy.dev/g created\n');
    t.is(stderr, 'interrupted: the objects are applied, 1 of 1 not in effect yet\n');
  });

  test.serial(`${kind}: an object that somebody deletes is not waited for any longer, and a server that goes away is`, async (t) => {
    const { kube, run, restart } = await prepare(t, kind, gateway);
    const applying = run('kubectl clrk apply -f m.yaml --wait --timeout 60s --local');
    await stored(kube);
    await restart();
    await tell(kube, gateway, verdict('Ready', 'False', 'GatewayMissing'));
    await kube.remove(egressGateways, gateway.metadata);
    const { code, stderr } = await applying;
    t.is(code, 1);
    t.regex(stderr, /egressgateway\.clrk\.apoxy\.dev\/g can't come into effect as it is: the object: Gone: somebody deleted it\n/);
    t.regex(stderr, /error: 1 of 1 cannot come into effect as written; all objects are applied\n/);
  });
}
