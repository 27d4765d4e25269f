// The newest items of an endless stream: bounded in number and in bytes, with a copy that is made only when something changed.

export interface Entry<Item> {
  /** Grows by one with each item ever pushed: a selection stays on its item while others come and go. */
  readonly id: number;
  readonly item: Item;
}

export interface RingLimits<Item> {
  readonly items: number;
  readonly bytes: number;
  readonly weigh: (item: Item) => number;
}

export class Ring<Item> {
  readonly #limits: RingLimits<Item>;
  #entries: Entry<Item>[] = [];
  #first = 0;
  #bytes = 0;
  #next = 1;
  #copy: readonly Entry<Item>[] | undefined = [];

  constructor(limits: RingLimits<Item>) {
    this.#limits = limits;
  }

  push(item: Item): Entry<Item> {
    const entry = { id: this.#next, item };
    this.#next += 1;
    this.#entries.push(entry);
    this.#bytes += this.#limits.weigh(item);
    // The newest one stays even when it alone is too heavy: it is what the person is waiting for.
    while (this.#length > this.#limits.items || (this.#bytes > this.#limits.bytes && this.#length > 1)) this.#dropOldest();
    this.#copy = undefined;
    return entry;
  }

  clear(): void {
    this.#entries = [];
    this.#first = 0;
    this.#bytes = 0;
    this.#copy = undefined;
  }

  /** Oldest first; the same array until something is pushed or cleared. */
  snapshot(): readonly Entry<Item>[] {
    this.#copy ??= this.#entries.slice(this.#first);
    return this.#copy;
  }

  get #length(): number {
    return this.#entries.length - this.#first;
  }

  #dropOldest(): void {
    const oldest = this.#entries[this.#first];
    if (oldest) this.#bytes -= this.#limits.weigh(oldest.item);
    this.#first += 1;
    // Shifting an array on each push would move every element; the front is cut off in one go instead.
    if (this.#first >= this.#limits.items) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }
}
