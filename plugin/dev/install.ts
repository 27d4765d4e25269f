// Puts into the cluster what the session needs: namespaces, kinds, the way to the operator, the default pool, the Secrets.
import { apiVersion, fieldManagers, operatorService } from '../../operator/api/group.ts';
import { imageOf } from '../../operator/install/names.ts';
import { installObjects } from '../../operator/install/objects.ts';
import { isConflict } from '../../operator/kube/errors.ts';
import type { ApplyOutcome, Kube, KubeObject } from '../../operator/kube/kube.ts';
import { resourceOf, workerPools } from '../../operator/kube/resources.ts';
import { UserError } from '../exit.ts';
import type { SecretContent } from '../secrets/flag.ts';
import { applySecret, holdsValues } from '../secrets/object.ts';

/** Not the manager of `apply`: what `secrets set` or a manifest put into the same object stays. */
export const fieldManager = `${fieldManagers.plugin}-dev`;

export async function put(kube: Kube, object: KubeObject): Promise<ApplyOutcome> {
  const resource = resourceOf(object);
  if (!resource) throw new Error(`applying ${object.kind}: this kind is not known here`);
  try {
    return (await kube.apply(resource, object, { fieldManager, force: true })).outcome;
  } catch (cause) {
    throw new Error(`applying ${object.kind} ${object.metadata.name}`, { cause });
  }
}

export const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

/** The operator runs beside the API server and not in a pod: the address of its door for readers is written by hand. */
function operatorObjects(port: number): readonly KubeObject[] {
  const metadata = { namespace: operatorService.namespace, name: operatorService.name };
  const ports = [{ name: operatorService.portName, port, protocol: 'TCP' }];
  return [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIP: 'None', ports: [{ ...ports[0], targetPort: port }] } },
    { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports }] },
  ];
}

/** A pool that a person changed is theirs: it is made once and never written again. */
export async function defaultPool(kube: Kube, namespace: string): Promise<void> {
  const ref = { namespace, name: 'default' };
  if (await kube.get(workerPools, ref)) return;
  await put(kube, {
    apiVersion,
    kind: 'WorkerPool',
    metadata: ref,
    spec: { replicas: 1, template: { image: imageOf('sandbox') } },
  });
}

export async function install(kube: Kube, { namespace: own, readerPort }: { readonly namespace: string; readonly readerPort: number }): Promise<void> {
  const spaces = [...new Set(['default', operatorService.namespace, own])].map(namespace);
  await Promise.all([...spaces, ...installObjects().filter(({ kind }) => kind !== 'Namespace')].map((object) => put(kube, object)));
  await Promise.all([...operatorObjects(readerPort).map((object) => put(kube, object)), defaultPool(kube, own)]);
}

/** Writes the Secrets of `--secret`. Without `force`, one that is there with other values is left as it is, and told. */
export async function applySecrets(kube: Kube, contents: readonly SecretContent[], { namespace: within, force }: { readonly namespace: string; readonly force: boolean }): Promise<void> {
  for (const content of contents) {
    const taken = (cause?: unknown): UserError => new UserError(`Secret ${within}/${content.name} is there already, with a value that this session did not set`, ['leave --secret out to use it as it is', 'take it over, for good: --force-conflicts'], { cause });
    const held = force ? undefined : await holdsValues(kube, within, content);
    if (held === false) throw taken();
    // Not even our name is put to it, or its owner's next apply would conflict with ours.
    if (held) continue;
    try {
      await applySecret(kube, within, content, { fieldManager, force });
    } catch (error) {
      if (!isConflict(error)) throw error;
      throw taken(error);
    }
  }
}
