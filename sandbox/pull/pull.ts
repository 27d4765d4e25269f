// One pull: from a reference to a root directory, by way of the registry.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { parseImageConfig, type ImageConfig, type Layer } from '../image-config.ts';
import { unpackedBytes } from '../layer.ts';
import type { Root } from '../root.ts';
import { unpackLayers } from '../unpack.ts';
import { again } from './again.ts';
import type { Blobs } from './blobs.ts';
import { codeOf, failureOf, PullFailure } from './failure.ts';
import { acceptedManifests, configPlatform, readManifest, thisPlatform, type Descriptor, type Manifest } from './manifest.ts';
import { amount, pulling, unpacking } from './progress.ts';
import type { Reference } from './reference.ts';
import { Registry, type Answer, type Site } from './registry.ts';
import type { Note, Store } from './store.ts';

export interface Means {
  readonly site: Site;
  readonly store: Store;
  readonly blobs: Blobs;
  readonly signal: AbortSignal;
  /** Says how far it is, for a person. */
  readonly tell: (message: string) => void;
  /** Digests that must not be thrown away until the pull has ended. */
  readonly claim: (digests: readonly string[]) => void;
}

const longestManifest = 4 * 1024 * 1024;
const longestConfig = 8 * 1024 * 1024;
/** Of all compressed pieces together. */
const largestImage = 16 * 1024 ** 3;
const platform = thisPlatform();
const platformName = `${platform.os}/${platform.architecture}`;

/** What the registry gives for the reference now, told by its digest alone; undefined when it tells none. */
export async function currentDigest(reference: Reference, { site, signal }: Means): Promise<string | undefined> {
  const registry = new Registry(reference, site, signal);
  // Once more where it may pass: a connection that was kept open may have died since.
  const ask = (): Promise<Answer> => registry.ask(`manifests/${reference.tag ?? reference.digest}`, { method: 'HEAD', accept: acceptedManifests });
  const answer = await again(ask, site.patience.pausesMs.slice(0, 1), signal);
  return answer.headers.get('docker-content-digest') ?? undefined;
}

export async function pull(reference: Reference, means: Means): Promise<{ readonly note: Note; readonly root: Root }> {
  const { site, store, blobs, signal, tell, claim } = means;
  const registry = new Registry(reference, site, signal);
  const { pausesMs } = site.patience;
  tell(pulling(reference.text));
  const { digest, manifest } = await again(() => findManifest(registry, reference), pausesMs, signal);
  checkSizes(registry, manifest);
  claim([manifest.config, ...manifest.layers].map((piece) => piece.digest));
  const config = await fetchConfig(registry, manifest, means);
  const pieces = [...new Map(manifest.layers.map((layer) => [layer.digest, layer])).values()];
  const total = pieces.reduce((sum, { size }) => sum + size, 0);
  await checkRoom(registry, store, pieces, config);
  const here = new Map<string, number>();
  // One that fails ends the others: nobody waits for what they bring.
  const failed = new AbortController();
  const ending = AbortSignal.any([signal, failed.signal]);
  const ended = registry.until(ending);
  const fetchPiece = async (piece: Descriptor): Promise<void> => {
    const arrived = (bytes: number): void => {
      here.set(piece.digest, bytes);
      tell(pulling(reference.text, [...here.values()].reduce((sum, n) => sum + n, 0), total));
    };
    await blobs.fetch(ended, piece, { pausesMs, signal: ending, arrived }).catch((error: unknown) => {
      failed.abort(error);
      throw error;
    });
  };
  await Promise.allSettled(pieces.map(fetchPiece));
  signal.throwIfAborted();
  if (failed.signal.aborted) throw failureOf(failed.signal.reason, registry.about);
  const root = await unpack(registry, config, means, manifest);
  const note = { reference: reference.text, digest, config: manifest.config.digest, layers: manifest.layers.map((layer) => layer.digest), pulledAt: new Date().toISOString() };
  store.keep(note);
  return { note, root };
}

