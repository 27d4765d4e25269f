// The workers' side of the door: the orders of their pod out, status in.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseWorkerStatus, type WorkerStatus } from '../../sandbox/contract.ts';
import type { Delivery } from '../controllers/deliver.ts';
import { podKey } from '../controllers/world.ts';
import type { PodIdentity } from '../trust/identity.ts';
import { parseJson, readBody } from './body.ts';
import { streamFeed } from './feed.ts';
import type { Peers } from './peers.ts';
import { refuse } from './refusals.ts';

const maxStatusBytes = 4 * 1024 * 1024;
const maxUnclaimed = 64;
/** A worker reports every 10 s. One whose machine is gone would otherwise hold its stream open until TCP gives up, a quarter of an hour. */
const silenceMs = 25_000;
const lookEveryMs = 5000;

export class WorkerDoor {
  readonly #workers: Peers<WorkerStatus>;
  readonly #delivery: Pick<Delivery, 'orders'>;
  /** Reports of workers whose stream has not come yet: the two travel on different connections. */
  readonly #unclaimed = new Map<string, WorkerStatus>();
  readonly #heardAt = new Map<string, number>();

  constructor(workers: Peers<WorkerStatus>, delivery: Pick<Delivery, 'orders'>) {
    this.#workers = workers;
    this.#delivery = delivery;
  }

  streamOrders(key: string, response: ServerResponse): void {
    const disconnect = this.#workers.connect(key);
    this.#heardAt.set(key, Date.now());
    const watchdog = setInterval(() => Date.now() - (this.#heardAt.get(key) ?? 0) > silenceMs && response.destroy(), lookEveryMs);
    const early = this.#unclaimed.get(key);
    if (early) this.#workers.report(key, early);
    this.#unclaimed.delete(key);
    streamFeed(this.#delivery.orders(key), response, () => {
      clearInterval(watchdog);
      disconnect();
      if (!this.#workers.get(key)?.connected) this.#heardAt.delete(key);
    });
  }

  async takeStatus(who: PodIdentity, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, maxStatusBytes);
    if (body.kind === 'refused') return refuse(response, body.refusal);
    let status: WorkerStatus;
    try {
      status = parseWorkerStatus(parseJson(body.plain));
    } catch (error) {
      return refuse(response, 'badBody', error instanceof Error ? error.message : undefined);
    }
    if (status.worker !== who.pod) return refuse(response, 'forbidden', 'worker: is not the pod of the certificate');
    this.#keep(podKey(who), status);
    response.writeHead(204).end();
  }

  #keep(key: string, status: WorkerStatus): void {
    if (this.#workers.report(key, status)) {
      if (this.#workers.get(key)?.connected) this.#heardAt.set(key, Date.now());
      return;
    }
    this.#unclaimed.set(key, status);
    const [oldest] = this.#unclaimed.keys();
    if (this.#unclaimed.size > maxUnclaimed && oldest !== undefined) this.#unclaimed.delete(oldest);
  }
}
