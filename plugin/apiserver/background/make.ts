// Writes what a cluster's own programs write, with them as the owners of the fields.
import { completeNew, fillIn, owned, type Target } from '../rest/admission.ts';
import type { Parts } from '../rest/call.ts';
import { keyOf, type Resource } from '../resource.ts';
import { copy, type KubeObject } from '../json.ts';

const options = { dryRun: false, fieldValidation: 'Ignore', fieldManager: '', force: false } as const;

const targetOf = (resource: Resource, { name, namespace }: KubeObject['metadata'], agent: string, subresource?: string): Target =>
  ({ resource, namespace, name, subresource, agent, schemaOf: () => resource.schema });

/** Stores an object that is not there yet. */
export async function make({ store }: Pick<Parts, 'store'>, resource: Resource, object: KubeObject, agent: string): Promise<void> {
  const target = targetOf(resource, object.metadata, agent);
  const key = keyOf(resource, object.metadata.namespace, object.metadata.name ?? '');
  if (store.head(key)) return;
  fillIn(object, target);
  const made = owned(undefined, object, target, options);
  completeNew(made, target, () => []);
  await store.commit(key, made);
}

/** Stores what became of an object, unless nothing did. */
export async function rewrite({ store }: Pick<Parts, 'store'>, resource: Resource, live: KubeObject, changed: Partial<KubeObject>, { agent, subresource }: { readonly agent: string; readonly subresource?: string }): Promise<void> {
  const made = owned(live, { ...copy(live), ...changed }, targetOf(resource, live.metadata, agent, subresource), options);
  await store.commit(keyOf(resource, live.metadata.namespace, live.metadata.name ?? ''), made);
}
