// Looks into the file of `--image` before anything starts: whether it is an image archive at all.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const blockBytes = 512;
const mostEntries = 100_000;
/** Of an image archive as `docker save` writes it, or of an OCI layout. */
const tellingNames: ReadonlySet<string> = new Set(['manifest.json', 'index.json', 'oci-layout']);
const notTar = 'is no tar archive';

interface Header {
  readonly name: string;
  readonly size: number;
}

const textOf = (block: Buffer, from: number, length: number): string => block.toString('latin1', from, from + length).split('\0', 1)[0] ?? '';

/** Undefined when the block is no header of tar: its checksum tells. */
function header(block: Buffer): Header | undefined {
  if (block.length < blockBytes) return undefined;
  const told = Number.parseInt(textOf(block, 148, 8).trim(), 8);
  const sum = block.subarray(0, blockBytes).reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (told !== sum) return undefined;
  // From 8 GiB on the size is a binary number, marked by its highest bit.
  const isBinary = ((block[124] ?? 0) & 0x80) !== 0;
  const size = isBinary ? Number(block.readBigUInt64BE(128)) : Number.parseInt(textOf(block, 124, 12).trim() || '0', 8);
  return Number.isSafeInteger(size) ? { name: textOf(block, 0, 100).replace(/^\.\//, ''), size } : undefined;
}

/** The first bytes of a gzip stream; the rest is left to whoever unpacks it. */
function firstUnzipped(start: Buffer): Buffer {
  try {
    // A stream that is cut off: what comes before the cut is given.
    return gunzipSync(start, { finishFlush: 2, maxOutputLength: 64 * 1024 * 1024 });
  } catch {
    return Buffer.alloc(0);
  }
}

function look(file: number, length: number): string | undefined {
  const start = Buffer.alloc(16 * 1024);
  const read = readSync(file, start, 0, start.length, 0);
  if (read >= 2 && start.readUInt16BE(0) === 0x1f8b) return header(firstUnzipped(start.subarray(0, read))) ? undefined : notTar;
  const block = Buffer.alloc(blockBytes);
  for (let at = 0, count = 0; at < length && count < mostEntries; count += 1) {
    if (readSync(file, block, 0, blockBytes, at) < blockBytes) return count === 0 ? notTar : 'is cut off';
    if (block.every((byte) => byte === 0)) break;
    const entry = header(block);
    if (!entry) return count === 0 ? notTar : 'is damaged';
    at += blockBytes + Math.ceil(entry.size / blockBytes) * blockBytes;
    if (at > length) return 'is cut off';
    if (tellingNames.has(entry.name)) return undefined;
  }
  return length === 0 ? 'is empty' : 'is a tar archive, but of no image: it holds neither manifest.json nor an OCI layout';
}

/** What is wrong with the file, as the end of a sentence; undefined when it looks like an image. */
export function archiveFlaw(path: string): string | undefined {
  const file = openSync(path, 'r');
  try {
    return look(file, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}
