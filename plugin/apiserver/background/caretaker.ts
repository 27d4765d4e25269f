// Does in the background what a cluster's controllers do: ends namespaces and kinds, collects what lost its owners, forgets old events.
import { definitions, namespaces } from '../core/kinds.ts';
import { text, type KubeObject } from '../json.ts';
import type { Parts } from '../rest/call.ts';
import { keyOf, prefixOf } from '../resource.ts';
import type { Change } from '../store/history.ts';
import { emptyDefinition } from './definitions.ts';
import { emptyNamespace } from './namespaces.ts';
import { collect, finishOwner, Owners } from './owners.ts';
import { authorityMap, furnish } from './residents.ts';

const eventsPrefix = '//events/';
const eventLifeMs = 60 * 60 * 1000;
const sweepEveryMs = 60 * 1000;
/** An owner and its dependent may be written in either order: a missing owner is looked for again before it counts. */
const patienceMs = 2000;

export class Caretaker {
  readonly #parts: Parts;
  readonly #authority: string | undefined;
  readonly #owners: Owners;
  readonly #due = new Set<string>();
  readonly #later = new Map<string, NodeJS.Timeout>();
  readonly #unsubscribe: () => void;
  readonly #sweeper: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  #stopped = false;

  /** `authority`: the certificate to publish in every namespace. */
  constructor(parts: Parts, authority: string | undefined) {
    this.#parts = parts;
    this.#authority = authority;
    this.#owners = new Owners(parts.store);
    this.#unsubscribe = parts.store.subscribe((change) => this.#see(change));
    // Level-based: whatever was left half done by an earlier life is found again.
    for (const [key, object] of parts.store.range('')) if (object.metadata.deletionTimestamp || object.metadata.ownerReferences || key.startsWith(prefixOf(namespaces))) this.#want(key);
    this.#sweeper = setInterval(() => this.#forgetEvents(), sweepEveryMs);
    this.#sweeper.unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    clearInterval(this.#sweeper);
    for (const timer of this.#later.values()) clearTimeout(timer);
    await this.#running;
  }

  #see({ key, object, previous }: Change): void {
    this.#owners.track(key, previous, object);
    if (object?.metadata.deletionTimestamp || (object && !previous && key.startsWith(prefixOf(namespaces)))) this.#want(key);
    if (object && key.endsWith(`/${authorityMap}`)) this.#wantContainer(key, object);
    if (object?.metadata.ownerReferences && previous?.metadata.ownerReferences === undefined) this.#wantLater(key);
    const changedOwners = previous !== undefined && JSON.stringify(previous.metadata.ownerReferences) !== JSON.stringify(object?.metadata.ownerReferences);
    if (object && changedOwners) this.#wantLater(key);
    if (object) return;
    for (const dependent of this.#owners.dependents(previous?.metadata.uid)) this.#want(dependent);
    for (const { uid } of previous?.metadata.ownerReferences ?? []) this.#wantOwner(uid);
    this.#wantContainer(key, previous);
  }

  /** What waits for this object to be gone: its namespace, its definition. */
  #wantContainer(key: string, previous: KubeObject | undefined): void {
    const namespace = previous?.metadata.namespace;
    if (namespace) this.#want(keyOf(namespaces, undefined, namespace));
    const [, group, plural] = key.split('/');
    if (group) this.#want(keyOf(definitions, undefined, `${plural}.${group}`));
  }

  #wantOwner(uid: string): void {
    const key = this.#owners.keyOf(uid);
    if (key !== undefined) this.#want(key);
  }

  #wantLater(key: string): void {
    if (this.#later.has(key)) return;
    const timer = setTimeout(() => {
      this.#later.delete(key);
      this.#want(key);
    }, patienceMs);
    timer.unref();
    this.#later.set(key, timer);
  }

  #want(key: string): void {
    if (this.#stopped) return;
    this.#due.add(key);
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    for (const key of this.#due) {
      this.#due.delete(key);
      try {
        await this.#tend(key);
      } catch (error) {
        this.#parts.log.warn('tending an object, will try again', { key, error });
        this.#wantLater(key);
      }
      if (this.#stopped) break;
    }
    this.#running = undefined;
  }

  async #tend(key: string): Promise<void> {
    const object = this.#parts.store.head(key);
    if (!object) return;
    if (key.startsWith(prefixOf(namespaces))) await (object.metadata.deletionTimestamp ? emptyNamespace(this.#parts, object) : furnish(this.#parts, object.metadata.name ?? '', this.#authority));
    if (object.metadata.deletionTimestamp && key.startsWith(prefixOf(definitions))) await emptyDefinition(this.#parts, object);
    await finishOwner(this.#parts, this.#owners, key);
    await collect(this.#parts, this.#owners, key);
  }

  /** Events live for an hour, as on a real cluster. */
  #forgetEvents(): void {
    const oldest = Date.now() - eventLifeMs;
    const age = (event: KubeObject): number => Date.parse(text(event['lastTimestamp']) || text(event['eventTime']) || text(event.metadata.creationTimestamp));
    for (const [key, event] of this.#parts.store.range(eventsPrefix)) {
      if (age(event) < oldest) this.#parts.store.commit(key, undefined).catch((error: unknown) => this.#parts.log.warn('forgetting an old event', { key, error }));
    }
  }
}
