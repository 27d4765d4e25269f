// Decides who runs where and what the proxies obey, from the whole world at once, and offers both to those who listen.
import { place } from '../plan/placement.ts';
import { compile, contentVersion } from '../plan/egress-policy.ts';
import { byAge, qualified } from '../plan/route.ts';
import { workOrder } from '../plan/work-order.ts';
import { Feed } from '../serve/feed.ts';
import type { WorkOrder } from '../../sandbox/contract.ts';
import { parseWorkOrders } from '../../sandbox/contract.ts';
import type { PolicyHistory } from './policy-history.ts';
import { authorityOf, caches, factsOf, poolOfWorker, workerKey, type World } from './world.ts';
import { roomPerWorker } from './worker-pool.ts';

/** Changes come in groups (an apply of five files): they are waited for so long. */
const coalesceMs = 20;

export class Delivery {
  readonly policy = new Feed();
  readonly #orders = new Map<string, Feed>();
  readonly #world: World;
  readonly #history: PolicyHistory;
  readonly #delivered: () => void;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #decided = '';

  /** `delivered` is called when a decision differs from the one before, since conditions depend on it. */
  constructor(world: World, history: PolicyHistory, delivered: () => void) {
    this.#world = world;
    this.#history = history;
    this.#delivered = delivered;
  }

  /** The orders of one worker, also of one that was never heard of. */
  orders(worker: string): Feed {
    const feed = this.#orders.get(worker) ?? new Feed();
    this.#orders.set(worker, feed);
    return feed;
  }

  schedule(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      try {
        this.#decide();
      } catch (error) {
        // What was offered before stands: agents go on, and nothing new is let through.
        this.#world.log.error('deciding who runs where and what may pass', { error });
      }
    }, coalesceMs);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #decide(): void {
    const world = this.#world;
    // An order or a route that is only not seen yet would be taken for one that is gone: nothing is offered before all is known.
    if (!caches(world).every((cache) => cache.synced) || (this.policy.line === undefined && !world.secrets.settled)) return;
    const decided = JSON.stringify([this.#offerPolicy(), this.#offerOrders()]);
    if (decided === this.#decided) return;
    this.#decided = decided;
    this.#delivered();
  }

  #offerPolicy(): unknown {
    const { gateways, routes, policies, secrets } = this.#world;
    const compiled = compile({
      gateways: gateways.list().filter(({ metadata }) => !metadata.deletionTimestamp),
      routes: routes.list(),
      policies: policies.list(),
      authority: (gateway) => authorityOf(this.#world, gateway),
      secret: (namespace, name) => secrets.get(namespace, name),
    });
    this.#history.record(compiled, gateways.list());
    this.policy.offer(compiled.policy);
    return [compiled.policy.version, ...compiled.leftOut];
  }

  #offerOrders(): unknown {
    const world = this.#world;
    const agents = world.agents.list().filter(({ metadata }) => !metadata.deletionTimestamp).toSorted(byAge);
    const pools = new Map(world.pools.list().map((pool) => [qualified(pool), pool]));
    const runnable = agents.flatMap((agent) => {
      const order = this.#checked(workOrder(factsOf(world, agent)));
      return order ? [{ agent, order }] : [];
    });
    const placement = place({
      agents: runnable.map(({ agent }) => ({ key: qualified(agent), pool: `${agent.metadata.namespace}/${agent.spec.workerPoolRef}`, ...this.#before(qualified(agent)) })),
      workers: world.workers.list().map(({ key }) => ({ key, pool: poolOfWorker(key), room: roomPerWorker(pools.get(poolOfWorker(key))) })),
    });
    world.placement = placement;
    for (const { key } of world.workers.list()) {
      const orders = runnable.flatMap(({ agent, order }) => (placement.get(qualified(agent)) === key ? [order] : []));
      this.orders(key).offer({ version: contentVersion(orders), orders });
    }
    for (const key of this.#orders.keys()) if (!world.workers.get(key)) this.#orders.delete(key);
    return [...placement];
  }

  /** Where it runs now; after a restart of ours, where it ran as its status says. */
  #before(key: string): { readonly before?: string } {
    const decided = this.#world.placement?.get(key);
    if (decided) return { before: decided };
    const [namespace = '', name = ''] = key.split('/');
    const agent = this.#world.agents.get(namespace, name);
    return agent?.status?.worker ? { before: workerKey(namespace, agent.spec.workerPoolRef, agent.status.worker) } : {};
  }

  /** A worker refuses all of its orders when it cannot read one, so an unreadable one is kept from it. */
  #checked(order: WorkOrder | undefined): WorkOrder | undefined {
    if (!order) return undefined;
    try {
      parseWorkOrders({ version: 'check', orders: [order] });
      return order;
    } catch (error) {
      this.#world.log.error(`the work order of ${order.agent.namespace}/${order.agent.name} cannot be given out`, { error });
      return undefined;
    }
  }
}
