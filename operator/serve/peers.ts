// Who is connected: workers and proxies, by the streams that they hold open, with a time of grace after the last one broke.

export interface Peer<State> {
  readonly key: string;
  /** A stream is open now. */
  readonly connected: boolean;
  /** What it told last, since we started. */
  readonly state: State | undefined;
}

interface Entry<State> {
  streams: number;
  state: State | undefined;
  expiry: NodeJS.Timeout | undefined;
}

/** A peer is in the list from its first stream until its time of grace after the last one. */
export class Peers<State> {
  readonly #graceMs: number;
  readonly #entries = new Map<string, Entry<State>>();
  readonly #listeners: ((key: string) => void)[] = [];

  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  onChange(listener: (key: string) => void): void {
    this.#listeners.push(listener);
  }

  list(): readonly Peer<State>[] {
    return [...this.#entries].map(([key, { streams, state }]) => ({ key, connected: streams > 0, state }));
  }

  get(key: string): Peer<State> | undefined {
    const entry = this.#entries.get(key);
    return entry && { key, connected: entry.streams > 0, state: entry.state };
  }

  /** Call the answer when the stream has ended. */
  connect(key: string): () => void {
    const entry = this.#entry(key);
    clearTimeout(entry.expiry);
    entry.streams++;
    this.#tell(key);
    return () => {
      entry.streams--;
      if (entry.streams === 0) this.#expire(key, entry);
      this.#tell(key);
    };
  }

  /** Somebody who was there before we started, and may come back. */
  expect(key: string): void {
    if (!this.#entries.has(key)) this.#expire(key, this.#entry(key));
  }

  /** False when nobody of that name is there. */
  report(key: string, state: State): boolean {
    const entry = this.#entries.get(key);
    if (!entry) return false;
    entry.state = state;
    this.#tell(key);
    return true;
  }

  close(): void {
    for (const { expiry } of this.#entries.values()) clearTimeout(expiry);
  }

  #entry(key: string): Entry<State> {
    const entry = this.#entries.get(key) ?? { streams: 0, state: undefined, expiry: undefined };
    this.#entries.set(key, entry);
    return entry;
  }

  #expire(key: string, entry: Entry<State>): void {
    clearTimeout(entry.expiry);
    entry.expiry = setTimeout(() => {
      if (entry.streams > 0) return;
      this.#entries.delete(key);
      this.#tell(key);
    }, this.#graceMs);
  }

  #tell(key: string): void {
    for (const listener of this.#listeners) listener(key);
  }
}
