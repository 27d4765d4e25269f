// Tells from a Deployment and its pods why workers do not come up, in words for a person.
import type { WorkersHindered } from '../api/worker-pool.ts';
import { nodeNamespace, seccompProfile } from '../install/names.ts';
import type { KubeObject } from '../kube/kube.ts';

export interface Hindrance {
  readonly reason: WorkersHindered;
  readonly message: string;
}

interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
}

interface ContainerStatus {
  readonly name?: string;
  readonly image?: string;
  readonly restartCount?: number;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
  readonly lastState?: { readonly terminated?: { readonly reason?: string; readonly exitCode?: number } };
}

interface PodStatus {
  readonly conditions?: readonly Condition[];
  readonly containerStatuses?: readonly ContainerStatus[];
}

const cut = (text: string | undefined): string => (text ?? '').replace(/\s+/g, ' ').trim().slice(0, 1000);
const pulling = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'ImageInspectError', 'RegistryUnavailable', 'SignatureValidationFailed']);
const failing = new Set(['CrashLoopBackOff', 'CreateContainerConfigError', 'CreateContainerError', 'RunContainerError', 'StartError']);

/** What the Deployment's controller says: pods that are not even made. */
function ofDeployment(deployment: KubeObject): Hindrance | undefined {
  const { conditions = [] } = (deployment['status'] ?? {}) as { readonly conditions?: readonly Condition[] };
  const failure = conditions.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  const said = cut(failure?.message);
  if (!failure) return undefined;
  const { namespace = 'default' } = deployment.metadata;
  if (/violates PodSecurity/.test(said)) return { reason: 'ForbiddenByPodSecurity', message: `namespace ${namespace} does not let workers in: ${said}; the levels baseline and restricted do, unless an AppArmor profile is set to unconfined` };
  if (/exceeded quota|failed quota/.test(said)) return { reason: 'QuotaExceeded', message: `a ResourceQuota of namespace ${namespace} leaves no room for another worker: ${said}` };
  return { reason: 'ObjectsRefused', message: `pods of workers are refused: ${said}` };
}

function ofContainer(pod: string, { name, image, restartCount = 0, state, lastState }: ContainerStatus): Hindrance | undefined {
  const { reason = '', message } = state?.waiting ?? {};
  if (pulling.has(reason)) return { reason: 'ImagePullFailed', message: `the image ${image} of container ${name} cannot be pulled (${reason}): ${cut(message)}; check the image, and imagePullSecrets of the pool` };
  if (!failing.has(reason)) return undefined;
  if (/seccomp/i.test(message ?? '')) return { reason: 'WorkerFailing', message: `the node of pod ${pod} has no seccomp profile ${seccompProfile}, which DaemonSet clrk-node in namespace ${nodeNamespace} lays there: ${cut(message)}` };
  const { terminated } = lastState ?? {};
  const ended = terminated ? `, ended with ${terminated.exitCode} (${terminated.reason}) and was started ${restartCount} times` : '';
  return { reason: 'WorkerFailing', message: `container ${name} of pod ${pod} does not run: ${reason}${ended}${message ? `: ${cut(message)}` : ''}; see \`kubectl logs ${pod} -c ${name} --previous\`` };
}

/** For images that are pulled and volumes that are made; why it takes longer is told in events alone, which the operator does not read. */
const startWithinMs = 60_000;

function ofPod({ metadata, ...pod }: KubeObject, now: Date): Hindrance | undefined {
  const { conditions = [], containerStatuses = [] } = (pod['status'] ?? {}) as PodStatus;
  if (metadata.deletionTimestamp) return undefined;
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') return { reason: 'Unschedulable', message: `no node takes pod ${metadata.name}: ${cut(scheduled.message)}` };
  const failed = containerStatuses.map((status) => ofContainer(metadata.name, status)).find((found) => found !== undefined);
  if (failed) return failed;
  const isSlow = now.getTime() - Date.parse(metadata.creationTimestamp ?? '') > startWithinMs && containerStatuses.some(({ state }) => state?.waiting?.reason === 'ContainerCreating');
  const { namespace = 'default', name } = metadata;
  return isSlow ? { reason: 'WorkerFailing', message: `pod ${name} has been made ${startWithinMs / 1000} s ago and more, and its containers are not started; its events say why: \`kubectl describe pod -n ${namespace} ${name}\`` } : undefined;
}

/** The first thing that is in the way; undefined: nothing is known to be. */
export const hindrance = (deployment: KubeObject | undefined, pods: readonly KubeObject[], now: Date): Hindrance | undefined =>
  (deployment && ofDeployment(deployment)) ?? pods.map((pod) => ofPod(pod, now)).find((found) => found !== undefined);
