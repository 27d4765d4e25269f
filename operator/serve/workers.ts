// The workers' side of the door: orders out, status in.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseWorkerStatus, type WorkerStatus } from '../../sandbox/contract.ts';
import type { Delivery } from '../controllers/deliver.ts';
import { nameOfWorker, workerKey } from '../controllers/world.ts';
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
  readonly #delivery: Delivery;
  /** Reports of workers whose stream has not come yet: the two travel on different connections. */
  readonly #unclaimed = new Map<string, WorkerStatus>();
  readonly #heardAt = new Map<string, number>();

  constructor(workers: Peers<WorkerStatus>, delivery: Delivery) {
    this.#workers = workers;
    this.#delivery = delivery;
  }

  streamOrders(query: URLSearchParams, response: ServerResponse): void {
    const [namespace, pool, ...more] = (query.get('pool') ?? '').split('/');
    const worker = query.get('worker') ?? '';
    if (!namespace || !pool || more.length > 0 || !/^[A-Za-z0-9.-]{1,253}$/.test(worker)) return refuse(response, 'badQuery', 'pool=namespace/name and worker=name are needed');
    const key = workerKey(namespace, pool, worker);
    const disconnect = this.#workers.connect(key);
    this.#heardAt.set(key, Date.now());
    const watchdog = setInterval(() => Date.now() - (this.#heardAt.get(key) ?? 0) > silenceMs && response.destroy(), lookEveryMs);
    const early = this.#unclaimed.get(worker);
    if (early) this.#workers.report(key, early);
    this.#unclaimed.delete(worker);
    streamFeed(this.#delivery.orders(key), response, () => {
      clearInterval(watchdog);
      disconnect();
      if (!this.#workers.get(key)?.connected) this.#heardAt.delete(key);
    });
  }

  async takeStatus(request: IncomingMessage, query: URLSearchParams, response: ServerResponse): Promise<void> {
    const body = await readBody(request, maxStatusBytes);
    if (body.kind === 'refused') return refuse(response, body.refusal);
    let status: WorkerStatus;
    try {
      status = parseWorkerStatus(parseJson(body.plain));
    } catch (error) {
      return refuse(response, 'badBody', error instanceof Error ? error.message : undefined);
    }
    this.#keep(status, query.get('pool'));
    response.writeHead(204).end();
  }

  /** The status itself carries no pool; where two pools have workers of one name, the query says which. */
  #keep(status: WorkerStatus, pool: string | null): void {
    const known = this.#workers.list().filter(({ key }) => nameOfWorker(key) === status.worker && (pool === null || key.startsWith(`${pool}/`)));
    const [worker] = known.toSorted((a, b) => Number(b.connected) - Number(a.connected));
    if (worker && this.#workers.report(worker.key, status)) {
      if (worker.connected) this.#heardAt.set(worker.key, Date.now());
      return;
    }
    this.#unclaimed.set(status.worker, status);
    const [oldest] = this.#unclaimed.keys();
    if (this.#unclaimed.size > maxUnclaimed && oldest !== undefined) this.#unclaimed.delete(oldest);
  }
}
