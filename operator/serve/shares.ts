// How much of something each may have: so many at a time, or so many in a while. Bounded in what it remembers.

/** So many at a time for each key, and for all together. */
export class Places {
  readonly #each: number;
  readonly #all: number;
  readonly #taken = new Map<string, number>();
  #total = 0;

  constructor(each: number, all = Infinity) {
    this.#each = each;
    this.#all = all;
  }

  /** Undefined: there is none left. Call the answer, once, to give it back. */
  take(key: string): (() => void) | undefined {
    const taken = this.#taken.get(key) ?? 0;
    if (taken >= this.#each || this.#total >= this.#all) return undefined;
    this.#taken.set(key, taken + 1);
    this.#total++;
    return () => {
      this.#total--;
      const left = (this.#taken.get(key) ?? 1) - 1;
      if (left > 0) this.#taken.set(key, left);
      else this.#taken.delete(key);
    };
  }
}

const maxKeys = 4096;

/** `burst` at once for each key, and then one in each `everyMs`. */
export class Pace {
  readonly #burst: number;
  readonly #everyMs: number;
  readonly #now: () => Date;
  /** When the share of a key will be whole again. */
  readonly #wholeAt = new Map<string, number>();

  constructor(burst: number, everyMs: number, now: () => Date) {
    this.#burst = burst;
    this.#everyMs = everyMs;
    this.#now = now;
  }

  allows(key: string): boolean {
    const now = this.#now().getTime();
    const wholeAt = Math.max(now, this.#wholeAt.get(key) ?? now) + this.#everyMs;
    if (wholeAt - now > this.#burst * this.#everyMs) return false;
    this.#wholeAt.delete(key);
    this.#wholeAt.set(key, wholeAt);
    const [oldest] = this.#wholeAt.keys();
    if (this.#wholeAt.size > maxKeys && oldest !== undefined) this.#wholeAt.delete(oldest);
    return true;
  }
}
