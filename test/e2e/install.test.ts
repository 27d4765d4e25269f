// An installation in a cluster with a real node: it comes up, every check is green, workers run, and after an uninstall nothing is left, on the node neither.
import test from 'ava';
import type { KubeObject } from '../../operator/kube/kube.ts';
import { imageOf, seccompProfile } from '../../operator/install/names.ts';
import { workerPools } from '../../operator/kube/resources.ts';
import { sayLacking } from '../support/docker.ts';
import { lacking, openCluster, said, until, type Cluster } from './in-cluster.ts';

const profile = `/var/lib/kubelet/seccomp/${seccompProfile}`;
const pool: KubeObject = { apiVersion: 'clrk.apoxy.dev/v1alpha1', kind: 'WorkerPool', metadata: { name: 'p', namespace: 'default' }, spec: { replicas: 1, template: { image: imageOf('sandbox') } } };

interface Report {
  readonly ok: boolean;
  readonly checks: readonly { readonly code: string; readonly level: string; readonly message: string; readonly details: readonly string[] }[];
}

const lines = (text: string): readonly string[] => text.split('\n').filter(Boolean);

/** All but what the cluster makes and removes by itself as time passes. */
async function everything({ kubectl }: Cluster): Promise<readonly string[]> {
  const kinds = lines(said(await kubectl('api-resources', '--verbs=list', '-o', 'name'))).filter((name) => !/^(events|componentstatuses|leases)/.test(name));
  return lines(said(await kubectl('get', kinds.join(','), '-A', '-o', String.raw`jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name} {.metadata.uid}{"\n"}{end}`))).toSorted();
}

test.serial('install brings everything up, check finds no fault, and uninstall leaves nothing in the cluster and on the node', async (t) => {
  t.timeout(400_000);
  const lack = lacking();
  const cluster = lack === undefined ? await openCluster() : undefined;
  if (!cluster) return sayLacking(t);
  t.teardown(() => cluster.stop());
  const { clrk, kubectl, run, kube } = cluster;
  await until('the cluster to settle', async () => ((await kubectl('wait', '--for=condition=Available', 'deployment', '--all', '-A', '--timeout=60s')).code === 0 ? true : undefined));
  const before = await everything(cluster);

  const installed = await clrk('install', '--yes', '--timeout', '2m');
  t.is(installed.code, 0, installed.stderr);
  t.regex(installed.stderr, /deployment\.apps\/clrk-operator in effect\n/);
  t.is((await run('cat', profile)).code, 0);
  const whole = await clrk('check', '-o', 'json');
  t.is(whole.code, 0, whole.stdout);
  t.deepEqual((JSON.parse(whole.stdout) as Report).checks.filter(({ level }) => level !== 'ok'), []);

  await kube.apply(workerPools, pool, { fieldManager: 'test' });
  const last = async (): Promise<string> => (await clrk('check')).stdout + (await kubectl('describe', 'pods', '-n', 'default')).stdout;
  await until('the pool', async () => (/✓ pools +all 1 in effect/.test((await clrk('check')).stdout) ? true : undefined), 120_000, last);

  const removed = await clrk('uninstall', '--yes', '--delete-data', '--timeout', '3m');
  t.is(removed.code, 0, removed.stderr);
  t.notRegex(removed.stderr, /warning:|kept/);
  t.not((await run('cat', profile)).code, 0, 'the profile is off the node');
  await until('pods to be gone', async () => (lines((await kubectl('get', 'pods', '-n', 'default', '-o', 'name')).stdout).length === 0 ? true : undefined), 60_000);
  t.deepEqual(await everything(cluster), before);
});
