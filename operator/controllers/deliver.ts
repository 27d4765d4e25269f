// Decides who runs where and what each pod's proxy obeys, from the whole world at once, and offers both to those who listen.
import type { DaemonAgent } from '../api/daemon-agent.ts';
import { place } from '../plan/placement.ts';
import { compile, contentVersion, policyOf, type Compiled } from '../plan/egress-policy.ts';
import { byAge, qualified } from '../plan/route.ts';
import { workOrder } from '../plan/work-order.ts';
import { Feed } from '../serve/feed.ts';
import type { WorkOrder } from '../../sandbox/contract.ts';
import { parseWorkOrders } from '../../sandbox/contract.ts';
import type { PolicyHistory } from './policy-history.ts';
import { Uses } from './uses.ts';
import { authorityOf, caches, factsOf, poolOfWorker, workerKey, type World } from './world.ts';
import { roomPerWorker } from './worker-pool.ts';

/** Changes come in groups (an apply of five files): they are waited for so long. */
const coalesceMs = 20;

interface Runnable {
  readonly agent: DaemonAgent;
  readonly order: WorkOrder;
}

export class Delivery {
  readonly #policies = new Map<string, Feed>();
  readonly #uses = new Uses(() => this.schedule());
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

  /** What the proxy of one pod obeys: the gateways of the sandboxes that are placed there, and no others' credentials. */
  policy(pod: string): Feed {
    const known = this.#policies.get(pod);
    if (known) return known;
    const feed = new Feed();
    this.#policies.set(pod, feed);
    this.schedule();
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
    this.#uses.close();
  }

  #decide(): void {
    const world = this.#world;
    // An order or a route that is only not seen yet would be taken for one that is gone: nothing is offered before all is known.
    if (!caches(world).every((cache) => cache.synced) || (this.#decided === '' && !world.secrets.settled)) return;
    const runnable = this.#runnable();
    const placement = this.#place(runnable.map(({ agent }) => agent));
    world.placement = placement;
    const placed = runnable.map(({ agent, order }) => ({ pod: placement.get(qualified(agent)), order }));
    world.gatewayPods = this.#uses.update(placed.flatMap(({ pod, order }) => (pod === undefined || !order.egress ? [] : [{ pod, gateway: order.egress.gateway }])));
    // The policy first: a sandbox that starts finds it at the proxy of its pod.
    const decided = JSON.stringify([this.#offerPolicies(), this.#offerOrders(placed), [...placement]]);
    if (decided === this.#decided) return;
    this.#decided = decided;
    this.#delivered();
  }

  #compile(): Compiled {
    const { gateways, routes, policies, secrets } = this.#world;
    return compile({
      gateways: gateways.list().filter(({ metadata }) => !metadata.deletionTimestamp),
      routes: routes.list(),
      policies: policies.list(),
      authority: (gateway) => authorityOf(this.#world, gateway),
      secret: (namespace, name) => secrets.get(namespace, name),
    });
  }

  #offerPolicies(): unknown {
    const compiled = this.#compile();
    const { gateways, proxies } = this.#world;
    for (const pod of this.#policies.keys()) if (!proxies.get(pod)) this.#policies.delete(pod);
    this.#history.leave(compiled.leftOut, this.#policies.size);
    const versions = [...this.#policies].map(([pod, feed]) => {
      const policy = policyOf(compiled, this.#uses.of(pod));
      this.#history.record(policy, gateways.list());
      feed.offer(policy);
      return [pod, policy.version];
    });
    return [versions, compiled.policy.version, ...compiled.leftOut];
  }

  #runnable(): readonly Runnable[] {
    const agents = this.#world.agents.list().filter(({ metadata }) => !metadata.deletionTimestamp).toSorted(byAge);
    return agents.flatMap((agent) => {
      const order = this.#checked(workOrder(factsOf(this.#world, agent)));
      return order ? [{ agent, order }] : [];
    });
  }

  #place(agents: readonly DaemonAgent[]): ReadonlyMap<string, string> {
    const world = this.#world;
    const pools = new Map(world.pools.list().map((pool) => [qualified(pool), pool]));
    return place({
      agents: agents.map((agent) => ({ key: qualified(agent), pool: `${agent.metadata.namespace}/${agent.spec.workerPoolRef}`, ...this.#before(qualified(agent)) })),
      workers: world.workers.list().map(({ key }) => ({ key, pool: poolOfWorker(key), room: roomPerWorker(pools.get(poolOfWorker(key))) })),
    });
  }

  #offerOrders(placed: readonly { readonly pod: string | undefined; readonly order: WorkOrder }[]): unknown {
    const { workers } = this.#world;
    const versions = workers.list().map(({ key }) => {
      const orders = placed.flatMap(({ pod, order }) => (pod === key ? [order] : []));
      const version = contentVersion(orders);
      this.orders(key).offer({ version, orders });
      return [key, version];
    });
    for (const key of this.#orders.keys()) if (!workers.get(key)) this.#orders.delete(key);
    return versions;
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
