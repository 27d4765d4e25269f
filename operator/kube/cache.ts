// A read-only copy of one resource, kept fresh by a watch that never gives up.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kube, KubeObject, Resource, Scope } from './kube.ts';

export interface CacheOptions {
  readonly kube: Kube;
  readonly resource: Resource;
  readonly scope?: Scope;
  readonly signal: AbortSignal;
  /** An object that is not accepted is treated as if it were not there. */
  readonly accepts?: (object: KubeObject) => boolean;
  /** Told about every interruption; the cache goes on by itself. */
  readonly onRetry?: (error: unknown) => void;
}

/** Short, and growing slowly: at the start of a session everything waits for the server and the kinds to be there. */
const firstDelayMs = 50;
const longestDelayMs = 1000;

export const keyOf = ({ namespace, name }: { readonly namespace?: string; readonly name: string }): string => `${namespace ?? ''}/${name}`;

export class Cache<T extends KubeObject> {
  readonly resource: Resource;
  readonly #objects = new Map<string, T>();
  readonly #listeners: ((object: T) => void)[] = [];
  readonly #options: CacheOptions;
  readonly #ready = Promise.withResolvers<void>();
  #synced = false;

  constructor(options: CacheOptions) {
    this.resource = options.resource;
    this.#options = options;
  }

  /** Called with every object that came, changed or went; an object that went is the last state that was seen. */
  onChange(listener: (object: T) => void): void {
    this.#listeners.push(listener);
  }

  get(namespace: string, name: string): T | undefined {
    return this.#objects.get(keyOf({ namespace, name }));
  }

  list(namespace?: string): readonly T[] {
    const all = [...this.#objects.values()];
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }

  /** Whether everything that exists has been seen once; until then absence means nothing. */
  get synced(): boolean {
    return this.#synced;
  }

  ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Ends when the signal aborts, and never throws. */
  async run(): Promise<void> {
    const { signal, onRetry } = this.#options;
    for (let delayMs = firstDelayMs; !signal.aborted; delayMs = Math.min(delayMs * 1.5, longestDelayMs)) {
      try {
        await this.#follow();
      } catch (error) {
        if (signal.aborted) return;
        onRetry?.(error);
        await sleep(delayMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #follow(): Promise<void> {
    const { kube, resource, scope = {}, signal, onRetry } = this.#options;
    for await (const event of kube.watch(resource, { ...scope, signal, ...(onRetry ? { onRetry } : {}) })) {
      if (event.type === 'SYNCED') {
        this.#synced = true;
        this.#ready.resolve();
        continue;
      }
      const object = event.object as T;
      const isGone = event.type === 'DELETED' || this.#options.accepts?.(object) === false;
      if (isGone) this.#objects.delete(keyOf(object.metadata));
      else this.#objects.set(keyOf(object.metadata), object);
      for (const listener of this.#listeners) listener(object);
    }
  }
}
