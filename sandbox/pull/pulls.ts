// All pulls of this worker: orders of one image share one, what is here already is not pulled again, what nobody uses goes.
import { basename } from 'node:path';
import type { Root } from '../root.ts';
import { describe } from '../unpack.ts';
import { Blobs } from './blobs.ts';
import { NoImage, PullFailure } from './failure.ts';
import { throttled } from './progress.ts';
import { currentDigest, pull, type Means } from './pull.ts';
import { parseReference, type Reference } from './reference.ts';
import type { Site } from './registry.ts';
import { Store } from './store.ts';

/** One order's use of an image; told apart by identity. */
export interface Use {
  readonly reference: string;
}

export interface Pulled {
  readonly root: Root;
  /** What a person should know although all is well. */
  readonly remark?: string;
}

export interface Wait {
  readonly signal: AbortSignal;
  readonly tell: (message: string) => void;
}

/** One pull that several orders may wait for. */
interface Shared {
  readonly pulled: Promise<Pulled>;
  readonly ending: AbortController;
  readonly waiting: Set<Wait>;
  /** Digests of what it needs. */
  claimed: readonly string[];
  told: string | undefined;
}

/** A question about an image that is here already: without an answer that one is used. */
const longestQuestionMs = 5000;

export class Pulls {
  readonly #site: Site;
  readonly #store: Store;
  readonly #blobs: Blobs;
  readonly #uses = new Map<Use, Pulled | undefined>();
  readonly #shared = new Map<string, Shared>();

  constructor(folder: string, site: Site) {
    this.#site = site;
    this.#store = new Store(folder);
    this.#blobs = new Blobs(this.#store.blobs);
  }

  use(reference: string): Use {
    const use: Use = { reference };
    this.#uses.set(use, undefined);
    return use;
  }

  /** From here on the image may be thrown away. */
  end(use: Use): void {
    this.#uses.delete(use);
  }

  /** Asks the registry once for each use; throws a NoImage that says what is wrong. */
  async find(use: Use, wait: Wait): Promise<Pulled> {
    const had = this.#uses.get(use);
    if (had !== undefined) return had;
    const pulled = await this.#join(readReference(use.reference), wait);
    if (this.#uses.has(use)) this.#uses.set(use, pulled);
    return pulled;
  }

  /** The image as it was pulled last; no registry is asked. */
  kept(use: Use): Root | undefined {
    const kept = this.#store.find(use.reference);
    if (kept === undefined) return undefined;
    const root = describe(this.#store.root(kept.config), kept.config);
    this.#store.used(use.reference);
    this.#uses.set(use, { root });
    return root;
  }

  async #join(reference: Reference, wait: Wait): Promise<Pulled> {
    const shared = this.#shared.get(reference.text) ?? this.#begin(reference);
    shared.waiting.add(wait);
    if (shared.told !== undefined) wait.tell(shared.told);
    const { promise: left, reject } = Promise.withResolvers<never>();
    const leave = (): void => reject(wait.signal.reason as Error);
    wait.signal.addEventListener('abort', leave);
    if (wait.signal.aborted) leave();
    try {
      return await Promise.race([shared.pulled, left]);
    } finally {
      wait.signal.removeEventListener('abort', leave);
      shared.waiting.delete(wait);
      if (shared.waiting.size === 0) {
        shared.ending.abort(new Error('nobody waits for this pull any more'));
        if (this.#shared.get(reference.text) === shared) this.#shared.delete(reference.text);
      }
    }
  }

  #begin(reference: Reference): Shared {
    const ending = new AbortController();
    const progress = throttled((message) => {
      shared.told = message;
      for (const { tell } of shared.waiting) tell(message);
    });
    const means: Means = {
      site: this.#site,
      store: this.#store,
      blobs: this.#blobs,
      signal: ending.signal,
      tell: progress.tell,
      claim: (digests) => {
        shared.claimed = digests;
      },
    };
    const { promise: pulled, resolve } = Promise.withResolvers<Pulled>();
    const shared: Shared = { pulled, ending, waiting: new Set(), claimed: [], told: undefined };
    this.#shared.set(reference.text, shared);
    resolve(this.#obtain(reference, means).finally(progress.end));
    // Whoever waits hears of it; when all have left, nobody needs to.
    pulled.catch(() => undefined);
    return shared;
  }

  async #obtain(reference: Reference, means: Means): Promise<Pulled> {
    const kept = this.#store.find(reference.text);
    if (kept !== undefined) {
      const root = describe(this.#store.root(kept.config), kept.config);
      this.#store.used(reference.text);
      if (reference.digest !== undefined) return { root };
      const { patience } = this.#site;
      const site = { ...this.#site, patience: { ...patience, answerMs: Math.min(patience.answerMs, longestQuestionMs) } };
      try {
        if ((await currentDigest(reference, { ...means, site })) === kept.note.digest) return { root };
      } catch (error) {
        if (!(error instanceof PullFailure)) throw error;
        const why = error.detail ?? error.kind;
        return { root, remark: `${reference.registry} cannot be asked for a newer image ${reference.text} (${why}): the one pulled at ${kept.note.pulledAt} is used` };
      }
    }
    return { root: await this.#pull(reference, means) };
  }

  async #pull(reference: Reference, means: Means): Promise<Root> {
    try {
      return await this.#pullWithRoom(reference, means);
    } finally {
      if (!means.signal.aborted) await this.#prune();
    }
  }

  async #pullWithRoom(reference: Reference, means: Means): Promise<Root> {
    try {
      return (await pull(reference, means)).root;
    } catch (error) {
      if (!isFull(error)) throw error;
      await this.#prune(0);
    }
    try {
      return (await pull(reference, means)).root;
    } catch (error) {
      if (!isFull(error)) throw error;
      // Others need the disk too: what came of it goes again.
      means.claim([]);
      await this.#prune(0);
      throw error;
    }
  }

  async #prune(spare?: number): Promise<void> {
    const references = new Set([...this.#uses.keys()].map((use) => use.reference));
    const roots = new Set([...this.#uses.values()].flatMap((pulled) => (pulled === undefined ? [] : [basename(pulled.root.root)])));
    const digests = new Set([...this.#shared.values()].flatMap(({ claimed }) => claimed));
    await this.#store.prune({ references, roots, digests }, spare);
  }
}

function isFull(error: unknown): boolean {
  return error instanceof PullFailure && error.kind === 'disk-full';
}

function readReference(text: string): Reference {
  try {
    return parseReference(text);
  } catch (error) {
    throw new NoImage(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
