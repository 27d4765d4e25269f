// Why workers do not come up is told in the words of whoever stands in the way, with what to do.
import test from 'ava';
import type { Condition } from '../../operator/api/conditions.ts';
import type { WorkerPool } from '../../operator/api/worker-pool.ts';
import { startControllers } from '../../operator/controllers/controllers.ts';
import type { Kube, KubeObject } from '../../operator/kube/kube.ts';
import { workerPools } from '../../operator/kube/resources.ts';
import { hindrance } from '../../operator/plan/worker-health.ts';
import { logger } from '../../proxy/telemetry/log.ts';
import { clusterKinds } from '../support/cluster.ts';
import { namespace, operatorAccountIn, put } from './account.ts';
import { pool } from './echo-bot.ts';
import { eventually } from './rig.ts';

const deployment = (message?: string): KubeObject => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'small-workers', namespace: 'team-a' }, status: { conditions: message === undefined ? [] : [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }] } });
const pod = (status: object, metadata: object = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'small-workers-1', ...metadata }, status });
const waiting = (reason: string, message = '', more: object = {}): KubeObject => pod({ containerStatuses: [{ name: 'worker', image: 'registry.test/w:1', state: { waiting: { reason, message } }, ...more }] });

const rows: readonly [string, KubeObject | undefined, readonly KubeObject[], string | undefined, RegExp][] = [
  ['nothing is wrong', deployment(), [pod({ conditions: [{ type: 'PodScheduled', status: 'True' }], containerStatuses: [{ name: 'worker', state: {} }] })], undefined, /^$/],
  ['there is no Deployment yet', undefined, [], undefined, /^$/],
  ['the level of the namespace', deployment('pods "x" is forbidden: violates PodSecurity "restricted:latest": seLinux'), [], 'ForbiddenByPodSecurity', /^namespace team-a does not let workers in: .*seLinux/],
  ['a quota', deployment('pods "x" is forbidden: exceeded quota: small, requested: pods=1'), [], 'QuotaExceeded', /ResourceQuota of namespace team-a/],
  ['a webhook', deployment('admission webhook "x" denied the request'), [], 'ObjectsRefused', /webhook/],
  ['an image that is not there', deployment(), [waiting('ImagePullBackOff', 'Back-off pulling image\n  "registry.test/w:1"')], 'ImagePullFailed', /registry\.test\/w:1 of container worker .*Back-off pulling image "registry.*imagePullSecrets/],
  ['a node without the profile', deployment(), [waiting('CreateContainerError', 'cannot load seccomp profile "/var/lib/kubelet/seccomp/clrk/worker.json"')], 'WorkerFailing', /no seccomp profile clrk\/worker\.json, which DaemonSet clrk-node/],
  ['a worker that ends', deployment(), [waiting('CrashLoopBackOff', 'back-off 10s', { restartCount: 3, lastState: { terminated: { exitCode: 2, reason: 'Error' } } })], 'WorkerFailing', /ended with 2 \(Error\) and was started 3 times.*kubectl logs small-workers-1 -c worker --previous/],
  ['no node', deployment(), [pod({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' }] })], 'Unschedulable', /0\/3 nodes/],
  ['a pod that is not started', deployment(), [pod({ containerStatuses: [{ name: 'worker', state: { waiting: { reason: 'ContainerCreating' } } }] }, { namespace: 'team-a', creationTimestamp: '2026-01-02T00:00:30Z' })], 'WorkerFailing', /kubectl describe pod -n team-a small-workers-1/],
  ['a pod that was only just made', deployment(), [pod({ containerStatuses: [{ name: 'worker', state: { waiting: { reason: 'ContainerCreating' } } }] }, { creationTimestamp: '2026-01-02T00:01:30Z' })], undefined, /^$/],
  ['a pod that leaves', deployment(), [pod({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] }, { deletionTimestamp: 'now' })], undefined, /^$/],
];
for (const [title, found, pods, reason, message] of rows) test(`workers that do not come up: ${title}`, (t) => {
  const told = hindrance(found, pods, new Date('2026-01-02T00:02:00Z'));
  t.is(told?.reason, reason as never);
  t.regex(told?.message ?? '', message);
});

async function text(kube: Kube, path: string): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of (await kube.request('GET', path)).body) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}

if (clusterKinds.includes('real')) test('real: Pod Security, a quota and a Deployment of somebody else are told in the conditions of the pool', async (t) => {
  t.timeout(120_000);
  const { admin, operator } = await operatorAccountIn(t, ['deployment-controller', 'replicaset-controller', 'resourcequota-controller']);
  const settings = { proxyImage: 'p', doorUrl: 'https://clrk-operator.clrk.svc:8443', imagePullSecrets: [], appArmor: { type: 'Unconfined' } as const };
  const controllers = startControllers(operator, logger('operator', { write: () => undefined }), { settings, authority: () => 'PEM', onAuthority: () => undefined });
  t.teardown(() => controllers.close());
  await put(admin, namespace('closed', { 'pod-security.kubernetes.io/enforce': 'restricted' }), namespace('full'), namespace('taken'));
  const quota = await admin.request('POST', '/api/v1/namespaces/full/resourcequotas', { body: JSON.stringify({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'small' }, spec: { hard: { pods: '0' } } }) });
  for await (const _ of quota.body) t.is(quota.status, 201);
  // A quota that nobody has counted yet refuses in other words, and whoever was refused waits ever longer.
  await eventually(() => text(admin, '/api/v1/namespaces/full/resourcequotas/small'), (live) => live.includes('"used":{"pods":"0"}'));
  const selector = { matchLabels: { a: 'b' } };
  await put(admin, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'default-workers', namespace: 'taken' }, spec: { selector, template: { metadata: { labels: selector.matchLabels }, spec: { containers: [{ name: 'x', image: 'x' }] } } } });
  for (const name of ['closed', 'full', 'taken']) await put(admin, { ...pool, metadata: { name: 'default', namespace: name } });
  const told = async (within: string, type: string, reason: string): Promise<string> => {
    const ofPool = (found: KubeObject | undefined): readonly Condition[] => (found as WorkerPool | undefined)?.status?.conditions ?? [];
    const found = await eventually(() => admin.get(workerPools, { namespace: within, name: 'default' }), (live) => ofPool(live).some((one) => one.type === type && one.reason === reason));
    return ofPool(found).find((one) => one.type === type)?.message ?? '';
  };
  t.regex(await told('closed', 'Available', 'ForbiddenByPodSecurity'), /violates PodSecurity .*appArmor/i);
  t.regex(await told('full', 'Progressing', 'QuotaExceeded'), /exceeded quota: small/);
  t.regex(await told('taken', 'Available', 'ObjectsRefused'), /Deployment taken\/default-workers exists already and is not of WorkerPool default/);
  await admin.remove({ group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true }, { namespace: 'taken', name: 'default-workers' });
  await told('taken', 'Progressing', 'DeploymentRollingOut');
});
