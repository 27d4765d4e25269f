// What pulled images leave on the disk: which reference is which image, its pieces, its unpacked root; and what is thrown away.
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { imageArchiveName } from '../contract.ts';
import { fields, list, plainText, text } from '../decode.ts';
import { parseImageConfig, type ImageConfig } from '../image-config.ts';

/** What one reference stood for when it was pulled. */
export interface Note {
  readonly reference: string;
  /** Of what the registry gives for the reference: an image or a list of them. */
  readonly digest: string;
  readonly config: string;
  readonly layers: readonly string[];
  /** RFC 3339. */
  readonly pulledAt: string;
}

/** Beside the images that orders use, so many stay that were used last: going back to one needs no pull. */
export const spareImages = 3;

/** Pieces of a pull that did not end wait so long for the next try. */
const longestWaitMs = 24 * 3600 * 1000;

const longestNote = 1024 * 1024;
const hexadecimal = /^[0-9a-f]{64}$/;

export interface InUse {
  readonly references: ReadonlySet<string>;
  /** Names of root folders. */
  readonly roots: ReadonlySet<string>;
  /** What pulls that have not ended need. */
  readonly digests: ReadonlySet<string>;
}

export class Store {
  readonly folder: string;
  readonly roots: string;
  readonly blobs: string;
  readonly #notes: string;
  /** Pieces of images whose tags moved on. */
  readonly #outdated = new Set<string>();

  constructor(folder: string) {
    this.folder = folder;
    this.roots = join(folder, 'roots');
    this.blobs = join(folder, 'blobs');
    this.#notes = join(folder, 'notes');
    for (const path of [this.roots, this.blobs, this.#notes]) mkdirSync(path, { recursive: true, mode: 0o700 });
    // Of a worker that was killed: only what has its final name is whole. A piece that began goes on at the next pull.
    for (const name of readdirSync(this.roots)) if (!hexadecimal.test(name)) void remove(join(this.roots, name));
  }

  /** The image as it was pulled last, when all that is needed to run it is here. */
  find(reference: string): { readonly note: Note; readonly config: ImageConfig } | undefined {
    const note = this.#read(this.#file(reference));
    if (note === undefined || note.reference !== reference) return undefined;
    try {
      const config = parseImageConfig(readFileSync(join(this.blobs, hex(note.config))), note.layers);
      return config.digest === hex(note.config) && this.hasRoot(config) ? { note, config } : undefined;
    } catch {
      return undefined;
    }
  }

  root(config: ImageConfig): string {
    return join(this.roots, config.digest);
  }

  hasRoot(config: ImageConfig): boolean {
    return existsSync(this.root(config));
  }

  hasBlob(digest: string): boolean {
    return existsSync(join(this.blobs, hex(digest)));
  }

  keep(note: Note): void {
    const file = this.#file(note.reference);
    for (const piece of pieces(this.#read(file))) this.#outdated.add(piece);
    const unfinished = `${file}.${randomUUID()}`;
    writeFileSync(unfinished, JSON.stringify(note), { mode: 0o600 });
    renameSync(unfinished, file);
  }

  /** Its turn to be thrown away comes last. */
  used(reference: string): void {
    const now = new Date();
    try {
      utimesSync(this.#file(reference), now, now);
    } catch {
      // Not here any more.
    }
  }

  /**
   * Removes all but what is in use and the `spare` images that were used last. Pieces that never were an image stay a day, so that a pull
   * that broke off can go on; not when there is no room: with no spare image they go too.
   */
  async prune(use: InUse, spare = spareImages): Promise<void> {
    const notes = readdirSync(this.#notes).map((name) => {
      const file = join(this.#notes, name);
      return { file, at: modified(file), note: this.#read(file) };
    });
    const idle = notes.filter(({ note }) => note !== undefined && !use.references.has(note.reference)).toSorted((a, b) => b.at - a.at);
    const gone = new Set([...notes.filter(({ note }) => note === undefined), ...idle.slice(spare)]);
    const kept = notes.filter((entry) => !gone.has(entry)).flatMap(({ note }) => note ?? []);
    const blobs = new Set([...kept.flatMap(pieces), ...use.digests].map(hex));
    const dropped = new Set([...[...gone].flatMap(({ note }) => pieces(note)), ...this.#outdated].map(hex));
    this.#outdated.clear();
    const roots = new Set([...kept.map((note) => hex(note.config)), ...[...use.digests].map(hex), ...use.roots]);
    const since = spare === 0 ? Number.POSITIVE_INFINITY : Date.now() - longestWaitMs;
    const left = readdirSync(this.blobs).filter((name) => {
      const piece = name.replace(/\.part$/, '');
      return !blobs.has(piece) && (dropped.has(piece) || modified(join(this.blobs, name)) < since);
    });
    const old = readdirSync(this.roots).filter((name) => hexadecimal.test(name) && !roots.has(name));
    await Promise.all([...[...gone].map(({ file }) => remove(file)), ...left.map((name) => remove(join(this.blobs, name))), ...old.map((name) => this.#removeRoot(name))]);
  }

  /** Out of the way first: a root that is half removed must not look like one. */
  async #removeRoot(name: string): Promise<void> {
    const going = join(this.roots, `going-${randomUUID()}`);
    renameSync(join(this.roots, name), going);
    await remove(going);
  }

  #file(reference: string): string {
    return join(this.#notes, imageArchiveName(reference).replace(/tar$/, 'json'));
  }

  #read(file: string): Note | undefined {
    try {
      if (statSync(file).size > longestNote) return undefined;
      const note = fields(JSON.parse(readFileSync(file, 'utf8')) as unknown, '');
      return {
        reference: text(note, 'reference', 1024),
        digest: digest(note.value['digest']),
        config: digest(note.value['config']),
        layers: list(note, 'layers', 256, digest),
        pulledAt: text(note, 'pulledAt'),
      };
    } catch {
      return undefined;
    }
  }
}

function digest(value: unknown, path = 'digest'): string {
  const found = plainText(value, path);
  if (!/^sha256:[0-9a-f]{64}$/.test(found)) throw new Error(`${path}: no digest`);
  return found;
}

function pieces(note: Note | undefined): readonly string[] {
  return note === undefined ? [] : [note.config, ...note.layers];
}

function hex(of: string): string {
  return of.slice('sha256:'.length);
}

function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** What cannot be removed now is tried again at the next start or pull. */
async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
}
