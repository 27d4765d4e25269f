import test from 'ava';
import { workerFolderOf } from '../../../../plugin/dev/k3s/agent-images.ts';
import { inOrder, podRow } from '../../../../plugin/dev/k3s/pod-row.ts';
import { podPaths } from '../../../../operator/install/names.ts';
import type { KubeObject } from '../../../../operator/kube/kube.ts';

const pod = (name: string, status: object, more: object = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, uid: `uid-${name}`, creationTimestamp: '2026-01-02T15:00:00Z', ...more }, status });
const of = (container: object): object => ({ containerStatuses: [{ name: 'worker', restartCount: 2, ...container }] });

for (const [title, status, health, detail] of [
  ['one that serves is ready', of({ ready: true, state: { running: { startedAt: '2026-01-02T15:00:01Z' } } }), 'ready', undefined],
  ['one that runs and does not serve yet is starting', of({ ready: false, state: { running: { startedAt: '2026-01-02T15:00:01Z' } } }), 'starting', undefined],
  ['one whose image cannot be had is an error, and says so', of({ state: { waiting: { reason: 'ImagePullBackOff', message: 'no such host' } } }), 'error', 'ImagePullBackOff: no such host'],
  ['one that ends again and again is an error with its exit code', of({ state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } }, lastState: { terminated: { reason: 'Error', exitCode: 2 } } }), 'error', 'CrashLoopBackOff: back-off: Error: exit 2'],
  ['one that is created is starting without a word', of({ state: { waiting: { reason: 'ContainerCreating' } } }), 'starting', undefined],
  ['one that no node takes is pending, and says why', { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no nodes' }] }, 'pending', 'Unschedulable: no nodes'],
  ['one that is not there yet is pending', {}, 'pending', undefined],
] as const) {
  test(`the row of a pod's container: ${title}`, (t) => {
    const row = podRow('worker-0', pod('a', status), 'worker');
    t.is(row.health, health);
    t.is(row.detail, detail);
  });
}

test('restarts are counted, and a pod that goes is being replaced', (t) => {
  t.is(podRow('worker-0', pod('a', of({ ready: true })), 'worker').restarts, 2);
  t.is(podRow('worker-0', pod('a', of({ ready: true }), { deletionTimestamp: '2026-01-02T15:01:00Z' }), 'worker').detail, 'it is being replaced');
});

test('rows are numbered from the oldest pod on, without those that have ended', (t) => {
  const pods = [pod('c', {}, { creationTimestamp: '2026-01-02T15:00:02Z' }), pod('b', {}), pod('a', {}), pod('d', { phase: 'Failed' })];
  t.deepEqual(inOrder(pods).map(({ metadata }) => metadata.name), ['a', 'b', 'c']);
});

test('the folder in which a worker looks for images is found on its node', (t) => {
  const spec = { containers: [{ name: 'proxy' }, { name: 'worker', volumeMounts: [{ name: 'state', mountPath: podPaths.workerState }] }] };
  t.is(workerFolderOf({ ...pod('a', {}), spec }), '/var/lib/kubelet/pods/uid-a/volumes/kubernetes.io~empty-dir/state');
  t.is(workerFolderOf(pod('a', {})), undefined);
});
