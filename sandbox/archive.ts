// Reads what an image archive holds: `docker save` or an OCI layout, as a tar file, gzipped or not.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { child, fields, list, plainText, text } from './decode.ts';
import { mostLayers, parseImageConfig, type ImageConfig, type Layer } from './image-config.ts';
import { unpackedBytes } from './layer.ts';
import { readTar } from './tar.ts';

interface Part {
  readonly offset: number;
  readonly size: number;
}

export interface Archive {
  readonly file: string;
  readonly parts: ReadonlyMap<string, Part>;
}

const longestDocument = 8 * 1024 * 1024;
const largestArchive = 32 * 1024 ** 3;

export interface Opening {
  /** Where a gzipped archive is expanded to. */
  readonly expanded: string;
  /** Bytes that may be written there. */
  readonly room: number;
  readonly signal: AbortSignal;
}

/** The parts of an archive and where they lie. */
export async function openArchive(file: string, { expanded, room, signal }: Opening): Promise<Archive> {
  if (await isGzip(file)) {
    let left = Math.min(largestArchive, room);
    const bound = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const piece of source) {
        left -= piece.length;
        if (left < 0) throw new Error(room < largestArchive ? 'there is no room on the disk to expand the archive' : 'the archive is larger than this worker unpacks');
        yield piece;
      }
    };
    await pipeline(createReadStream(file), createGunzip(), bound, createWriteStream(expanded, { mode: 0o600 }), { signal });
    return await indexed(expanded, signal);
  }
  return await indexed(file, signal);
}

async function indexed(file: string, signal: AbortSignal): Promise<Archive> {
  const parts = new Map<string, Part>();
  const reader = readTar(createReadStream(file, { highWaterMark: 1024 * 1024, signal }));
  for (let entry = await reader.next(); entry !== undefined; entry = await reader.next()) {
    if (entry.kind !== 'file') continue;
    parts.set(entry.name.replace(/^\.\//, ''), { offset: reader.position(), size: entry.size });
  }
  return { file, parts };
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.readUInt16BE(0) === 0x1f8b;
  } finally {
    await handle.close();
  }
}

/** What the archive says about its image; digests are checked where the format has them. */
export async function imageConfig(archive: Archive, arch: string): Promise<ImageConfig> {
  const { configName, layerNames } = archive.parts.has('manifest.json') ? await dockerManifest(archive) : await ociManifest(archive, arch);
  const bytes = await document(archive, configName);
  const named = /([0-9a-f]{64})(\.json)?$/.exec(configName)?.[1];
  if (named !== undefined && named !== createHash('sha256').update(bytes).digest('hex')) throw new Error(`the archive is damaged: ${configName} has another digest than its name`);
  return parseImageConfig(bytes, layerNames);
}

interface Manifest {
  readonly configName: string;
  readonly layerNames: readonly string[];
}

async function dockerManifest(archive: Archive): Promise<Manifest> {
  const images: unknown = JSON.parse((await document(archive, 'manifest.json')).toString('utf8'));
  if (!Array.isArray(images) || images.length !== 1) throw new Error('the archive must hold one image: save one at a time');
  const image = fields(images[0], 'manifest.json[0]');
  return { configName: text(image, 'Config', 4096), layerNames: list(image, 'Layers', mostLayers, plainText) };
}

async function ociManifest(archive: Archive, arch: string): Promise<Manifest> {
  let name = 'index.json';
  // An index may hold an index: one for each platform.
  for (let depth = 0; depth < 4; depth++) {
    const root = fields(JSON.parse((await document(archive, name)).toString('utf8')) as unknown, name);
    if (root.value['manifests'] === undefined) {
      return { configName: blob(child(root, 'config').value['digest']), layerNames: list(root, 'layers', mostLayers, (l, at) => blob(fields(l, at).value['digest'])) };
    }
    const manifests = list(root, 'manifests', mostLayers, (m, at) => fields(m, at).value);
    const platform = (m: Readonly<Record<string, unknown>>): unknown => (m['platform'] as { architecture?: unknown } | undefined)?.architecture;
    const wanted = arch === 'x64' ? 'amd64' : arch;
    const chosen = manifests.find((m) => platform(m) === wanted) ?? manifests.find((m) => platform(m) === undefined);
    if (chosen === undefined) throw new Error(`the archive holds no image for ${wanted}`);
    name = blob(chosen['digest']);
  }
  throw new Error('the archive has an index within an index within an index');
}

function blob(digest: unknown): string {
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`the archive names a digest that is not sha256: ${JSON.stringify(digest)}`);
  return `blobs/sha256/${digest.slice(7)}`;
}

async function document(archive: Archive, name: string): Promise<Buffer> {
  const part = archive.parts.get(name);
  if (part === undefined) throw new Error(`the archive is no image: ${name} is not in it`);
  if (part.size > longestDocument) throw new Error(`the archive is damaged: ${name} has ${part.size} bytes`);
  const pieces: Buffer[] = [];
  for await (const piece of bytesOf(archive, part)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  const named = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(name)?.[1];
  if (named !== undefined && named !== createHash('sha256').update(bytes).digest('hex')) throw new Error(`the archive is damaged: ${name} has another digest`);
  return bytes;
}

async function* bytesOf(archive: Archive, part: Part): AsyncGenerator<Buffer> {
  if (part.size === 0) return;
  for await (const piece of createReadStream(archive.file, { start: part.offset, end: part.offset + part.size - 1 })) yield piece as Buffer;
}

/** The unpacked bytes of a layer; throws at the end when they are not those the image was made of. */
export function layerBytes(archive: Archive, layer: Layer): AsyncGenerator<Buffer> {
  const part = archive.parts.get(layer.name);
  if (part === undefined) throw new Error(`the archive is damaged: layer ${layer.name} is not in it`);
  return unpackedBytes({ file: archive.file, ...part }, layer);
}
