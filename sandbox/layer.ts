// Reads one layer of an image out of a file: gzip, zstd or plain, checked against what its image was made of.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Layer } from './image-config.ts';

/** A stretch of a file. */
export interface Stretch {
  readonly file: string;
  readonly offset: number;
  readonly size: number;
}

/** The unpacked bytes of a layer; throws at the end when they are not those the image was made of. */
export async function* unpackedBytes({ file, offset, size }: Stretch, layer: Layer): AsyncGenerator<Buffer> {
  const magic = await beginning(file, offset, Math.min(size, 4));
  const hash = createHash('sha256');
  const raw = createReadStream(file, { start: offset, end: offset + Math.max(0, size - 1), highWaterMark: 256 * 1024 });
  const unzip = decompressor(magic);
  const unzipped = unzip === undefined ? raw : raw.pipe(unzip);
  raw.on('error', (error) => unzipped.destroy(error));
  try {
    for await (const piece of unzipped) {
      hash.update(piece as Buffer);
      yield piece as Buffer;
    }
  } finally {
    raw.destroy();
  }
  if (`sha256:${hash.digest('hex')}` !== layer.diffId) throw new Error(`the image is damaged: layer ${layer.name} is not the one its image was made of`);
}

/** What it begins with decides, not what it is called: names of media types are many, and some are wrong. */
function decompressor(magic: Buffer): ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress> | undefined {
  const chunkSize = 256 * 1024;
  if (magic.length >= 2 && magic.readUInt16BE(0) === 0x1f8b) return createGunzip({ chunkSize });
  if (magic.length === 4 && magic.readUInt32LE(0) === 0xfd2fb528) return createZstdDecompress({ chunkSize });
  return undefined;
}

async function beginning(file: string, offset: number, length: number): Promise<Buffer> {
  if (length === 0) return Buffer.alloc(0);
  const pieces: Buffer[] = [];
  for await (const piece of createReadStream(file, { start: offset, end: offset + length - 1 })) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
