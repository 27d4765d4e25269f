// A map whose keys are kept in byte order, for lists that are cut into pages.

export class OrderedMap<V> {
  readonly #values = new Map<string, V>();
  readonly #keys: string[] = [];

  get size(): number {
    return this.#keys.length;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: V): void {
    if (!this.#values.has(key)) this.#keys.splice(this.#position(key), 0, key);
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#keys.splice(this.#position(key), 1);
  }

  /** Entries whose key begins with the prefix and is greater than `after`, in order. */
  *from(prefix: string, after = ''): Generator<readonly [string, V]> {
    const keys = this.#keys;
    let index = this.#position(after > prefix ? after : prefix);
    if (keys[index] === after && after !== '') index++;
    for (; index < keys.length; index++) {
      const key = keys[index];
      if (key === undefined || !key.startsWith(prefix)) return;
      const value = this.#values.get(key);
      if (value !== undefined) yield [key, value];
    }
  }

  #position(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