async function findManifest(registry: Registry, reference: Reference): Promise<{ readonly digest: string; readonly manifest: Manifest }> {
  const first = await fetchManifest(registry, reference.digest ?? reference.tag ?? '');
  if (first.read.kind === 'image') return { digest: first.digest, manifest: first.read.manifest };
  const { chosen, offered } = first.read;
  if (chosen === undefined) throw registry.failure('wrong-platform', `it is for ${offered.join(', ') || 'nothing that is named'}, and this is ${platformName}`);
  const second = await fetchManifest(registry, chosen.digest);
  if (second.read.kind === 'list') throw registry.failure('unusable', 'its list leads to another list');
  return { digest: first.digest, manifest: second.read.manifest };
}

async function fetchManifest(registry: Registry, name: string): Promise<{ readonly digest: string; readonly read: ReturnType<typeof readManifest> }> {
  const answer = await registry.ask(`manifests/${name}`, { accept: acceptedManifests });
  const bytes = await registry.document(answer, longestManifest);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const told = name.startsWith('sha256:') ? name : answer.headers.get('docker-content-digest');
  if (told !== null && told.startsWith('sha256:') && told !== digest) throw registry.failure('damaged', `its manifest has the digest ${digest.slice(0, 19)}`);
  return { digest, read: reading(registry, () => readManifest(bytes, platform)) };
}

async function fetchConfig(registry: Registry, manifest: Manifest, { site, blobs, signal }: Means): Promise<ImageConfig> {
  const file = await blobs.fetch(registry, manifest.config, { pausesMs: site.patience.pausesMs, signal, arrived: () => undefined });
  return reading(registry, () => {
    const bytes = readFileSync(file);
    const made = configPlatform(bytes);
    if (made !== undefined && (made.os !== platform.os || made.architecture !== platform.architecture)) {
      throw registry.failure('wrong-platform', `it is for ${made.os}/${made.architecture}, and this is ${platformName}`);
    }
    return parseImageConfig(bytes, manifest.layers.map((layer) => layer.digest));
  });
}

function checkSizes(registry: Registry, { config, layers }: Manifest): void {
  if (config.size > longestConfig) throw registry.failure('unusable', `its description has ${config.size} bytes`);
  const total = layers.reduce((sum, { size }) => sum + size, 0);
  if (total > largestImage) throw registry.failure('too-large', `${Math.round(total / 1024 ** 3)} GB, and ${largestImage / 1024 ** 3} is the most`);
}

/** Said before the disk is full: unpacked, an image is at least as large as its pieces. */
async function checkRoom(registry: Registry, store: Store, pieces: readonly Descriptor[], config: ImageConfig): Promise<void> {
  const missing = pieces.filter(({ digest }) => !store.hasBlob(digest)).reduce((sum, { size }) => sum + size, 0);
  const unpacked = store.hasRoot(config) ? 0 : pieces.reduce((sum, { size }) => sum + size, 0);
  const { bavail, bsize } = await statfs(store.blobs);
  const [needed, free] = [missing + unpacked, bavail * bsize];
  if (needed > free) throw registry.failure('disk-full', `it needs ${amount(needed)} and ${amount(free)} are free below ${store.folder}`);
}

async function unpack(registry: Registry, config: ImageConfig, { store, blobs, signal, tell }: Means, manifest: Manifest): Promise<Root> {
  const sizes = new Map(manifest.layers.map(({ digest, size }) => [digest, size]));
  let count = 0;
  const bytes = async function* (layer: Layer): AsyncGenerator<Buffer> {
    tell(unpacking(registry.about.image, ++count, config.layers.length));
    for await (const piece of unpackedBytes({ file: blobs.path(layer.name), offset: 0, size: sizes.get(layer.name) ?? 0 }, layer)) {
      signal.throwIfAborted();
      yield piece;
    }
  };
  try {
    return await unpackLayers(config, bytes, store.roots);
  } catch (error) {
    signal.throwIfAborted();
    const code = codeOf(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw failureOf(error, registry.about);
    throw registry.failure('unusable', said(error));
  }
}

/** What is wrong with a document is told as what is wrong with the image. */
function reading<T>(registry: Registry, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof PullFailure ? error : registry.failure('unusable', said(error));
  }
}

function said(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 300) : String(error).slice(0, 300);
}
