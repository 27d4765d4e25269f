// The namespaces that every cluster has, and the end of a namespace: its content first, then itself.
import { namespaces } from '../core/kinds.ts';
import { completeNew, fillIn, owned } from '../rest/admission.ts';
import type { Parts } from '../rest/call.ts';
import { removeObject } from '../rest/delete.ts';
import { keyOf, prefixOf } from '../resource.ts';
import type { KubeObject } from '../json.ts';
import type { Store } from '../store/store.ts';

const initial = ['default', 'kube-system', 'kube-public'];

/** Made once; a start that finds them changes nothing. */
export async function makeNamespaces(store: Store): Promise<void> {
  const target = { resource: namespaces, namespace: undefined, name: undefined, subresource: undefined, agent: 'kube-apiserver', schemaOf: () => namespaces.schema };
  const missing = initial.filter((name) => !store.head(keyOf(namespaces, undefined, name)));
  await Promise.all(missing.map((name) => {
    const object: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    fillIn(object, target);
    const made = owned(undefined, object, target, { dryRun: false, fieldValidation: 'Ignore', fieldManager: '', force: false });
    completeNew(made, target, () => []);
    return store.commit(keyOf(namespaces, undefined, name), made);
  }));
}

/** One step towards the end of a namespace that is being deleted; called again whenever something in it goes. */
export async function emptyNamespace({ store, registry }: Parts, namespace: KubeObject): Promise<void> {
  const name = namespace.metadata.name ?? '';
  const content = registry.stored().filter((resource) => resource.namespaced).flatMap((resource) => store.heads(`${prefixOf(resource)}${name}/`));
  await Promise.all(content.filter(([, object]) => !object.metadata.deletionTimestamp).map(([key]) => removeObject({ store }, key, 'Background')));
  if (content.some(([key]) => store.head(key) !== undefined)) return;
  const key = keyOf(namespaces, undefined, name);
  const live = store.head(key);
  if (!live?.metadata.deletionTimestamp) return;
  if ((live.metadata.finalizers ?? []).length === 0) await store.commit(key, undefined);
  else await store.commit(key, { ...live, spec: { finalizers: [] } });
}
