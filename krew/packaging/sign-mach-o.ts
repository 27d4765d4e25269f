// Signs a macOS executable without a key, as Apple's linker does: on Apple silicon the system ends at once what has no signature.
import { createHash } from 'node:crypto';
import { firstSection, headerSize, loadCommand, readMachO, segment } from './mach-o.ts';

/** Hashed one by one, whatever the pages of the machine are. */
const pageSize = 4096;
/** What the segment that ends the file is rounded up to in memory. */
const memoryPage = 0x4000;
const magic = { signature: 0xfade0cc0, codeDirectory: 0xfade0c02 } as const;
const hashSize = 32;
const directoryHeader = 88;
/** Nobody's: made by no key, and by a linker, so that `codesign` may replace it without being asked to. */
const flags = { adHoc: 0x2, linkerSigned: 0x20000 } as const;

/** `identifier` is the name that the system knows the program by. The bytes depend on nothing else. */
export function signed(original: Buffer, identifier: string): Buffer {
  const [bytes, limit] = withRoom(original);
  const file = readMachO(bytes);
  if (file.signature === undefined) throw new Error('the load command of the signature is not where it was written');
  const [text, tail] = [segment(file, '__TEXT'), segment(file, '__LINKEDIT')];
  const name = Buffer.from(`${identifier}\0`);
  const pages = Math.ceil(limit / pageSize);
  const hashesAt = directoryHeader + name.length;
  const length = 20 + hashesAt + pages * hashSize;
  const result = Buffer.concat([bytes.subarray(0, limit), Buffer.alloc(length)]);
  result.writeUInt32LE(limit, file.signature.at + 8);
  result.writeUInt32LE(length, file.signature.at + 12);
  const tailSize = limit + length - tail.offset;
  result.writeBigUInt64LE(BigInt(Math.ceil(tailSize / memoryPage) * memoryPage), tail.at + 32);
  result.writeBigUInt64LE(BigInt(tailSize), tail.at + 48);
  // The header is hashed too: nothing before `limit` may change from here on.
  const words = [magic.signature, length, 1, 0, 20];
  const directory = [
    magic.codeDirectory, length - 20, 0x20400, flags.adHoc | flags.linkerSigned, hashesAt, directoryHeader, 0, pages, limit,
    // Size and kind of a hash (SHA-256), no platform, pages of 2^12 bytes.
    (hashSize << 24) | (2 << 16) | Math.log2(pageSize), 0, 0, 0, 0, 0, 0,
  ];
  let at = limit;
  for (const word of [...words, ...directory]) at = result.writeUInt32BE(word >>> 0, at);
  for (const wide of [text.offset, text.size, 1]) at = result.writeBigUInt64BE(BigInt(wide), at);
  at += name.copy(result, at);
  for (let page = 0; page < pages; page++) {
    at += createHash('sha256').update(result.subarray(page * pageSize, Math.min((page + 1) * pageSize, limit))).digest().copy(result, at);
  }
  return result;
}

/** The executable with a load command for a signature, and the offset at which the signature begins. An older signature goes. */
function withRoom(original: Buffer): readonly [Buffer, number] {
  const file = readMachO(original);
  const tail = segment(file, '__LINKEDIT');
  if (tail.offset + tail.size !== original.length) throw new Error('something lies behind __LINKEDIT, where the signature must be');
  if (file.signature !== undefined) {
    if (file.signature.offset + file.signature.size > original.length) throw new Error('the older signature reaches beyond the file');
    return [original, file.signature.offset];
  }
  const end = headerSize + file.commandBytes;
  if (end + 16 > firstSection(original, segment(file, '__TEXT'))) throw new Error('there is no room for one more load command');
  const limit = Math.ceil(original.length / 16) * 16;
  const bytes = Buffer.concat([original, Buffer.alloc(limit - original.length)]);
  for (const [index, word] of [loadCommand.signature, 16, limit, 0].entries()) bytes.writeUInt32LE(word, end + index * 4);
  bytes.writeUInt32LE(file.commandCount + 1, 16);
  bytes.writeUInt32LE(file.commandBytes + 16, 20);
  return [bytes, limit];
}
