// Writes zip archives whose bytes depend on nothing but their content.
import { crc32 } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly mode: number;
  readonly bytes: Buffer;
  /** The same, deflated. */
  readonly packed: Buffer;
}

const version = 20;
/** Made on Unix, so that the mode counts where it means something. */
const madeBy = (3 << 8) | version;
const utf8Names = 1 << 11;
const deflated = 8;
/** The first day that the format knows. */
const date = (1 << 5) | 1;
const regularFile = 0o100000;

export function zip(entries: readonly ZipEntry[]): Buffer {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, mode, bytes, packed } of entries) {
    const called = Buffer.from(name);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(version, 0);
    facts.writeUInt16LE(utf8Names, 2);
    facts.writeUInt16LE(deflated, 4);
    facts.writeUInt16LE(date, 8);
    facts.writeUInt32LE(crc32(bytes), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(bytes.length, 18);
    facts.writeUInt16LE(called.length, 22);
    pieces.push(Buffer.from('PK\x03\x04', 'latin1'), facts, called, packed);
    const central = Buffer.alloc(14);
    central.writeUInt32LE(((regularFile | mode) << 16) >>> 0, 6);
    central.writeUInt32LE(offset, 10);
    const maker = Buffer.alloc(2);
    maker.writeUInt16LE(madeBy);
    directory.push(Buffer.from('PK\x01\x02', 'latin1'), maker, facts, central, called);
    offset += 30 + called.length + packed.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...pieces, listed, Buffer.from('PK\x05\x06', 'latin1'), end]);
}
