// Fetches the pieces of images into files that are named after their digests; a name without `.part` is always whole.
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { again, Turns } from './again.ts';
import { failureOf } from './failure.ts';
import type { Descriptor } from './manifest.ts';
import type { Registry } from './registry.ts';

/** Bytes of one piece that are here now. */
export type Arrived = (bytes: number) => void;

const atOnce = 4;

export class Blobs {
  readonly #folder: string;
  readonly #byDigest = new Map<string, Turns>();
  readonly #byRegistry = new Map<string, Turns>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  path(digest: string): string {
    return join(this.#folder, digest.slice('sha256:'.length));
  }

  /** Resolves with the file when it is whole; two images with one piece in common fetch it once. */
  async fetch(registry: Registry, wanted: Descriptor, how: { readonly pausesMs: readonly number[]; readonly signal: AbortSignal; readonly arrived: Arrived }): Promise<string> {
    const file = this.path(wanted.digest);
    const turns = turnsOf(this.#byDigest, wanted.digest, 1);
    try {
      await turns.take(async () => {
        if (await sizeOf(file) === wanted.size) return how.arrived(wanted.size);
        // One slow registry does not keep the others waiting.
        await turnsOf(this.#byRegistry, registry.about.registry, atOnce).take(async () => {
          let reached = 0;
          let before = 0;
          const arrived = (bytes: number): void => how.arrived((reached = bytes));
          const goesOn = (): boolean => {
            const isFurther = reached > before;
            before = Math.max(before, reached);
            return isFurther;
          };
          await again(() => download(registry, wanted, file, { signal: how.signal, arrived }), how.pausesMs, how.signal, goesOn);
        });
      });
    } finally {
      if (turns.isIdle) this.#byDigest.delete(wanted.digest);
    }
    return file;
  }
}

function turnsOf(map: Map<string, Turns>, key: string, most: number): Turns {
  const turns = map.get(key) ?? new Turns(most);
  map.set(key, turns);
  return turns;
}

async function sizeOf(file: string): Promise<number | undefined> {
  return await stat(file).then(({ size }) => size, () => undefined);
}

interface Progress {
  readonly signal: AbortSignal;
  readonly arrived: Arrived;
}

/** Goes on where an earlier try ended; the digest is that of everything, so a wrong beginning cannot stay. */
async function download(registry: Registry, wanted: Descriptor, file: string, { signal, arrived }: Progress): Promise<void> {
  signal.throwIfAborted();
  const partial = `${file}.part`;
  const handle = await open(partial, 'a+', 0o600).catch((error: unknown) => {
    throw failureOf(error, registry.about);
  });
  try {
    const begun = await hashed(partial, wanted.size);
    if (begun.length > wanted.size) await handle.truncate(0);
    const { hash, length } = begun.length > wanted.size ? { hash: createHash('sha256'), length: 0 } : begun;
    const digest = length === wanted.size ? hash.digest('hex') : await receive(registry, wanted, { handle, hash, length, arrived });
    if (`sha256:${digest}` !== wanted.digest) {
      await rm(partial, { force: true });
      // Whoever begins anew after a wrong beginning gets a second try.
      throw registry.failure(length > 0 ? 'broken' : 'damaged', wanted.digest.slice(0, 19));
    }
    await handle.sync();
    await rename(partial, file);
    arrived(wanted.size);
  } catch (error) {
    signal.throwIfAborted();
    throw failureOf(error, registry.about);
  } finally {
    await handle.close();
  }
}

async function hashed(file: string, most: number): Promise<{ readonly hash: Hash; readonly length: number }> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const piece of createReadStream(file, { highWaterMark: 1024 * 1024, end: most })) {
    hash.update(piece as Buffer);
    length += (piece as Buffer).length;
  }
  return { hash, length };
}

interface Begun {
  readonly handle: FileHandle;
  readonly hash: Hash;
  readonly length: number;
  readonly arrived: Arrived;
}

async function receive(registry: Registry, wanted: Descriptor, begun: Begun): Promise<string> {
  let { hash, length } = begun;
  const answer = await registry.ask(`blobs/${wanted.digest}`, { from: length });
  const goesOn = answer.status === 206 && answer.headers.get('content-range')?.startsWith(`bytes ${length}-`) === true;
  if (answer.status === 206 && !goesOn) {
    await begun.handle.truncate(0);
    throw registry.failure('broken', 'it went on at another place than it was asked for');
  }
  if (!goesOn && length > 0) {
    await begun.handle.truncate(0);
    hash = createHash('sha256');
    length = 0;
  }
  for await (const piece of answer.body()) {
    if (length + piece.length > wanted.size) {
      await begun.handle.truncate(0);
      throw registry.failure('damaged', `${wanted.digest.slice(0, 19)} is longer than the ${wanted.size} bytes it is said to have`);
    }
    await begun.handle.appendFile(piece);
    hash.update(piece);
    length += piece.length;
    begun.arrived(length);
  }
  if (length < wanted.size) throw registry.failure('broken', `after ${length} of ${wanted.size} bytes`);
  return hash.digest('hex');
}
