// Reads of a Linux executable what an image needs to know: which libraries it asks for, and where what is loaded of it ends.

const loadable = 1;
const dynamic = 2;
const interpreter = 3;
const tags = { needed: 1, strings: 5 } as const;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

export const isElf = (bytes: Buffer): boolean => bytes.length > 64 && bytes.readUInt32BE(0) === 0x7f454c46;

/** File names of the libraries, and of the loader with its whole path. */
export function libraries(bytes: Buffer): readonly string[] {
  const all = segments(bytes);
  const loader = all.filter(({ type }) => type === interpreter).map(({ offset }) => text(bytes, offset));
  const table = all.find(({ type }) => type === dynamic);
  if (table === undefined) return loader;
  const entries: { readonly tag: number; readonly value: number }[] = [];
  for (let at = table.offset; at < table.offset + table.size; at += 16) {
    entries.push({ tag: Number(bytes.readBigInt64LE(at)), value: Number(bytes.readBigUInt64LE(at + 8)) });
  }
  const strings = entries.find(({ tag }) => tag === tags.strings)?.value ?? 0;
  const home = all.find(({ type, address, size }) => type === loadable && strings >= address && strings < address + size);
  if (home === undefined) throw new Error('the executable has no table of names');
  const start = home.offset + strings - home.address;
  return [...loader, ...entries.filter(({ tag }) => tag === tags.needed).map(({ value }) => text(bytes, start + value))];
}

/**
 * The same program without what is never loaded: symbols, debugging facts and the table of sections. A `strip` would do a little less, and
 * its output would depend on its release.
 */
export function stripped(bytes: Buffer): Buffer {
  const end = Math.max(...segments(bytes).map(({ offset, size }) => offset + size));
  const kept = Buffer.from(bytes.subarray(0, end));
  const header = { sections: 40, sectionCount: 60, sectionNames: 62 } as const;
  kept.writeBigUInt64LE(0n, header.sections);
  kept.writeUInt16LE(0, header.sectionCount);
  kept.writeUInt16LE(0, header.sectionNames);
  return kept;
}

function segments(bytes: Buffer): readonly Segment[] {
  const [is64, isLittleEndian] = [bytes[4] === 2, bytes[5] === 1];
  if (!isElf(bytes) || !is64 || !isLittleEndian) throw new Error('this is no 64-bit little-endian executable');
  const [start, size, count] = [Number(bytes.readBigUInt64LE(32)), bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return {
      type: bytes.readUInt32LE(at),
      offset: Number(bytes.readBigUInt64LE(at + 8)),
      address: Number(bytes.readBigUInt64LE(at + 16)),
      size: Number(bytes.readBigUInt64LE(at + 32)),
    };
  });
}

function text(bytes: Buffer, at: number): string {
  return bytes.toString('utf8', at, bytes.indexOf(0, at));
}
