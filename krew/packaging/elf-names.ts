// Leaves out of a Linux executable of Node the C++ names that it offers to add-ons: the only add-on that is ever loaded asks for none of them.
const sectionType = { relocations: 4, dynamicSymbols: 11, versionsNeeded: 0x6ffffffe, dynamic: 6 } as const;
const symbolSize = 24;
const neededLibrary = 1n;

interface Section {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  /** Index of the section that it belongs with: its names. */
  readonly link: number;
}

function sections(bytes: Buffer): readonly Section[] {
  const [start, size, count] = [Number(bytes.readBigUInt64LE(40)), bytes.readUInt16LE(58), bytes.readUInt16LE(60)];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return { type: bytes.readUInt32LE(at + 4), offset: Number(bytes.readBigUInt64LE(at + 24)), size: Number(bytes.readBigUInt64LE(at + 32)), link: bytes.readUInt32LE(at + 40) };
  });
}

/** Of what is inside Node and V8; what the C and C++ libraries have in common with it stays, for they look it up here first. */
const isInner = (name: string): boolean => name.startsWith('_Z') && ['2v88internal', '4node', '6icu_'].some((part) => name.includes(part));

/**
 * The table of symbols keeps its length and its order, so that the hash table beside it stays right: a symbol that went has no name
 * left, and is never what is looked for. Must come before the sections are stripped.
 */
export function withoutInnerNames(original: Buffer): Buffer {
  const bytes = Buffer.from(original);
  const all = sections(bytes);
  const symbols = all.find(({ type }) => type === sectionType.dynamicSymbols);
  const names = symbols && all[symbols.link];
  if (symbols === undefined || names === undefined) throw new Error('this executable has no table of dynamic symbols');
  const end = (offset: number): number => bytes.indexOf(0, names.offset + offset) - names.offset;
  const relocated = new Set(all.filter(({ type, link }) => type === sectionType.relocations && all[link] === symbols).flatMap((section) => relocatedSymbols(bytes, section)));
  const kept: number[] = [...libraryNames(bytes, all), ...versionNames(bytes, all)];
  const gone: number[] = [];
  for (let index = 1; index < symbols.size / symbolSize; index++) {
    const at = symbols.offset + index * symbolSize;
    const name = bytes.readUInt32LE(at);
    const isDefined = bytes.readUInt16LE(at + 6) !== 0;
    const goes = isDefined && !relocated.has(index) && isInner(bytes.toString('latin1', names.offset + name, names.offset + end(name)));
    (goes ? gone : kept).push(goes ? at : name);
  }
  // One name may be the end of another: what is kept is put back whole.
  const written = Buffer.alloc(names.size);
  for (const name of kept) bytes.copy(written, name, names.offset + name, names.offset + end(name));
  written.copy(bytes, names.offset);
  for (const at of gone) bytes.fill(0, at, at + symbolSize);
  return bytes;
}

function relocatedSymbols(bytes: Buffer, { offset, size }: Section): readonly number[] {
  return Array.from({ length: size / 24 }, (_, index) => bytes.readUInt32LE(offset + index * 24 + 12));
}

function libraryNames(bytes: Buffer, all: readonly Section[]): readonly number[] {
  const found = all.filter(({ type }) => type === sectionType.dynamic);
  return found.flatMap(({ offset, size }) => {
    const entries = Array.from({ length: size / 16 }, (_, index) => offset + index * 16);
    // Besides the libraries: its own name and the folders to look in (14, 15, 29).
    return entries.filter((at) => [neededLibrary, 14n, 15n, 29n].includes(bytes.readBigInt64LE(at))).map((at) => Number(bytes.readBigUInt64LE(at + 8)));
  });
}

/** Names of libraries and of their versions, in lists that hold the distance to their next entry. */
function versionNames(bytes: Buffer, all: readonly Section[]): readonly number[] {
  const names: number[] = [];
  for (const { offset } of all.filter(({ type }) => type === sectionType.versionsNeeded)) {
    for (let at = offset, next = 1; next !== 0; at += next) {
      names.push(bytes.readUInt32LE(at + 4));
      for (let version = at + bytes.readUInt32LE(at + 8), step = 1; step !== 0; version += step) {
        names.push(bytes.readUInt32LE(version + 8));
        step = bytes.readUInt32LE(version + 12);
      }
      next = bytes.readUInt32LE(at + 12);
    }
  }
  return names;
}
