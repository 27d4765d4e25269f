// Finds the files that an image reference stands for: an archive that was put here, the host's own, or what a registry gives.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { imageArchiveName, imageArchives } from './contract.ts';
import { hostRoot } from './host-files.ts';
import { NoImage } from './pull/failure.ts';
import { Pulls, type Use } from './pull/pulls.ts';
import type { Site } from './pull/registry.ts';
import type { Root } from './root.ts';
import { removeUnfinished, unpackArchive } from './unpack.ts';

export interface ImageSource {
  readonly stateDir: string;
  readonly hostImages: readonly string[];
  readonly isOffline: boolean;
  readonly site: Site;
}

export interface Wish {
  /** The sandbox's own folder. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** How far it is, for a person. */
  readonly tell: (message: string) => void;
}

export interface Found {
  readonly root: Root;
  /** What a person should know although all is well. */
  readonly remark?: string;
}

/** The image of one order: as long as it is not ended, nothing of it is thrown away. */
export interface OrderedImage {
  /** A pulled image stays the same for the whole order, so that a restart changes nothing. */
  readonly find: (wish: Wish) => Promise<Found>;
  readonly end: () => void;
}

export class Images {
  readonly #source: ImageSource;
  readonly #pulls: Pulls;

  constructor(source: ImageSource) {
    this.#source = source;
    removeUnfinished(join(source.stateDir, 'roots'));
    this.#pulls = new Pulls(join(source.stateDir, 'pulled'), source.site);
  }

  of(reference: string): OrderedImage {
    const use = this.#pulls.use(reference);
    return { find: (wish) => this.#find(reference, use, wish), end: () => this.#pulls.end(use) };
  }

  async #find(reference: string, use: Use, { scratch, signal, tell }: Wish): Promise<Found> {
    const { stateDir, hostImages, isOffline } = this.#source;
    const archive = join(stateDir, imageArchives, imageArchiveName(reference));
    if (existsSync(archive)) return { root: await unpackArchive(archive, join(stateDir, 'roots'), signal) };
    if (hostImages.includes(reference)) return { root: hostRoot(join(scratch, 'root')) };
    if (!isOffline) return await this.#pulls.find(use, { signal, tell });
    const kept = this.#pulls.kept(use);
    if (kept !== undefined) return { root: kept };
    throw new NoImage(`image ${reference} is not here and nothing is pulled with --offline: save it with "docker save" and give it with --image ${reference}=FILE`);
  }
}
