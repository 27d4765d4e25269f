// All sandboxes of this worker: makes the orders true, and tells how they are.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RuntimeChoice, SandboxStatus, WorkerStatus, WorkOrder, WorkOrders } from './contract.ts';
import { watchProxy } from './handoff.ts';
import type { Door } from './orders.ts';
import { Sandbox } from './sandbox.ts';
import type { World } from './world.ts';

const reportEveryMs = 10_000;
/** Changes that come together are reported together. */
const settleMs = 20;

export class Fleet {
  readonly #world: World;
  readonly #worker: string;
  readonly #choice: RuntimeChoice;
  readonly #sandboxes = new Map<string, Sandbox>();
  readonly #leaving = new Map<string, Promise<void>>();
  #orders: readonly WorkOrder[] = [];
  #isStopping = false;
  #hasChanged = Promise.withResolvers<void>();

  constructor(world: World, worker: string, choice: RuntimeChoice) {
    this.#world = world;
    this.#worker = worker;
    this.#choice = choice;
  }

  accept(orders: WorkOrders): void {
    this.#orders = orders.orders;
    this.#converge();
  }

  /** An order that changed keeps its id only if nothing in it changed; else the old sandbox is stopped before the new one starts. */
  #converge(): void {
    if (this.#isStopping) return;
    const wanted = new Map(this.#orders.map((order) => [order.id, order]));
    for (const [id, sandbox] of this.#sandboxes) {
      const order = wanted.get(id);
      if (order === undefined || content(order) !== content(sandbox.order)) this.#remove(id, sandbox);
    }
    const busy = new Set(this.#leaving.keys());
    for (const order of wanted.values()) {
      if (this.#sandboxes.has(order.id) || busy.has(agentOf(order))) continue;
      this.#sandboxes.set(order.id, new Sandbox(order, this.#world, () => this.#hasChanged.resolve()));
    }
    this.#hasChanged.resolve();
  }

  /** Two revisions of one agent never run at once. */
  #remove(id: string, sandbox: Sandbox): void {
    this.#sandboxes.delete(id);
    const agent = agentOf(sandbox.order);
    const before = this.#leaving.get(agent);
    const gone = Promise.all([before, sandbox.stop()]).then(() => {
      if (this.#leaving.get(agent) === gone) this.#leaving.delete(agent);
      this.#converge();
    });
    this.#leaving.set(agent, gone);
  }

  status(): WorkerStatus {
    const sandboxes: SandboxStatus[] = [...this.#sandboxes.values()].filter((s) => !s.isCutShort()).map((s) => s.status());
    return { worker: this.#worker, runtime: this.#choice, sandboxes };
  }

  /** Reports after every change and every ten seconds, until `signal`. */
  async report(door: Door, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#hasChanged = Promise.withResolvers();
      try {
        await door.report(this.status());
        await Promise.race([this.#hasChanged.promise, sleep(reportEveryMs, undefined, { signal }).catch(() => undefined)]);
        await sleep(settleMs);
      } catch {
        // The order stream has told that the operator is away; the next report carries everything anyhow.
        await sleep(500, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async followProxy(signal: AbortSignal): Promise<void> {
    let isUp = false;
    const watch = {
      up: () => {
        isUp = true;
        for (const sandbox of this.#sandboxes.values()) void sandbox.proxyBack();
      },
      down: (why: string) => {
        if (isUp) this.#world.log.warn('the egress proxy is gone: sandboxes have no network until it is back', { why });
        isUp = false;
        for (const sandbox of this.#sandboxes.values()) sandbox.proxyLost();
      },
    };
    await watchProxy(this.#world.proxySocketDir, watch, signal);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const sandboxes = [...this.#sandboxes.values()];
    await Promise.all([...sandboxes.map((s) => s.stop()), ...this.#leaving.values()]);
  }
}

/** Without the count, which grows while the sandbox lives. */
function content(order: WorkOrder): string {
  const { restartCount: _grows, ...rest } = order;
  return JSON.stringify(rest);
}

function agentOf(order: WorkOrder): string {
  return `${order.agent.kind}/${order.agent.namespace}/${order.agent.name}`;
}
