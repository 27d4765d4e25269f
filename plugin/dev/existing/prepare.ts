// Puts into a cluster that was there what a session needs of it, and leaves alone what is there already.
import { setTimeout as sleep } from 'node:timers/promises';
import { operatorService } from '../../../operator/api/group.ts';
import { crds as definitions } from '../../../operator/install/crds.ts';
import { isNotFound } from '../../../operator/kube/errors.ts';
import type { Kube, KubeObject } from '../../../operator/kube/kube.ts';
import { crds, namespaces, resourceOf, workerPools } from '../../../operator/kube/resources.ts';
import { UserError } from '../../exit.ts';
import { defaultPool, namespace, put } from '../install.ts';

const lookEveryMs = 100;
const goneWithinMs = 30_000;
const servedWithinMs = 30_000;

/** Something of that name is being deleted, perhaps by the session before this one. */
async function whenNotLeaving(look: () => Promise<KubeObject | undefined>, what: string): Promise<KubeObject | undefined> {
  for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
    const found = await look();
    if (found?.metadata.deletionTimestamp === undefined) return found;
    if (waitedMs >= goneWithinMs) throw new UserError(`${what} is being deleted, and does not go`, [`see what holds it: kubectl get ${what.toLowerCase()} -o yaml`]);
    await sleep(lookEveryMs);
  }
}

/** A namespace that is there is not touched at all. */
export async function ensureNamespace(kube: Kube, name: string): Promise<void> {
  const found = await whenNotLeaving(() => kube.get(namespaces, { name }), `Namespace ${name}`);
  if (!found) await put(kube, namespace(name));
}

/** Its name when it was another before. */
async function define(kube: Kube, object: KubeObject): Promise<readonly string[]> {
  const name = `CustomResourceDefinition ${object.metadata.name}`;
  await whenNotLeaving(() => kube.get(crds, object.metadata), name);
  return (await put(kube, object)) === 'configured' ? [name] : [];
}

/** A definition is applied at once, and its objects are served a moment later. */
async function untilServed(kube: Kube, object: KubeObject): Promise<void> {
  const { group, versions, names } = object['spec'] as { readonly group: string; readonly versions: readonly { readonly name: string }[]; readonly names: { readonly kind: string } };
  const resource = resourceOf({ apiVersion: `${group}/${versions[0]?.name ?? ''}`, kind: names.kind });
  for (let waitedMs = 0; resource; waitedMs += lookEveryMs) {
    try {
      await kube.list(resource, { namespace: operatorService.namespace });
      return;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    if (waitedMs >= servedWithinMs) throw await notServed(kube, object.metadata.name);
    await sleep(lookEveryMs);
  }
}

async function notServed(kube: Kube, name: string): Promise<UserError> {
  const { conditions = [] } = ((await kube.get(crds, { name }))?.['status'] ?? {}) as { readonly conditions?: readonly { readonly status?: string; readonly message?: string }[] };
  const why = conditions.find(({ status }) => status === 'False')?.message;
  return new UserError(`the cluster does not serve CustomResourceDefinition ${name}${why === undefined ? '' : `: ${why}`}`, [`look at it: kubectl describe crd ${name}`]);
}

/** Names of the definitions that were there and differed. */
export async function installKinds(kube: Kube): Promise<readonly string[]> {
  const all = definitions();
  const changed = await Promise.all(all.map((object) => define(kube, object)));
  await Promise.all(all.map((object) => untilServed(kube, object)));
  return changed.flat();
}

/** Where the agents of the session run. */
export async function installPool(kube: Kube, name: string): Promise<void> {
  await ensureNamespace(kube, name);
  await whenNotLeaving(() => kube.get(workerPools, { namespace: name, name: 'default' }), `WorkerPool ${name}/default`);
  await defaultPool(kube, name);
}
