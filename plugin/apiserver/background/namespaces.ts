// The end of a namespace: its content first, then itself; its conditions say what is in the way.
import { namespaces } from '../core/kinds.ts';
import { at, equal, isObject, list, objects, text, type JsonObject, type KubeObject } from '../json.ts';
import { timestamp, type Parts } from '../rest/call.ts';
import { removeObject } from '../rest/delete.ts';
import { keyOf, prefixOf } from '../resource.ts';
import { rewrite } from './make.ts';

const controller = { agent: 'kube-controller-manager' } as const;

interface Finding {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

const fine = (type: string, reason: string, message: string): Finding => ({ type, status: 'False', reason, message });

function counted(names: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts];
}

/** What the conditions say of the objects that are left. `places` are their resources, as `plural.group`. */
function findings(left: readonly KubeObject[], places: readonly string[]): readonly Finding[] {
  const remaining = counted(places).map(([place, count]) => `${place} has ${count} resource instances`).toSorted();
  const finalizers = counted(left.flatMap(({ metadata }) => metadata.finalizers ?? [])).map(([name, count]) => `${name} in ${count} resource instances`).toSorted();
  return [
    fine('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
    fine('NamespaceDeletionGroupVersionParsingFailure', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'),
    fine('NamespaceDeletionContentFailure', 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'),
    remaining.length === 0 ? fine('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed')
      : { type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${remaining.join(', ')}` },
    finalizers.length === 0 ? fine('NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished')
      : { type: 'NamespaceFinalizersRemaining', status: 'True', reason: 'SomeFinalizersRemain', message: `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}` },
  ];
}

function conditions(live: KubeObject, found: readonly Finding[]): readonly JsonObject[] {
  const before = objects(at(live, 'status', 'conditions'));
  return found.map((one) => {
    const old = before.find(({ type }) => type === one.type);
    return { type: one.type, status: one.status, lastTransitionTime: old?.['status'] === one.status ? old['lastTransitionTime'] : timestamp(), reason: one.reason, message: one.message };
  });
}

/** One step towards the end of a namespace that is being deleted; called again whenever something in it goes. */
export async function emptyNamespace({ store, registry }: Parts, namespace: KubeObject): Promise<void> {
  const name = namespace.metadata.name ?? '';
  const key = keyOf(namespaces, undefined, name);
  const content = registry.stored().filter((resource) => resource.namespaced).flatMap((resource) => store.heads(`${prefixOf(resource)}${name}/`).map(([at, object]) => ({ at, object, place: `${resource.plural}.${resource.group}` })));
  await Promise.all(content.filter(({ object }) => !object.metadata.deletionTimestamp).map(({ at }) => removeObject({ store }, at, 'Background')));
  const left = content.flatMap(({ at, place }) => {
    const object = store.head(at);
    return object ? [{ object, place }] : [];
  });
  const live = store.head(key);
  if (!live?.metadata.deletionTimestamp) return;
  const status = { ...(isObject(live['status']) ? live['status'] : {}), conditions: conditions(live, findings(left.map(({ object }) => object), left.map(({ place }) => place))) };
  if (!equal(status, live['status'])) await rewrite({ store }, namespaces, live, { status }, { ...controller, subresource: 'status' });
  if (left.length === 0) await finalize({ store }, key);
}

/** The last step: without its own finalizer, a namespace that nobody else holds is gone. */
async function finalize({ store }: Pick<Parts, 'store'>, key: string): Promise<void> {
  const live = store.head(key);
  if (!live?.metadata.deletionTimestamp) return;
  const rest = list(at(live, 'spec', 'finalizers')).map(text).filter((one) => one !== 'kubernetes');
  const held = rest.length > 0 || (live.metadata.finalizers ?? []).length > 0;
  if (held && rest.length === list(at(live, 'spec', 'finalizers')).length) return;
  await store.commit(key, held ? { ...live, spec: rest.length > 0 ? { finalizers: rest } : {} } : undefined);
}
