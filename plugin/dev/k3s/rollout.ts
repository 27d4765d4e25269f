// Starts the pods of a Deployment anew, and waits until the new ones serve.
import { setTimeout as sleep } from 'node:timers/promises';
import { field } from '../../../operator/api/object.ts';
import { refusal } from '../../../operator/kube/errors.ts';
import type { Kube, KubeObject, Ref } from '../../../operator/kube/kube.ts';
import { deployments } from '../../../operator/kube/resources.ts';
import { readText } from '../../../operator/kube/transport.ts';
import { UserError } from '../../exit.ts';

const lookEveryMs = 300;
/** As kubectl marks a restart. */
const restartedAt = 'kubectl.kubernetes.io/restartedAt';

/** False when there is no such Deployment. */
export async function restartPods(kube: Kube, { namespace = '', name }: Ref, now: Date): Promise<boolean> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  const body = JSON.stringify({ spec: { template: { metadata: { annotations: { [restartedAt]: now.toISOString() } } } } });
  const answer = await kube.request('PATCH', path, { body, headers: { 'content-type': 'application/merge-patch+json' } });
  const text = await readText(kube.server, answer, 1 << 22);
  if (answer.status === 404) return false;
  if (answer.status !== 200) throw refusal(answer.status, text, kube.server);
  return true;
}

const count = (deployment: KubeObject, ...path: readonly string[]): number => Number(field(deployment, ...path)) || 0;

/** As `kubectl rollout status` decides: the newest template has all its pods, they serve, and no old one is left. */
export function isRolledOut(deployment: KubeObject): boolean {
  const wanted = count(deployment, 'spec', 'replicas');
  const is = (name: string): number => count(deployment, 'status', name);
  return is('observedGeneration') >= count(deployment, 'metadata', 'generation') && is('updatedReplicas') === wanted && is('replicas') === wanted && is('availableReplicas') === wanted;
}

/** Returns when the Deployment is as it should be. */
export async function awaitRollout(kube: Kube, ref: Ref, { timeoutMs, signal, code }: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly code: number }): Promise<void> {
  for (const until = performance.now() + timeoutMs; ; await sleep(lookEveryMs, undefined, { signal })) {
    const found = await kube.get(deployments, ref);
    if (found && isRolledOut(found)) return;
    if (performance.now() > until) {
      throw new UserError(`Deployment ${ref.namespace}/${ref.name} ${found ? 'did not become available' : 'is not there'} within ${timeoutMs / 1000} s`, [`look at its pods: kubectl -n ${ref.namespace} describe pods`, '`kubectl clrk dev status` shows all of it'], { code });
    }
  }
}
