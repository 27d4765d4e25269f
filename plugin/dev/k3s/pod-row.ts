// From a pod as the API server has it to what its rows say. Pure.
import { entries, field } from '../../../operator/api/object.ts';
import type { KubeObject } from '../../../operator/kube/kube.ts';
import type { ComponentRow } from '../../feeds/rows.ts';

const text = (object: unknown, ...path: readonly string[]): string => {
  const value = field(object, ...path);
  return typeof value === 'string' ? value : '';
};

/** Reasons of waiting that do not pass by themselves; what else a container waits for is on its way. */
const lasting = /^(ImagePullBackOff|ErrImagePull|ErrImageNeverPull|InvalidImageName|CrashLoopBackOff|CreateContainerConfigError|CreateContainerError|RunContainerError)$/;

const sentence = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(': ');

function unscheduled(pod: KubeObject): string {
  const condition = entries(field(pod, 'status', 'conditions')).find((one) => text(one, 'type') === 'PodScheduled' && text(one, 'status') === 'False');
  return condition === undefined ? '' : sentence(text(condition, 'reason'), text(condition, 'message'));
}

function ended(state: unknown): string {
  const why = text(state, 'terminated', 'reason');
  const code = field(state, 'terminated', 'exitCode');
  return why === '' && code === undefined ? '' : sentence(why, code === undefined ? '' : `exit ${String(code)}`);
}

/** The row of one container of a pod. */
export function podRow(name: string, pod: KubeObject, container: string): ComponentRow {
  const status = entries(field(pod, 'status', 'containerStatuses')).find((one) => text(one, 'name') === container);
  const restarts = Number(field(status, 'restartCount')) || 0;
  const row = (health: ComponentRow['health'], detail: string, since = ''): ComponentRow => ({
    name, health, restarts, ...(detail === '' ? {} : { detail: detail.slice(0, 500) }), ...(Number.isNaN(Date.parse(since)) ? {} : { since: new Date(since) }),
  });
  if (pod.metadata['deletionTimestamp'] !== undefined) return row('starting', 'it is being replaced');
  if (status === undefined) return row('pending', unscheduled(pod));
  const state = field(status, 'state');
  if (field(status, 'ready') === true) return row('ready', '', text(state, 'running', 'startedAt'));
  const waiting = text(state, 'waiting', 'reason');
  if (lasting.test(waiting)) return row('error', sentence(waiting, text(state, 'waiting', 'message'), ended(field(status, 'lastState'))));
  if (waiting !== '') return row('starting', waiting === 'ContainerCreating' || waiting === 'PodInitializing' ? '' : sentence(waiting, text(state, 'waiting', 'message')));
  const over = ended(state);
  return row('starting', over, text(state, 'running', 'startedAt'));
}

/** Pods of one kind in the order of their rows: the oldest is number 0; what has ended for good has none. */
export const inOrder = (pods: readonly KubeObject[]): readonly KubeObject[] =>
  pods
    .filter((pod) => !['Succeeded', 'Failed'].includes(text(pod, 'status', 'phase')))
    .toSorted((a, b) => String(a.metadata['creationTimestamp']).localeCompare(String(b.metadata['creationTimestamp'])) || a.metadata.name.localeCompare(b.metadata.name));
