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
  readonly delayMs: number;
}

/**
 * The SDK's own batch processors drop silently, and their flush starts every batch at once, which the exporter then
 * refuses; this one sends one request at a time and knows what was lost.
 */
export class Batch<Item> {
  readonly #options: BatchOptions<Item>;
  #waiting: { readonly item: Item; readonly bytes: number }[] = [];
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
    const full = this.#waiting.length >= maxWaiting.items || this.#waitingBytes + bytes > maxWaiting.bytes;
    if (this.#closed || full) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push({ item, bytes });
    this.#waitingBytes += bytes;
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
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, count).map((waiting) => waiting.item);
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
