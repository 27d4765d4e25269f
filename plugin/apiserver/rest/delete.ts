// Deletes: at once, or marked and finished later by whoever holds a finalizer.
import { equal, isObject, list as items, type JsonObject, type KubeObject } from '../json.ts';
import { keyOf } from '../resource.ts';
import { forbidden, methodNotAllowed, preconditionFailed } from '../status.ts';
import { readOptional } from './body.ts';
import { timestamp, type Answer, type Call, type Parts } from './call.ts';
import { collectionPrefix } from './list.ts';
import { listOptions } from './list-options.ts';
import { deleteOptions, type DeleteOptions } from './options.ts';
import { present, presentList } from './present.ts';
import { requiredObject } from './read.ts';

export const foreground = 'foregroundDeletion';
export const orphan = 'orphan';

function finalizersFor(object: KubeObject, propagation: DeleteOptions['propagation']): readonly string[] {
  const others = (object.metadata.finalizers ?? []).filter((one) => propagation === undefined || (one !== foreground && one !== orphan));
  return [...others, ...(propagation === 'Foreground' ? [foreground] : propagation === 'Orphan' ? [orphan] : [])];
}

const keepsItself = (object: KubeObject): boolean => object.kind === 'Namespace' && object.apiVersion === 'v1' && items((object['spec'] as JsonObject | undefined)?.['finalizers']).length > 0;

/** The object as the delete leaves it; undefined: it goes at once. */
export function marked(live: KubeObject, propagation: DeleteOptions['propagation']): KubeObject | undefined {
  const finalizers = finalizersFor(live, propagation);
  const isNamespace = live.kind === 'Namespace' && live.apiVersion === 'v1';
  if (finalizers.length === 0 && !keepsItself(live)) return undefined;
  const { finalizers: _, ...metadata } = live.metadata;
  const made: KubeObject = {
    ...live,
    metadata: {
      ...metadata, ...(finalizers.length > 0 && { finalizers: [...finalizers] }), ...(!isNamespace && { deletionGracePeriodSeconds: 0 }), deletionTimestamp: live.metadata.deletionTimestamp ?? timestamp(),
      ...(live.metadata.generation !== undefined && !live.metadata.deletionTimestamp && { generation: live.metadata.generation + 1 }),
    },
  };
  if (isNamespace) made['status'] = { ...(isObject(live['status']) ? live['status'] : {}), phase: 'Terminating' };
  return made;
}

export interface Removed {
  /** The object as it stays, marked. */
  readonly left?: KubeObject;
  /** The object as it was, with the version of its end. */
  readonly gone?: KubeObject;
}

/** Deletes one stored object; used by requests and by the garbage collector. */
export async function removeObject({ store }: Pick<Parts, 'store'>, key: string, propagation: DeleteOptions['propagation']): Promise<Removed> {
  const live = store.head(key);
  if (!live) return {};
  const left = marked(live, propagation);
  if (left && live.metadata.deletionTimestamp && equal(left.metadata.finalizers, live.metadata.finalizers)) return { left: live };
  const { object, revision } = await store.commit(key, left);
  return object ? { left: object } : { gone: { ...live, metadata: { ...live.metadata, resourceVersion: String(revision) } } };
}

/** What a delete of this object would do. */
function foreseen(live: KubeObject, propagation: DeleteOptions['propagation']): Removed {
  const left = marked(live, propagation);
  return left ? { left } : { gone: live };
}

const immortal: readonly string[] = ['default', 'kube-system', 'kube-public'];

/** Refuses to delete what must stay, or what is not what the client thinks it is. */
function checkDelete(live: KubeObject, { resource, name = '' }: Call, options: DeleteOptions): void {
  const { uid, resourceVersion } = live.metadata;
  if (resource.kind === 'Namespace' && resource.group === '' && immortal.includes(name)) throw forbidden(resource, name, 'this namespace may not be deleted');
  if (options.uid !== undefined && options.uid !== uid) {
    throw preconditionFailed(resource, name, `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`);
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    throw preconditionFailed(resource, name, `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`);
  }
}

export async function remove(call: Call): Promise<Answer> {
  const { resource, namespace, name = '', request, query } = call;
  const options = deleteOptions(query, await readOptional(request));
  const live = requiredObject(call);
  checkDelete(live, call, options);
  const { left, gone } = options.dryRun ? foreseen(live, options.propagation) : await removeObject(call, keyOf(resource, namespace, name), options.propagation);
  const shown = left ?? (resource.rules.returnsDeleted ? gone : undefined);
  if (shown) return { code: 200, body: present(shown, call) };
  return {
    code: 200,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name, ...(resource.group && { group: resource.group }), kind: resource.plural, uid: live.metadata.uid } },
  };
}

/** Everything that the selectors match, each object as if it were deleted alone. */
export async function removeCollection(call: Call): Promise<Answer> {
  const { store, resource, request, query } = call;
  if (resource.rules.noCollection) throw methodNotAllowed();
  const options = deleteOptions(query, await readOptional(request));
  const matches = listOptions(call.query, call.resource).matches;
  const found = store.heads(collectionPrefix(call)).filter(([, object]) => matches(object));
  if (!options.dryRun) await Promise.all(found.map(([key]) => removeObject(call, key, options.propagation)));
  return { code: 200, body: presentList(found.map(([, object]) => object), { resourceVersion: String(store.revision) }, call) };
}
