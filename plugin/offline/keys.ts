// Knows which API keys the stand-in accepts, by their SHA-256 digests alone: it never holds a key.
import { createHash, timingSafeEqual } from 'node:crypto';

export const digestOf = (key: string | Buffer): Buffer => createHash('sha256').update(key).digest();

/** Asked for the digests of the credentials that are stored now, when a key is not among those known. */
export type StoredDigests = () => Promise<readonly Buffer[]>;

const refreshAfterMs = 1000;

export class AcceptedKeys {
  readonly #given: Buffer[] = [];
  #stored: readonly Buffer[] = [];
  #read: StoredDigests | undefined;
  #lookedAt = -Infinity;
  #look: Promise<void> | undefined;

  /** Accepts a key for as long as the stand-in runs. */
  add(digest: Buffer): void {
    this.#given.push(digest);
  }

  /** Where the digests of stored credentials come from; a rotated one is noticed on its first use. */
  readStoredFrom(read: StoredDigests): void {
    this.#read = read;
  }

  async accepts(key: string): Promise<boolean> {
    const digest = digestOf(key);
    if (this.#knows(digest)) return true;
    await this.#refresh();
    return this.#knows(digest);
  }

  // Every digest is compared, whatever the first ones gave: the time taken tells nothing about which one matched.
  #knows(digest: Buffer): boolean {
    let found = false;
    for (const known of [...this.#given, ...this.#stored]) if (timingSafeEqual(known, digest)) found = true;
    return found;
  }

  // At most one look a second, so that a flood of wrong keys is no flood of requests to the API server.
  async #refresh(): Promise<void> {
    const read = this.#read;
    if (!read) return;
    if (!this.#look && performance.now() - this.#lookedAt >= refreshAfterMs) {
      this.#lookedAt = performance.now();
      this.#look = read().then((digests) => { this.#stored = digests; }, () => undefined).finally(() => { this.#look = undefined; });
    }
    await this.#look;
  }
}
