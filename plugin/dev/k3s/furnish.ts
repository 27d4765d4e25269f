// Puts into the cluster what `install` puts into any: kinds, rights, operator; and besides the session's settings and its pool.
import { operatorService } from '../../../operator/api/group.ts';
import { workersOf } from '../../../operator/install/names.ts';
import type { Kube } from '../../../operator/kube/kube.ts';
import { workerPools } from '../../../operator/kube/resources.ts';
import { apiVersion } from '../../../operator/api/group.ts';
import { imageOf } from '../../../operator/install/names.ts';
import { installKinds } from '../existing/prepare.ts';
import { namespace, put } from '../install.ts';
import { defaultPool } from './pods-feed.ts';
import { restartPods } from './rollout.ts';
import { sessionObjects, type SessionFacts } from './session-objects.ts';

/** A pool that a person changed is theirs: it is made once and never written again. */
async function ensurePool(kube: Kube, within: string): Promise<void> {
  const ref = { namespace: within, name: defaultPool };
  if (await kube.get(workerPools, ref)) return;
  await put(kube, { apiVersion, kind: 'WorkerPool', metadata: ref, spec: { replicas: 1, template: { image: imageOf('sandbox') } } });
}

export async function furnish(kube: Kube, { facts, namespace: within }: { readonly facts: SessionFacts; readonly namespace: string }): Promise<void> {
  await installKinds(kube, { force: true });
  for (const object of sessionObjects(facts)) await put(kube, object);
  await put(kube, namespace(within));
  await ensurePool(kube, within);
}

/** The same name with other contents: pods that run keep the image that they were started with. */
export async function restartAll(kube: Kube, within: string, now: Date): Promise<void> {
  for (const ref of [{ namespace: operatorService.namespace, name: operatorService.name }, { namespace: within, name: workersOf(defaultPool) }]) await restartPods(kube, ref, now);
}
