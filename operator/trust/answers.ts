// What was answered a moment ago, by key: bounded in number and time, and each question is asked once at a time.

import { Pace } from '../serve/shares.ts';

interface Kept<T> {
  readonly answer: T;
  readonly until: number;
}

const maxKept = 1024;
/** Questions under way: more are turned away, so that strangers cannot keep the API server busy through us. */
const maxAsking = 32;

/** The API server counts them as ours: beyond this they would slow down everything else that we ask it. */
export const questions = { burst: 512, everyMs: 20 };

/** More is being asked than can be answered. */
export class TooBusy extends Error {}

export class Answers<T> {
  readonly #kept = new Map<string, Kept<T>>();
  readonly #asking = new Map<string, Promise<T>>();
  readonly #now: () => Date;
  readonly #pace: Pace;

  constructor(now: () => Date, { burst, everyMs } = questions) {
    this.#now = now;
    this.#pace = new Pace(burst, everyMs, now);
  }

  get size(): number {
    return this.#kept.size;
  }

  /** The answer that is kept, or that of `ask`, kept for `forMs`; without it, it is not kept. Rejects with {@link TooBusy}. */
  remember(key: string, ask: () => Promise<{ readonly answer: T; readonly forMs?: number }>): Promise<T> {
    const known = this.#kept.get(key);
    if (known && known.until > this.#now().getTime()) return Promise.resolve(known.answer);
    this.#kept.delete(key);
    const underWay = this.#asking.get(key);
    if (underWay) return underWay;
    if (this.#asking.size >= maxAsking || !this.#pace.allows('all')) return Promise.reject(new TooBusy('too many tokens are being checked'));
    const asking = ask()
      .then(({ answer, forMs }) => {
        if (forMs !== undefined) this.#keep(key, { answer, until: this.#now().getTime() + forMs });
        return answer;
      })
      .finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  #keep(key: string, kept: Kept<T>): void {
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > maxKept && oldest !== undefined) this.#kept.delete(oldest);
  }
}
