// Objects that the operator keeps as they should be: applied when they differ, watched, and put right when somebody else changes them.
import type { Logger } from '../../proxy/telemetry/log.ts';
import { fieldManagers } from '../api/group.ts';
import { Cache } from '../kube/cache.ts';
import type { Kube, KubeObject, Ref, Resource, Scope } from '../kube/kube.ts';
import { resourceOf } from '../kube/resources.ts';

export interface KeptOptions {
  readonly kube: Kube;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** What is watched: no more than the operator may see. */
  readonly watched: readonly { readonly resource: Resource; readonly scope: Scope }[];
  /** An object is not as it was left, or is gone. */
  readonly onDrift: (object: KubeObject) => void;
}

interface Left {
  readonly wanted: string;
  readonly stored: string;
}

/** Everything but what the cluster writes by itself. */
function content({ apiVersion, kind, metadata, status: _status, ...rest }: KubeObject): string {
  return JSON.stringify([apiVersion, kind, metadata.labels, metadata.ownerReferences, rest]);
}

const keyOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;

export class Kept {
  readonly #options: KeptOptions;
  readonly #caches: readonly Cache<KubeObject>[];
  readonly #left = new Map<string, Left>();

  constructor(options: KeptOptions) {
    const { kube, signal, log, watched, onDrift } = options;
    this.#options = options;
    const onRetry = (error: unknown): void => log.debug('the API server does not let us look at what we keep; trying again', { error });
    this.#caches = watched.map(({ resource, scope }) => new Cache({ kube, resource, scope, signal, onRetry }));
    for (const cache of this.#caches) {
      cache.onChange((object) => {
        const live = cache.get(object.metadata.namespace ?? '', object.metadata.name);
        if (!live || this.#left.get(keyOf(object))?.stored !== content(live)) onDrift(object);
      });
    }
  }

  /** Resolves when everything that exists has been seen. */
  async open(): Promise<void> {
    for (const cache of this.#caches) void cache.run();
    await Promise.all(this.#caches.map((cache) => cache.ready()));
  }

  onChange(resource: Resource, listener: (object: KubeObject) => void): void {
    for (const cache of this.#of(resource)) cache.onChange(listener);
  }

  list(resource: Resource): readonly KubeObject[] {
    return this.#of(resource).flatMap((cache) => cache.list());
  }

  get(resource: Resource, { namespace = '', name }: Ref): KubeObject | undefined {
    return this.#of(resource).map((cache) => cache.get(namespace, name)).find((found) => found !== undefined);
  }

  /** Whether it is there as it was last applied. */
  isKept(object: KubeObject): boolean {
    const resource = resourceOf(object);
    const live = resource && this.get(resource, object.metadata);
    const left = this.#left.get(keyOf(object));
    return live !== undefined && left?.wanted === JSON.stringify(object) && left.stored === content(live);
  }

  async keep(object: KubeObject): Promise<void> {
    const resource = resourceOf(object);
    if (!resource) throw new Error(`${object.kind} is no kind that is known here`);
    if (this.isKept(object)) return;
    const { object: stored, outcome } = await this.#options.kube.apply(resource, object, { fieldManager: fieldManagers.operator, force: true });
    this.#left.set(keyOf(object), { wanted: JSON.stringify(object), stored: content(stored) });
    if (outcome !== 'unchanged') this.#options.log.info(`${outcome} ${keyOf(object)}`);
  }

  async remove(object: KubeObject): Promise<void> {
    const resource = resourceOf(object);
    this.#left.delete(keyOf(object));
    if (resource && (await this.#options.kube.remove(resource, object.metadata))) this.#options.log.info(`removed ${keyOf(object)}`);
  }

  #of(resource: Resource): readonly Cache<KubeObject>[] {
    return this.#caches.filter((cache) => cache.resource === resource);
  }
}
