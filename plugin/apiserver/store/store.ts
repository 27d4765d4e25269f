// The objects: an ordered map in memory, every change in the journal before anybody is told of it.
import { mkdirSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../json.ts';
import { takeLock } from './lock.ts';
import { journalName, load, syncFolder, type Damage } from './files.ts';
import { History, type Change } from './history.ts';
import { Journal } from './journal.ts';
import { OrderedMap } from './ordered.ts';
import { encode } from './record.ts';
import { writeSnapshot } from './snapshot.ts';

export interface Options {
  /** Journal bytes after which a snapshot is written. */
  readonly compactAfterBytes?: number;
  readonly historyLength?: number;
  readonly onDamage?: (damage: Damage) => void;
  /** Bytes of a write that was cut off by a crash, never acknowledged to anybody. */
  readonly onTornTail?: (bytes: number) => void;
  readonly onFault?: (error: Error) => void;
}

/** Of a change read back from disk: only a bound on memory hangs on it. */
const assumedBytes = 2048;

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
  #history: History;
  readonly #journal: Journal;
  #sequence: number;
  #assigned: number;
  #revision: number;
  #compacting: Promise<void> | undefined;

  constructor(dataDir: string, options: Options = {}) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    chmodSync(dataDir, 0o700);
    this.#dataDir = dataDir;
    this.#options = options;
    this.#release = takeLock(dataDir);
    try {
      const loaded = load(dataDir);
      const first = loaded.records[0]?.key === '' ? loaded.records[0].revision : 0;
      this.#history = new History(first, options.historyLength);
      this.#revision = first;
      for (const { revision, key, object } of loaded.records) {
        const previous = key ? this.#objects.get(key) : undefined;
        if (key && object) this.#objects.set(key, object);
        else if (key) this.#objects.delete(key);
        // Records of the snapshot are older than its head: they are state, not changes.
        if (key && revision > this.#revision) this.#history.push({ revision, key, object, previous, bytes: assumedBytes });
        this.#revision = Math.max(this.#revision, revision);
      }
      this.#assigned = this.#revision;
      this.#sequence = loaded.nextSequence;
      this.#journal = new Journal(join(dataDir, journalName(this.#sequence)));
      syncFolder(dataDir);
      if (loaded.tornBytes > 0) options.onTornTail?.(loaded.tornBytes);
      for (const one of loaded.damage) options.onDamage?.(one);
      // A damaged file may hide changes: nobody may resume a watch across it.
      if (loaded.damage.length > 0) this.#history = new History(this.#revision, options.historyLength);
      // The damaged file itself stays in place until a snapshot holds what was saved of it.
      if (loaded.damage.length > 0 || loaded.files.length > 4 || loaded.records.length > 50_000) this.#compact();
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
      const bytes = encode({ revision, key, object: stored });
      this.#journal.append(bytes, (error) => {
        if (this.#pending.get(key) === entry) this.#pending.delete(key);
        if (error) return reject(error);
        this.#publish({ revision, key, object: stored, previous: this.#objects.get(key), bytes: bytes.length });
        resolve(entry);
      });
    });
  }

  async close(): Promise<void> {
    await this.#compacting;
    await this.#journal.close();
    this.#release();
  }

  #publish(change: Change): void {
    if (change.object) this.#objects.set(change.key, change.object);
    else this.#objects.delete(change.key);
    this.#revision = change.revision;
    this.#history.push(change);
    for (const listener of this.#listeners) this.#tell(listener, change);
    if (this.#journal.size > (this.#options.compactAfterBytes ?? 16 * 1024 * 1024)) this.#compact();
  }

  /** What a listener does wrong must not stop the journal. */
  #tell(listener: (change: Change) => void, change: Change): void {
    try {
      listener(change);
    } catch (error) {
      this.#options.onFault?.(error as Error);
    }
  }

  /** A new journal takes the writes from here on; the snapshot holds what the older ones say. */
  #compact(): void {
    if (this.#compacting) return;
    const run = async (): Promise<void> => {
      const sequence = ++this.#sequence;
      await this.#journal.rotate(join(this.#dataDir, journalName(sequence)));
      syncFolder(this.#dataDir);
      await writeSnapshot(this.#dataDir, sequence, this.#revision, this.#objects.from(''));
    };
    this.#compacting = run()
      .catch((error: unknown) => this.#options.onFault?.(error as Error))
      .finally(() => (this.#compacting = undefined));
  }
}
