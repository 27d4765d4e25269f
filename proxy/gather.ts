// Keeps the first or the last bytes of a stream within a bound; copies, because a slice would keep its whole chunk alive.

export class Gather {
  readonly #limit: number;
  readonly #keep: 'first' | 'last';
  #buffer: Buffer = Buffer.alloc(0);
  #length = 0;
  total = 0;

  constructor(limit: number, keep: 'first' | 'last' = 'first') {
    this.#limit = limit;
    this.#keep = keep;
  }

  get truncated(): boolean {
    return this.total > this.#limit;
  }

  add(chunk: Uint8Array): void {
    this.total += chunk.length;
    if (this.#keep === 'first') this.#append(chunk.subarray(0, Math.max(0, this.#limit - this.#length)));
    else {
      const tail = chunk.subarray(Math.max(0, chunk.length - this.#limit));
      // Twice the limit before it moves, so that small chunks do not each move the whole tail.
      if (this.#length + tail.length > 2 * this.#limit) {
        const kept = Math.max(0, this.#limit - tail.length);
        this.#buffer.copyWithin(0, this.#length - kept, this.#length);
        this.#length = kept;
      }
      this.#append(tail);
    }
  }

  bytes(): Buffer {
    const from = this.#keep === 'last' ? Math.max(0, this.#length - this.#limit) : 0;
    return this.#buffer.subarray(from, this.#length);
  }

  #append(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    const needed = this.#length + chunk.length;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(2 * this.#buffer.length, 2 * this.#limit), 512));
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = needed;
  }
}
