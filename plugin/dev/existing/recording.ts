// A client that writes down what it creates: first that it is about to, then which object it was.
import { annotations } from '../../../operator/api/group.ts';
import { KubeError } from '../../../operator/kube/errors.ts';
import type { ApplyOptions, Kube, KubeObject, Resource } from '../../../operator/kube/kube.ts';
import { printedName } from '../../manifests/apply.ts';
import { fieldManager } from '../install.ts';
import { isOf, keyOf, type Entry, type Ledger } from './ledger.ts';

export class Recording {
  /** Creates and applies through here only. */
  readonly kube: Kube;
  readonly #inner: Kube;
  readonly #ledger: Ledger;
  readonly #running = new Set<Promise<unknown>>();
  readonly #changed = new Map<string, string>();
  #isClosed = false;

  constructor(inner: Kube, ledger: Ledger) {
    this.#inner = inner;
    this.#ledger = ledger;
    this.kube = {
      ...inner,
      apply: (resource, object, options) => (options.dryRun || options.subresource ? inner.apply(resource, object, options) : this.#track(() => this.#apply(resource, object, options))),
      create: (resource, object) => this.#track(() => this.#create(resource, object)),
    };
  }

  /** Objects that were there before and are different now, as `kind/name`. */
  get changed(): readonly string[] {
    return [...this.#changed.values()];
  }

  /** Nothing is created any more from now on; resolves when nothing is on its way either. What was abandoned half-way would else come after the taking down. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#running);
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new KubeError('the session ends, and creates nothing any more', { code: 0, reason: 'Ended' });
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async #apply(resource: Resource, object: KubeObject, options: ApplyOptions): ReturnType<Kube['apply']> {
    const entry = entryOf(resource, object);
    const before = await this.#inner.get(resource, object.metadata);
    const own = this.#ownEntry(entry, before);
    if (own) return this.#applyOwn(own, object, options);
    if (before) {
      const result = await this.#inner.apply(resource, object, options);
      if (result.outcome === 'configured') this.#changed.set(keyOf(entry), printedName(result.object));
      return result;
    }
    const made = await this.#record(entry, async () => {
      const result = await this.#inner.apply(resource, marked(object, this.#ledger.session), options);
      return { result, uid: result.outcome === 'created' ? result.object.metadata.uid : undefined };
    });
    return made.outcome === 'created' ? { ...made, object: await this.#settle(resource, made.object, { object, options, session: this.#ledger.session }) } : made;
  }

  /**
   * Gives the mark to a manager of its own. It was made with the object, so that no crash leaves one without it;
   * but what `kubectl clrk apply` owns it takes away with the next manifest, and `diff` would tell of it.
   */
  async #settle(resource: Resource, made: KubeObject, { object, options, session }: { readonly object: KubeObject; readonly options: ApplyOptions; readonly session: string }): Promise<KubeObject> {
    if (options.fieldManager === fieldManager) return made;
    const { apiVersion, kind, metadata: { name, namespace, uid } } = made;
    // The uid, so that an object that has gone meanwhile does not come back with nothing but a mark.
    const mark = { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }), annotations: { [annotations.devSession]: session } } };
    await this.#inner.apply(resource, mark, { fieldManager: markManager, force: true });
    return (await this.#inner.apply(resource, object, options)).object;
  }

  /** The entry of what stands there, or was about to, if that is of our making. */
  #ownEntry(entry: ReturnType<typeof entryOf>, before: KubeObject | undefined): Entry | undefined {
    const own = this.#ledger.entries.find((known) => keyOf(known) === keyOf(entry));
    if (!own || !before || isOf(own, before)) return own;
    this.#ledger.forget(own);
    return undefined;
  }

  /** Keeps its mark: an apply that leaves it out would take it away. */
  async #applyOwn(own: Entry, object: KubeObject, options: ApplyOptions): ReturnType<Kube['apply']> {
    const result = await this.#inner.apply(own.resource, marked(object, own.session), options);
    const { uid } = result.object.metadata;
    if (uid !== undefined && uid !== own.uid) {
      // Another one has taken its place in that moment, made by somebody else.
      if (own.uid !== undefined && result.outcome !== 'created') {
        this.#ledger.forget(own);
        return result;
      }
      this.#ledger.confirm(own, uid);
    }
    return { ...result, object: await this.#settle(own.resource, result.object, { object, options, session: own.session }) };
  }

  async #create(resource: Resource, object: KubeObject): Promise<KubeObject> {
    return this.#record(entryOf(resource, object), async () => {
      const result = await this.#inner.create(resource, marked(object, this.#ledger.session));
      return { result, uid: result.metadata.uid };
    });
  }

  async #record<T>(entry: ReturnType<typeof entryOf>, make: () => Promise<{ readonly result: T; readonly uid: string | undefined }>): Promise<T> {
    this.#ledger.intend(entry);
    try {
      const { result, uid } = await make();
      if (uid === undefined) this.#ledger.forget(entry);
      else this.#ledger.confirm(entry, uid);
      return result;
    } catch (error) {
      // Without an answer nobody knows whether it was made: it stays written down, and is looked for by its mark.
      if (error instanceof KubeError && error.code >= 400 && error.code < 500) this.#ledger.forget(entry);
      throw error;
    }
  }
}

function entryOf(resource: Resource, { metadata }: KubeObject): { readonly resource: Resource; readonly namespace?: string; readonly name: string } {
  const { namespace, name } = metadata;
  const { group, version, plural, kind, namespaced } = resource;
  return { resource: { group, version, plural, kind, namespaced }, name, ...(namespaced ? { namespace: namespace ?? 'default' } : {}) };
}

/** Owns the mark on what a manifest made, and nothing else. */
const markManager = `${fieldManager}-session`;

const marked = (object: KubeObject, session: string): KubeObject => ({ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [annotations.devSession]: session } } });
