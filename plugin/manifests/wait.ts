// Waits until applied objects are in effect: one watch for each kind and namespace, and a word on every change.
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeError } from '../../operator/kube/errors.ts';
import type { Kube, KubeObject, Resource } from '../../operator/kube/kube.ts';
import { isAwaited, obstacle, type Obstacle } from './readiness.ts';

/** An object as it was applied, and where it lives. */
export interface Awaited {
  readonly resource: Resource;
  readonly object: KubeObject;
}

export interface WaitOptions {
  /** Ends the wait with its reason: a time limit, Ctrl-C. */
  readonly signal: AbortSignal;
  /** Told when something about an object changes that is still awaited. */
  readonly onObstacle: (object: KubeObject, obstacle: Obstacle) => void;
  readonly onReady: (object: KubeObject) => void;
  /** Told when the server can't be asked; the wait goes on by itself. */
  readonly onRetry: (error: unknown) => void;
}

const gone: Obstacle = { aspect: 'the object', reason: 'Gone', message: 'somebody deleted it', hopeless: true };

const retryMs = 1000;

/** No answer, or one that says that the server is not itself. */
const mayPass = (error: unknown): boolean => error instanceof KubeError && (error.code === 0 || error.code === 429 || error.code >= 500) && error.reason !== 'BadKubeconfig';

/** What is in the way of each object that is not in effect. */
export type Pending = ReadonlyMap<KubeObject, Obstacle>;

/** The ones whose kinds have something to wait for. */
export const awaited = (applied: readonly Awaited[]): readonly Awaited[] => applied.filter(({ object }) => isAwaited(object));

const placeOf = ({ resource, object }: Awaited): string => `${resource.group}/${resource.plural}/${object.metadata.namespace ?? ''}`;

const aborted = (signal: AbortSignal): Promise<void> => new Promise((resolve) => {
  if (signal.aborted) resolve();
  else signal.addEventListener('abort', () => resolve(), { once: true });
});

/** Follows a set of objects until each is in effect or beyond hope. */
export class Wait {
  readonly #pending = new Map<KubeObject, Obstacle>();
  readonly #done = new Set<KubeObject>();
  readonly #kube: Kube;
  readonly #options: WaitOptions;

  constructor(kube: Kube, options: WaitOptions) {
    this.#kube = kube;
    this.#options = options;
  }

  /** What is not in effect so far. */
  get pending(): Pending {
    return this.#pending;
  }

  /** Resolves when there is nothing left to wait for: {@link pending} is empty, or without hope. Throws the reason of the signal. */
  async until(applied: readonly Awaited[]): Promise<void> {
    const { signal } = this.#options;
    // An object that is applied a second time within one set counts once, as it was left.
    const left = [...new Map(awaited(applied).map((one) => [`${placeOf(one)}/${one.object.metadata.name}`, one])).values()];
    for (const { object } of left) this.#tell(object, obstacle(object));
    const groups = Map.groupBy(left.filter(({ object }) => this.#isOpen(object)), placeOf);
    const done = new AbortController();
    const both = AbortSignal.any([signal, done.signal]);
    try {
      // A server that does not answer must not hold back the one who wants to end.
      await Promise.race([Promise.all([...groups.values()].map((members) => this.#follow(members, both))), aborted(both)]);
    } finally {
      done.abort();
    }
    signal.throwIfAborted();
  }

  readonly #isOpen = (object: KubeObject): boolean => {
    const found = this.#pending.get(object);
    return found !== undefined && !found.hopeless;
  };

  /** A watch gets over interruptions by itself, but for one before its first answer. The server was there a moment ago. */
  async #follow(members: readonly Awaited[], signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        return await this.#watch(members, signal);
      } catch (error) {
        if (signal.aborted || !mayPass(error)) throw error;
        this.#options.onRetry(error);
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** One watch for all members: they share kind and namespace. */
  async #watch(members: readonly Awaited[], signal: AbortSignal): Promise<void> {
    const [first] = members;
    if (first === undefined) return;
    const byName = new Map(members.map(({ object }) => [object.metadata.name, object]));
    const seen = new Set<KubeObject>();
    const { namespace } = first.object.metadata;
    const scope = { ...(namespace === undefined ? {} : { namespace }), ...(members.length === 1 ? { fieldSelector: `metadata.name=${first.object.metadata.name}` } : {}) };
    for await (const event of this.#kube.watch(first.resource, { ...scope, signal, onRetry: this.#options.onRetry })) {
      if (event.type === 'SYNCED') {
        for (const object of byName.values()) if (!seen.has(object)) this.#tell(object, gone);
      } else {
        const applied = byName.get(event.object.metadata.name);
        if (applied === undefined) continue;
        seen.add(applied);
        this.#tell(applied, event.type === 'DELETED' ? gone : obstacle(event.object));
      }
      if (members.every(({ object }) => !this.#isOpen(object))) return;
    }
  }

  #tell(applied: KubeObject, found: Obstacle | undefined): void {
    const before = this.#pending.get(applied);
    // Once in effect counts: an agent that restarts later is its own story.
    if (this.#done.has(applied)) return;
    if (found === undefined) {
      this.#done.add(applied);
      this.#pending.delete(applied);
      this.#options.onReady(applied);
      return;
    }
    this.#pending.set(applied, found);
    if (before === undefined || JSON.stringify(before) !== JSON.stringify(found)) this.#options.onObstacle(applied, found);
  }
}
