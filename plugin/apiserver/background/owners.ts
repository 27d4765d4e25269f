// Who belongs to whom: an index of owner references, and what happens to dependents when an owner goes.
import type { OwnerReference } from '../../../operator/api/object.ts';
import type { KubeObject } from '../json.ts';
import type { Parts } from '../rest/call.ts';
import { splitApiVersion } from '../resource.ts';
import { foreground, orphan, removeObject } from '../rest/delete.ts';
import type { Store } from '../store/store.ts';

export class Owners {
  readonly #store: Store;
  readonly #keyByUid = new Map<string, string>();
  readonly #dependents = new Map<string, Set<string>>();

  constructor(store: Store) {
    this.#store = store;
    for (const [key, object] of store.range('')) this.track(key, undefined, object);
  }

  track(key: string, previous: KubeObject | undefined, object: KubeObject | undefined): void {
    for (const { uid } of previous?.metadata.ownerReferences ?? []) {
      const set = this.#dependents.get(uid);
      set?.delete(key);
      if (set?.size === 0) this.#dependents.delete(uid);
    }
    for (const { uid } of object?.metadata.ownerReferences ?? []) {
      const set = this.#dependents.get(uid) ?? new Set();
      this.#dependents.set(uid, set.add(key));
    }
    if (previous?.metadata.uid && previous.metadata.uid !== object?.metadata.uid) this.#keyByUid.delete(previous.metadata.uid);
    if (object?.metadata.uid) this.#keyByUid.set(object.metadata.uid, key);
  }

  keyOf(uid: string): string | undefined {
    return this.#keyByUid.get(uid);
  }

  dependents(uid: string | undefined): readonly string[] {
    return [...(this.#dependents.get(uid ?? '') ?? [])];
  }

  /** An owner counts when it is what the reference says it is, in the namespace of the dependent or in none. */
  isAlive({ uid, name, kind, apiVersion }: OwnerReference, dependent: KubeObject): boolean {
    const key = this.#keyByUid.get(uid);
    const owner = key === undefined ? undefined : this.#store.head(key);
    const group = (version: string): string => splitApiVersion(version).group;
    return owner?.metadata.uid === uid && owner.metadata.name === name && owner.kind === kind && group(owner.apiVersion) === group(apiVersion)
      && (owner.metadata.namespace === undefined || owner.metadata.namespace === dependent.metadata.namespace);
  }
}

type Needs = Pick<Parts, 'store'>;

/** Deletes an object whose owners are all gone; one that has another owner forgets those that are. */
export async function collect(parts: Needs, owners: Owners, key: string): Promise<void> {
  const object = parts.store.head(key);
  const references = object?.metadata.ownerReferences ?? [];
  if (!object || references.length === 0 || object.metadata.deletionTimestamp) return;
  const alive = references.filter((reference) => owners.isAlive(reference, object));
  if (alive.length === 0) await removeObject(parts, key, undefined);
  else if (alive.length < references.length) await parts.store.commit(key, { ...object, metadata: { ...object.metadata, ownerReferences: alive } });
}

/** Foreground: the dependents first, then the owner. Orphan: the dependents lose the reference, then the owner goes. */
export async function finishOwner(parts: Needs, owners: Owners, key: string): Promise<void> {
  const { store } = parts;
  const owner = store.head(key);
  const finalizers = owner?.metadata.finalizers ?? [];
  if (!owner?.metadata.deletionTimestamp || !(finalizers.includes(foreground) || finalizers.includes(orphan))) return;
  const dependents = owners.dependents(owner.metadata.uid);
  if (finalizers.includes(orphan)) await Promise.all(dependents.map((one) => release(store, one, owner)));
  else {
    const solely = dependents.filter((one) => belongsOnlyTo(store.head(one), owner));
    await Promise.all(solely.map((one) => removeObject(parts, one, 'Foreground')));
    if (dependents.some((one) => blocks(store.head(one), owner))) return;
  }
  const live = store.head(key);
  // Another of that name may be on its own way out by now.
  if (!live?.metadata.deletionTimestamp || live.metadata.uid !== owner.metadata.uid) return;
  const rest = (live.metadata.finalizers ?? []).filter((one) => one !== foreground && one !== orphan);
  await store.commit(key, rest.length === 0 ? undefined : { ...live, metadata: { ...live.metadata, finalizers: rest } });
}

const belongsOnlyTo = (object: KubeObject | undefined, owner: KubeObject): boolean => (object?.metadata.ownerReferences ?? []).every(({ uid }) => uid === owner.metadata.uid);
const blocks = (object: KubeObject | undefined, owner: KubeObject): boolean =>
  (object?.metadata.ownerReferences ?? []).some((one) => one.uid === owner.metadata.uid && one.blockOwnerDeletion === true);

async function release(store: Store, key: string, owner: KubeObject): Promise<void> {
  const live = store.head(key);
  if (!live) return;
  const { ownerReferences, ...metadata } = live.metadata;
  const rest = (ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
  await store.commit(key, { ...live, metadata: { ...metadata, ...(rest.length > 0 && { ownerReferences: rest }) } });
}
