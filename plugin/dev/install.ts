// Puts into the cluster what the session needs: namespaces, kinds, the way to the operator, the default pool, the Secrets.
import { apiVersion, fieldManagers, operatorService } from '../../operator/api/group.ts';
import { installObjects } from '../../operator/install/objects.ts';
import type { Kube, KubeObject } from '../../operator/kube/kube.ts';
import { resourceOf, workerPools } from '../../operator/kube/resources.ts';
import { version } from '../../proxy/telemetry/version.ts';
import type { SecretContent } from '../secrets/flag.ts';
import { applySecret } from '../secrets/object.ts';

/** Not the manager of `apply`: what `secrets set` or a manifest put into the same object stays. */
const fieldManager = `${fieldManagers.plugin}-dev`;

async function put(kube: Kube, object: KubeObject): Promise<void> {
  const resource = resourceOf(object);
  if (!resource) throw new Error(`applying ${object.kind}: this kind is not known here`);
  try {
    await kube.apply(resource, object, { fieldManager, force: true });
  } catch (cause) {
    throw new Error(`applying ${object.kind} ${object.metadata.name}`, { cause });
  }
}

const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

/** The operator runs beside the API server and not in a pod: its address is written by hand. */
function operatorObjects(port: number): readonly KubeObject[] {
  const metadata = { namespace: operatorService.namespace, name: operatorService.name };
  const ports = [{ name: operatorService.portName, port, protocol: 'TCP' }];
  return [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIP: 'None', ports: [{ ...ports[0], targetPort: port }] } },
    { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports }] },
  ];
}

/** A pool that a person changed is theirs: it is made once and never written again. */
async function defaultPool(kube: Kube, namespace: string): Promise<void> {
  const ref = { namespace, name: 'default' };
  if (await kube.get(workerPools, ref)) return;
  await put(kube, {
    apiVersion,
    kind: 'WorkerPool',
    metadata: ref,
    spec: { replicas: 1, template: { image: `ghcr.io/apoxy-dev/clrk-worker:${version}` } },
  });
}

export async function install(kube: Kube, { namespace: own, operatorPort }: { readonly namespace: string; readonly operatorPort: number }): Promise<void> {
  const spaces = [...new Set(['default', operatorService.namespace, own])].map(namespace);
  await Promise.all([...spaces, ...installObjects().filter(({ kind }) => kind !== 'Namespace')].map((object) => put(kube, object)));
  await Promise.all([...operatorObjects(operatorPort).map((object) => put(kube, object)), defaultPool(kube, own)]);
}

/** Writes the Secrets of `--secret`. */
export async function applySecrets(kube: Kube, contents: readonly SecretContent[], inNamespace: string): Promise<void> {
  for (const content of contents) await applySecret(kube, inNamespace, content, fieldManager);
}
