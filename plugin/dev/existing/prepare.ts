// Puts into a cluster that was there what a session needs of it, and leaves alone what is there already.
import { setTimeout as sleep } from 'node:timers/promises';
import { annotations, operatorService } from '../../../operator/api/group.ts';
import { crds as definitions } from '../../../operator/install/crds.ts';
import { isNotFound } from '../../../operator/kube/errors.ts';
import type { Kube, KubeObject } from '../../../operator/kube/kube.ts';
import { crds, namespaces, resourceOf, workerPools } from '../../../operator/kube/resources.ts';
import { version } from '../../../proxy/telemetry/version.ts';
import { UserError } from '../../exit.ts';
import { defaultPool, fieldManager, namespace, put } from '../install.ts';
import { instances } from '../../cluster/definitions.ts';

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

const titleOf = ({ metadata }: KubeObject): string => `CustomResourceDefinition ${metadata.name}`;

interface Plan {
  readonly object: KubeObject;
  /** What is there, where it would have to be changed. */
  readonly changed?: KubeObject;
  /** It is there as it has to be: not even our name is put to it, or its owner's next apply would conflict with ours. */
  readonly isDone: boolean;
}

async function planOf(kube: Kube, wanted: KubeObject): Promise<Plan> {
  const found = await whenNotLeaving(() => kube.get(crds, wanted.metadata), titleOf(wanted));
  if (!found) return { object: wanted, isDone: false };
  // The mark of a session, perhaps one of another machine, is no part of what a definition says.
  const mark = found.metadata.annotations?.[annotations.devSession];
  const object = mark === undefined ? wanted : { ...wanted, metadata: { ...wanted.metadata, annotations: { ...wanted.metadata.annotations, [annotations.devSession]: mark } } };
  const { outcome } = await kube.apply(crds, object, { fieldManager, force: true, dryRun: true });
  return { object, isDone: outcome === 'unchanged', ...(outcome === 'configured' ? { changed: found } : {}) };
}

/** Throws when a definition would have to change under objects that are there: for good, and for all who use them. */
async function refuseUsed(kube: Kube, plans: readonly Plan[]): Promise<void> {
  const used = await Promise.all(plans.map(async ({ object, changed }) => {
    const count = changed === undefined ? 0 : (await instances(kube, changed)).length;
    const release = changed?.metadata.annotations?.[annotations.version] ?? 'no version that it names';
    return count === 0 ? [] : [`${titleOf(object)} is of ${release}, and there ${count === 1 ? 'is 1 object' : `are ${count} objects`} of it`];
  }));
  if (used.flat().length === 0) return;
  throw new UserError(`this cluster uses kinds of CLRK that are not as version ${version} has them`, ['use kubectl clrk of the version that is installed there, or another cluster', 'change them, for good: --force-conflicts'], { lines: used.flat() });
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

/** Names of the definitions that were there and differed. With `force` also those change of which there are objects. */
export async function installKinds(kube: Kube, { force = false }: { readonly force?: boolean } = {}): Promise<readonly string[]> {
  const plans = await Promise.all(definitions().map((object) => planOf(kube, object)));
  if (!force) await refuseUsed(kube, plans);
  await Promise.all(plans.filter(({ isDone }) => !isDone).map(({ object }) => put(kube, object)));
  await Promise.all(plans.map(({ object }) => untilServed(kube, object)));
  return plans.flatMap(({ object, changed }) => (changed ? [titleOf(object)] : []));
}

/** Where the agents of the session run. */
export async function installPool(kube: Kube, name: string): Promise<void> {
  await ensureNamespace(kube, name);
  await whenNotLeaving(() => kube.get(workerPools, { namespace: name, name: 'default' }), `WorkerPool ${name}/default`);
  await defaultPool(kube, name);
}
