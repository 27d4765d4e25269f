// A bounded queue in front of an OTLP exporter: it drops and counts, and never blocks or throws into whoever adds.
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';

/** What may wait while the collector is away. Captured bodies make single spans heavy, so bytes are bounded as well as items. */
const maxWaiting = { items: 4096, bytes: 16 * 1024 * 1024 };
/** What one request carries; receivers refuse bodies beyond 8 MiB. */
const maxRequest = { items: 512, bytes: 2 * 1024 * 1024 };

export interface BatchOptions<Item> {
  readonly send: (items: Item[], done: (result: ExportResult) => void) => void;
  /** Bytes of one item, roughly. */
  readonly weigh: (item: Item) => number;
  /** Whose item it is; one owner fills at most half of the queue, so that the other half is left for the others. */
  readonly owner?: (item: Item) => string | undefined;
  readonly delayMs: number;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly bytes: number;
  readonly owner: string | undefined;
}

/**
 * The SDK's own batch processors drop silently, and their flush starts every batch at once, which the exporter then
 * refuses; this one sends one request at a time and knows what was lost.
 */
export class Batch<Item> {
  readonly #options: BatchOptions<Item>;
  #waiting: Waiting<Item>[] = [];
  readonly #byOwner = new Map<string, { items: number; bytes: number }>();
  #waitingBytes = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(options: BatchOptions<Item>) {
    this.#options = options;
  }

  /** Items lost so far: the queue was full, or the collector did not take them in time. */
  get dropped(): number {
    return this.#dropped;
  }

  add(item: Item): void {
    const bytes = this.#options.weigh(item);
    const owner = this.#options.owner?.(item);
    const own = owner === undefined ? undefined : this.#byOwner.get(owner);
    const full = this.#waiting.length >= maxWaiting.items || this.#waitingBytes + bytes > maxWaiting.bytes;
    const isGreedy = own !== undefined && (own.items >= maxWaiting.items / 2 || own.bytes + bytes > maxWaiting.bytes / 2);
    if (this.#closed || full || isGreedy) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push({ item, bytes, owner });
    this.#count(owner, 1, bytes);
    if (this.#waiting.length >= maxRequest.items || this.#waitingBytes >= maxRequest.bytes) void this.#start();
    else this.#timer ??= setTimeout(() => void this.#start(), this.#options.delayMs).unref();
  }

  /** Sends what waits now; resolves when it was sent or lost, or when the time is over. Never rejects. */
  async flush(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    await Promise.race([this.#start(), timeout]);
    clearTimeout(timer);
  }

  /** Flushes and takes nothing more; what could not be sent in time is lost, so that nothing goes on in the background. */
  async close(timeoutMs: number): Promise<void> {
    this.#closed = true;
    await this.flush(timeoutMs);
    clearTimeout(this.#timer);
    this.#dropped += this.#waiting.length;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #start(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = undefined));
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const items = this.#take();
      if (!(await this.#sendOnce(items))) this.#dropped += items.length;
    }
  }

  #take(): Item[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      if (count === maxRequest.items || (count > 0 && bytes + waiting.bytes > maxRequest.bytes)) break;
      bytes += waiting.bytes;
      count += 1;
    }
    const taken = this.#waiting.splice(0, count);
    for (const waiting of taken) this.#count(waiting.owner, -1, -waiting.bytes);
    return taken.map((waiting) => waiting.item);
  }

  #count(owner: string | undefined, items: number, bytes: number): void {
    this.#waitingBytes += bytes;
    if (owner === undefined) return;
    const own = this.#byOwner.get(owner) ?? { items: 0, bytes: 0 };
    own.items += items;
    own.bytes += bytes;
    if (own.items === 0) this.#byOwner.delete(owner);
    else this.#byOwner.set(owner, own);
  }

  #sendOnce(items: Item[]): Promise<boolean> {
    return new Promise((resolve) => {
      try {
        this.#options.send(items, (result) => resolve(result.code === ExportResultCode.SUCCESS));
      } catch {
        // The serializer can meet a value that JSON cannot hold; the record is lost, the caller is not.
        resolve(false);
      }
    });
  }
}
