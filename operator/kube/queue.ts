// Keys that wait for work: each at most once, never the same one twice at a time, failed ones again after a growing delay.

export interface QueueOptions {
  /** A number asks for the same key again after so many milliseconds. */
  readonly work: (key: string) => Promise<number | void>;
  readonly onError: (key: string, error: unknown, retryInMs: number) => void;
  readonly concurrency?: number;
}

const firstDelayMs = 50;
const longestDelayMs = 30_000;

export class Queue {
  readonly #options: QueueOptions;
  readonly #waiting = new Set<string>();
  readonly #running = new Set<string>();
  readonly #again = new Set<string>();
  readonly #timers = new Map<string, { readonly timer: NodeJS.Timeout; readonly at: number }>();
  readonly #failures = new Map<string, number>();
  #closed = false;
  #idle: (() => void) | undefined;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** A key that is being worked on is worked on once more afterwards. */
  add(key: string): void {
    if (this.#closed) return;
    this.#unschedule(key);
    if (this.#running.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.#start();
  }

  /** An earlier time for the same key wins. */
  addAfter(key: string, delayMs: number): void {
    if (this.#closed) return;
    const at = Date.now() + delayMs;
    const known = this.#timers.get(key);
    if (known && known.at <= at) return;
    this.#unschedule(key);
    this.#timers.set(key, { timer: setTimeout(() => this.add(key), delayMs), at });
  }

  /** Takes nothing more; resolves when what runs has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    this.#again.clear();
    for (const key of this.#timers.keys()) this.#unschedule(key);
    if (this.#running.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  #unschedule(key: string): void {
    clearTimeout(this.#timers.get(key)?.timer);
    this.#timers.delete(key);
  }

  #start(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= (this.#options.concurrency ?? 4)) return;
      this.#waiting.delete(key);
      this.#running.add(key);
      void this.#run(key);
    }
  }

  async #run(key: string): Promise<void> {
    try {
      const againInMs = await this.#options.work(key);
      this.#failures.delete(key);
      if (typeof againInMs === 'number') this.addAfter(key, againInMs);
    } catch (error) {
      const failures = this.#failures.get(key) ?? 0;
      const delayMs = Math.min(firstDelayMs * 2 ** failures, longestDelayMs) * (0.5 + Math.random() / 2);
      this.#failures.set(key, Math.min(failures + 1, 20));
      this.#options.onError(key, error, delayMs);
      this.addAfter(key, delayMs);
    }
    this.#running.delete(key);
    if (this.#again.delete(key) && !this.#closed) this.#waiting.add(key);
    if (this.#closed && this.#running.size === 0) this.#idle?.();
    this.#start();
  }
}
