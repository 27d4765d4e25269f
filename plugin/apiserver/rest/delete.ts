// Deletes: at once, or marked and finished later by whoever holds a finalizer.
import { isObject, list as items, type JsonObject, type KubeObject } from '../json.ts';
import { apiVersionOf, keyOf } from '../resource.ts';
import { conflict } from '../status.ts';
import { readOptional } from './body.ts';
import { timestamp, type Answer, type Call, type Parts } from './call.ts';
import { collectionPrefix, matcher } from './list.ts';
import { deleteOptions, type DeleteOptions } from './options.ts';
import { inVersion, present } from './present.ts';
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
  if (finalizers.length === 0 && !keepsItself(live)) return undefined;
  const { finalizers: _, ...metadata } = live.metadata;
  const made: KubeObject = {
    ...live,
    metadata: {
      ...metadata, ...(finalizers.length > 0 && { finalizers: [...finalizers] }), deletionGracePeriodSeconds: 0, deletionTimestamp: live.metadata.deletionTimestamp ?? timestamp(),
      ...(live.metadata.generation !== undefined && !live.metadata.deletionTimestamp && { generation: live.metadata.generation + 1 }),
    },
  };
  if (live.kind === 'Namespace' && live.apiVersion === 'v1') made['status'] = { ...(isObject(live['status']) ? live['status'] : {}), phase: 'Terminating' };
  return made;
}

/** Deletes one stored object; used by requests and by the garbage collector. */
export async function removeObject({ store }: Pick<Parts, 'store'>, key: string, propagation: DeleteOptions['propagation']): Promise<KubeObject | undefined> {
  const live = store.head(key);
  if (!live) return undefined;
  const left = marked(live, propagation);
  if (left && live.metadata.deletionTimestamp && JSON.stringify(left.metadata.finalizers) === JSON.stringify(live.metadata.finalizers)) return live;
  const { object } = await store.commit(key, left);
  return object;
}

export async function remove(call: Call): Promise<Answer> {
  const { resource, namespace, name, request, query } = call;
  const options = deleteOptions(query, await readOptional(request));
  const live = requiredObject(call);
  const { uid, resourceVersion } = live.metadata;
  if (options.uid && options.uid !== uid) throw conflict(resource, name ?? '', `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${uid}`);
  if (options.resourceVersion && options.resourceVersion !== resourceVersion) throw conflict(resource, name ?? '', `Precondition failed: ResourceVersion in precondition: ${options.resourceVersion}, ResourceVersion in object meta: ${resourceVersion}`);
  const left = options.dryRun ? marked(live, options.propagation) : await removeObject(call, keyOf(resource, namespace, name ?? ''), options.propagation);
  if (left) return { code: 200, body: present(left, call) };
  return {
    code: 200,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name: name ?? '', ...(resource.group && { group: resource.group }), kind: resource.plural, uid } },
  };
}

/** Everything that the selectors match, each object as if it were deleted alone. */
export async function removeCollection(call: Call): Promise<Answer> {
  const { store, resource, request, query } = call;
  const options = deleteOptions(query, await readOptional(request));
  const matches = matcher(call);
  const found = store.heads(collectionPrefix(call)).filter(([, object]) => matches(object));
  if (!options.dryRun) await Promise.all(found.map(([key]) => removeObject(call, key, options.propagation)));
  return {
    code: 200,
    body: { kind: resource.listKind, apiVersion: apiVersionOf(resource.group, resource.version), metadata: { resourceVersion: String(store.revision) }, items: found.map(([, object]) => inVersion(object, resource)) },
  };
}
