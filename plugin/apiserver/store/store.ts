// The objects: an ordered map in memory, every change in the journal before anybody is told of it.
import { join } from 'node:path';
import type { KubeObject } from '../json.ts';
import { begin, oldestKept } from './begin.ts';
import type { Salvaged } from './damage.ts';
import { journalName, makeFolder, removeBefore } from './files.ts';
import { History, type Change } from './history.ts';
import { Journal } from './journal.ts';
import { takeLock } from './lock.ts';
import { OrderedMap } from './ordered.ts';
import { encodeBody, type Record } from './record.ts';
import { salvage } from './salvage.ts';
import { writeSnapshot } from './snapshot.ts';

export interface Options {
  /** Journal bytes after which a snapshot is written; at least as many as the last snapshot has. */
  readonly compactAfterBytes?: number | undefined;
  readonly historyLength?: number | undefined;
  /** Saves what is whole of a damaged store. Without it, a damaged store is not opened. */
  readonly salvage?: boolean | undefined;
  readonly onSalvaged?: (salvaged: Salvaged) => void;
  /** Bytes of a write that was cut off by a crash, never acknowledged to anybody. */
  readonly onTornTail?: (bytes: number) => void;
  readonly onFault?: (error: Error) => void;
  /** It is not known any more what is on the disk: nothing more is stored, and only a new start finds out. */
  readonly onBroken?: (error: Error) => void;
  /** How the journal is brought to the disk. */
  readonly sync?: ((file: number) => Promise<void>) | undefined;
}

const usualCompactAfterBytes = 16 * 1024 * 1024;

/**
 * Readers see only what is on the disk. Writers see `head`, which runs ahead of it: reading a head, deciding and
 * calling `commit` in one turn of the event loop is therefore atomic, and no lock is needed.
 */
export class Store {
  readonly #dataDir: string;
  readonly #options: Options;
  readonly #release: () => void;
  readonly #objects = new OrderedMap<KubeObject>();
  readonly #pending = new Map<string, { readonly object: KubeObject | undefined; readonly revision: number }>();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #journal: Journal;
  #history: History;
  #sequence: number;
  #assigned: number;
  #revision = 0;
  #compacting: Promise<void> | undefined;
  #isClosing = false;
  /** Of the journal: so long it may get before the next snapshot. */
  #compactAt: number;

  /** Throws LockedError when somebody else has the folder, DamagedStore when something that was acknowledged is missing. */
  constructor(dataDir: string, options: Options = {}) {
    makeFolder(dataDir);
    this.#dataDir = dataDir;
    this.#options = options;
    this.#compactAt = options.compactAfterBytes ?? usualCompactAfterBytes;
    this.#history = new History(0, options.historyLength);
    this.#release = takeLock(dataDir);
    try {
      const salvaged = options.salvage === true ? salvage(dataDir) : undefined;
      const { sequence, bytes, revision, tornBytes } = begin(dataDir, {
        begin: (oldest) => (this.#history = new History(oldest, options.historyLength)),
        state: ({ key, object }) => this.#put(key, object),
        change: (record, size) => this.#replay(record, size),
      });
      this.#revision = revision;
      this.#assigned = revision;
      this.#sequence = sequence;
      this.#journal = new Journal(join(dataDir, journalName(sequence)), bytes, { onBroken: options.onBroken, sync: options.sync });
      if (salvaged) options.onSalvaged?.(salvaged);
      if (tornBytes > 0) options.onTornTail?.(tornBytes);
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  /** The newest revision that is on the disk. */
  get revision(): number {
    return this.#revision;
  }

  get history(): History {
    return this.#history;
  }

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  /** The newest object, also one that is still on its way to the disk: what a write is decided on. */
  head(key: string): KubeObject | undefined {
    const pending = this.#pending.get(key);
    return pending ? pending.object : this.#objects.get(key);
  }

  range(prefix: string, after?: string): Iterable<readonly [string, KubeObject]> {
    return this.#objects.from(prefix, after);
  }

  /** Entries under a prefix as writers see them. */
  heads(prefix: string): readonly (readonly [string, KubeObject])[] {
    const found = new Map(this.#objects.from(prefix));
    for (const [key, { object }] of this.#pending) {
      if (!key.startsWith(prefix)) continue;
      if (object) found.set(key, object);
      else found.delete(key);
    }
    return [...found];
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stores the object (its resourceVersion is set here) or deletes the key; resolves when it is durable. */
  commit(key: string, object: KubeObject | undefined): Promise<{ readonly revision: number; readonly object: KubeObject | undefined }> {
    const revision = ++this.#assigned;
    const stored = object && { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    const entry = { object: stored, revision };
    this.#pending.set(key, entry);
    return new Promise((resolve, reject) => {
      const body = encodeBody({ revision, key, object: stored });
      this.#journal.append(body, (error) => {
        if (this.#pending.get(key) === entry) this.#pending.delete(key);
        if (error) return reject(error);
        this.#publish({ revision, key, object: stored, previous: this.#objects.get(key), bytes: body.length });
        resolve(entry);
      });
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#journal.drain();
    await this.#compacting;
    this.#journal.close();
    this.#release();
  }

  #put(key: string, object: KubeObject | undefined): void {
    if (object) this.#objects.set(key, object);
    else this.#objects.delete(key);
  }

  #replay({ revision, key, object }: Record, bytes: number): void {
    this.#history.push({ revision, key, object, previous: this.#objects.get(key), bytes });
    this.#put(key, object);
  }

  #publish(change: Change): void {
    this.#put(change.key, change.object);
    this.#revision = change.revision;
    this.#history.push(change);
    for (const listener of this.#listeners) this.#tell(listener, change);
    if (this.#journal.size > this.#compactAt) this.#compact();
  }

  /** What a listener does wrong must not stop the journal. */
  #tell(listener: (change: Change) => void, change: Change): void {
    try {
      listener(change);
    } catch (error) {
      this.#options.onFault?.(error as Error);
    }
  }

  /** A new journal takes the writes from here on; the snapshot holds what the older ones say. They go with the snapshot after it. */
  async #writeSnapshot(): Promise<void> {
    const sequence = this.#sequence + 1;
    const moment = await this.#journal.rotate(join(this.#dataDir, journalName(sequence)), (after) => {
      const revision = this.#revision;
      return { opening: { revision, sequence, after }, value: { sequence, revision, entries: [...this.#objects.from('')] } };
    });
    this.#sequence = sequence;
    const size = await writeSnapshot(this.#dataDir, moment);
    this.#compactAt = Math.max(this.#options.compactAfterBytes ?? usualCompactAfterBytes, size);
    removeBefore(this.#dataDir, oldestKept(this.#dataDir));
  }

  #compact(): void {
    if (this.#compacting || this.#isClosing) return;
    const least = this.#options.compactAfterBytes ?? usualCompactAfterBytes;
    this.#compacting = this.#writeSnapshot()
      .catch((error: unknown) => {
        // The journals hold everything still: what could not be written now is tried again when they have grown.
        this.#compactAt = this.#journal.size + least;
        this.#options.onFault?.(error as Error);
      })
      .finally(() => (this.#compacting = undefined));
  }
}
