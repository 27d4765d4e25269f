// Makes of the pools what runs in a cluster: accounts, certificates, Deployments and what holds them; puts right what others change.
import type { Logger } from '../../proxy/telemetry/log.ts';
import { labels } from '../api/group.ts';
import type { WorkerPool } from '../api/worker-pool.ts';
import { authorityConfigMap, madeLabels, offlineConfigMap, readerAccount, workerAccount, workersOf } from '../install/names.ts';
import type { Cache } from '../kube/cache.ts';
import type { Kube, KubeObject } from '../kube/kube.ts';
import { Queue } from '../kube/queue.ts';
import { configmaps, deployments, networkpolicies, poddisruptionbudgets, pods, resourceOf, serviceaccounts } from '../kube/resources.ts';
import { isOwnedBy } from '../plan/owner.ts';
import { namespaceObjects, poolObjects } from '../plan/pool-objects.ts';
import { qualified } from '../plan/route.ts';
import { hindrance, type Hindrance } from '../plan/worker-health.ts';
import { workerLabels, type PodSettings } from '../plan/worker-pod.ts';
import { Kept } from './kept.ts';

/** What the operator needs to know to make pods; absent where it does not run in a cluster. */
export interface InCluster {
  readonly settings: PodSettings;
  readonly offlineAuthority?: string;
  /** PEM of the authorities of the operator's door, at the moment. */
  readonly authority: () => string;
  readonly onAuthority: (listener: () => void) => void;
}

export interface PoolObjectsOptions {
  readonly kube: Kube;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly pools: Cache<WorkerPool>;
  readonly inCluster: InCluster;
  /** What is in the way of a pool, or its Deployment, is another than before. */
  readonly onChange: (namespace: string, name: string) => void;
}

const selector = (wanted: Readonly<Record<string, string>>): string => Object.entries(wanted).map(([name, value]) => `${name}=${value}`).join(',');
const byName = (name: string) => ({ fieldSelector: `metadata.name=${name}` });
const made = { labelSelector: selector(madeLabels) };
/** For the cluster to collect what belonged to an earlier pool of the same name. */
const collectedMs = 1000;

export class PoolObjects {
  readonly #options: PoolObjectsOptions;
  readonly #kept: Kept;
  readonly #queue: Queue;
  readonly #refused = new Map<string, Hindrance>();
  /** Before all pools are known, a namespace that shows none or some means nothing. */
  #isStarted = false;

  constructor(options: PoolObjectsOptions) {
    const { kube, log, signal, inCluster, onChange } = options;
    this.#options = options;
    this.#queue = new Queue({
      work: (namespace) => this.#keep(namespace),
      onError: (namespace, error, retryInMs) => log.warn(`keeping the workers of namespace ${namespace}`, { error, retryInMs: Math.round(retryInMs) }),
    });
    const watched = [
      { resource: deployments, scope: made },
      { resource: networkpolicies, scope: made },
      { resource: poddisruptionbudgets, scope: made },
      ...[workerAccount, readerAccount].map((name) => ({ resource: serviceaccounts, scope: byName(name) })),
      ...[authorityConfigMap, ...(inCluster.offlineAuthority === undefined ? [] : [offlineConfigMap])].map((name) => ({ resource: configmaps, scope: byName(name) })),
    ];
    this.#kept = new Kept({ kube, log, signal, watched, onDrift: ({ metadata }) => this.enqueue(metadata.namespace ?? '') });
    this.#kept.onChange(deployments, ({ metadata }) => onChange(metadata.namespace ?? '', metadata.labels?.[labels.workerPool] ?? ''));
    inCluster.onAuthority(() => this.#isStarted && this.enqueueAll());
  }

  /** Resolves when everything that exists has been seen. */
  open(): Promise<void> {
    return this.#kept.open();
  }

  enqueue(namespace: string): void {
    if (this.#isStarted && this.#options.pools.list(namespace).length > 0) this.#queue.add(namespace);
  }

  /** To be called when all pools are known; the first time it starts the work. */
  enqueueAll(): void {
    this.#isStarted = true;
    for (const { metadata } of this.#options.pools.list()) this.enqueue(metadata.namespace ?? 'default');
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  /** Why the workers of a pool do not come up, as far as it is known. */
  async hindrance(pool: WorkerPool): Promise<Hindrance | undefined> {
    const { namespace = 'default', name } = pool.metadata;
    const refused = this.#refused.get(qualified(pool));
    if (refused) return refused;
    const deployment = this.#kept.get(deployments, { namespace, name: workersOf(name) });
    const { items } = await this.#options.kube.list(pods, { namespace, labelSelector: selector(workerLabels(name)) });
    return hindrance(deployment, items, new Date());
  }

  async #keep(namespace: string): Promise<number | void> {
    const { pools, inCluster } = this.#options;
    const here = pools.list(namespace).filter(({ metadata }) => !metadata.deletionTimestamp);
    // What is left goes with its owners.
    if (here.length === 0) return;
    const settings = { ...inCluster.settings, authority: inCluster.authority(), ...(inCluster.offlineAuthority === undefined ? {} : { offlineAuthority: inCluster.offlineAuthority }) };
    let againInMs: number | undefined;
    for (const pool of here) {
      // One that fails is tried again; the others do not wait for it.
      againInMs = (await this.#all(pool, [...namespaceObjects(namespace, here, settings), ...poolObjects(pool, settings)])) ?? againInMs;
    }
    const failed = here.find((pool) => this.#refused.has(qualified(pool)));
    if (failed) throw new Error(this.#refused.get(qualified(failed))?.message);
    return againInMs;
  }

  async #all(pool: WorkerPool, objects: readonly KubeObject[]): Promise<number | undefined> {
    let failure: Hindrance | undefined;
    let againInMs: number | undefined;
    try {
      for (const object of objects) againInMs = (await this.#one(object, pool)) ?? againInMs;
    } catch (error) {
      failure = { reason: 'ObjectsRefused', message: error instanceof Error ? error.message : String(error) };
    }
    this.#tell(pool, failure);
    return againInMs;
  }

  #tell(pool: WorkerPool, failure: Hindrance | undefined): void {
    const key = qualified(pool);
    if (this.#refused.get(key)?.message === failure?.message) return;
    if (failure) this.#refused.set(key, failure);
    else this.#refused.delete(key);
    this.#options.onChange(pool.metadata.namespace ?? 'default', pool.metadata.name);
  }

  /** A Deployment of somebody else that happens to be called like ours is left alone. */
  async #one(object: KubeObject, pool: WorkerPool): Promise<number | undefined> {
    const resource = resourceOf(object);
    const owner = object.metadata.ownerReferences?.find(({ controller }) => controller);
    if (resource && owner && !this.#kept.isKept(object)) {
      const live = await this.#options.kube.get(resource, object.metadata);
      if (live && !isOwnedBy(live, pool)) {
        const earlier = live.metadata.ownerReferences?.some(({ kind, name }) => kind === owner.kind && name === owner.name);
        if (earlier) return collectedMs;
        throw new Error(`${object.kind} ${object.metadata.namespace}/${object.metadata.name} exists already and is not of WorkerPool ${pool.metadata.name}; remove it, or give the pool another name`);
      }
    }
    await this.#kept.keep(object);
    return undefined;
  }
}
