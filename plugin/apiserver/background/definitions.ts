// The end of a custom kind: its objects first, then the definition.
import { definitions } from '../core/kinds.ts';
import { cleanupFinalizer } from '../crd/definition.ts';
import { at, isObject, objects, text, type KubeObject } from '../json.ts';
import { timestamp, type Parts } from '../rest/call.ts';
import { removeObject } from '../rest/delete.ts';
import { keyOf } from '../resource.ts';
import { rewrite } from './make.ts';

/** Its conditions say that it ends. */
async function sayEnding(store: Parts['store'], definition: KubeObject): Promise<void> {
  const status = isObject(definition['status']) ? definition['status'] : {};
  const before = objects(status['conditions']);
  if (before.some(({ type }) => type === 'Terminating')) return;
  const ending = { type: 'Terminating', status: 'True', lastTransitionTime: timestamp(), reason: 'InstanceDeletionInProgress', message: 'CustomResource deletion is in progress' };
  await rewrite({ store }, definitions, definition, { status: { ...status, conditions: [...before, ending] } }, { agent: 'kube-apiserver', subresource: 'status' });
}

/** One step; called again whenever an object of the kind goes. */
export async function emptyDefinition({ store }: Pick<Parts, 'store'>, definition: KubeObject): Promise<void> {
  const prefix = `/${text(at(definition, 'spec', 'group'))}/${text(at(definition, 'spec', 'names', 'plural'))}/`;
  await sayEnding(store, definition);
  const content = store.heads(prefix);
  await Promise.all(content.filter(([, object]) => !object.metadata.deletionTimestamp).map(([key]) => removeObject({ store }, key, 'Background')));
  if (store.heads(prefix).length > 0) return;
  const key = keyOf(definitions, undefined, definition.metadata.name ?? '');
  const live = store.head(key);
  if (!live?.metadata.deletionTimestamp) return;
  const rest = (live.metadata.finalizers ?? []).filter((one) => one !== cleanupFinalizer);
  if (rest.length === (live.metadata.finalizers ?? []).length) return;
  await store.commit(key, rest.length === 0 ? undefined : { ...live, metadata: { ...live.metadata, finalizers: rest } });
}
