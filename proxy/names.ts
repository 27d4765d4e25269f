// One sandbox's synthetic addresses: every name it asks for gets an address of its own in 198.18.0.0/15.

const first = (198 << 24) + (18 << 16) + 1;
const size = 2 ** 17 - 2;

export class Names {
  readonly #max: number;
  /** Least recently asked first, by Map order. */
  readonly #byName = new Map<string, string>();
  readonly #byAddress = new Map<string, string>();
  #next = 0;

  /** At most `max` names at once; the least recently asked one gives way. */
  constructor(max = 4096) {
    this.#max = max;
  }

  get size(): number {
    return this.#byName.size;
  }

  /** The address of a name, now the most recently asked one. */
  addressOf(name: string): string {
    const known = this.#byName.get(name);
    if (known !== undefined) this.#byName.delete(name);
    const address = known ?? this.#free();
    this.#byName.set(name, address);
    this.#byAddress.set(address, name);
    return address;
  }

  /** The name behind an address. Undefined also for addresses that were given out and have given way: those stay closed. */
  nameOf(address: string): string | undefined {
    return this.#byAddress.get(address);
  }

  /** Walks the whole range before it comes back to an address, so that a cached answer does not soon mean another name. */
  #free(): string {
    if (this.#byName.size >= this.#max) {
      const [oldest, address] = this.#byName.entries().next().value ?? [];
      if (oldest !== undefined) this.#byName.delete(oldest);
      if (address !== undefined) this.#byAddress.delete(address);
    }
    let address: string;
    do {
      const value = first + (this.#next++ % size);
      address = [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
    } while (this.#byAddress.has(address));
    return address;
  }
}

/** Whether an address can only have come from {@link Names}. */
export function isSynthetic(address: string): boolean {
  return /^198\.1[89]\./.test(address);
}
