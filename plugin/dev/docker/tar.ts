// Small tar archives, as the engine takes and gives files of a container: written and read whole.

export interface TarFile {
  /** Relative; folders above it are made. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

const block = 512;
const longestName = 100;

/** The header of one entry; `type` as POSIX has it: 0 a file, 5 a folder. */
export function tarHeader(file: Omit<TarFile, 'bytes'>, size: number, type: '0' | '5' = '0'): Buffer {
  if (Buffer.byteLength(file.path) > longestName) throw new Error(`writing a tar archive: ${file.path} is longer than ${longestName} bytes`);
  const header = Buffer.alloc(block);
  const octal = (value: number, at: number, length: number): void => void header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  header.write(file.path, 0, 'utf8');
  octal(file.mode ?? (type === '5' ? 0o755 : 0o644), 100, 8);
  octal(file.uid ?? 0, 108, 8);
  octal(file.gid ?? 0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  header.write(' '.repeat(8), 148, 'latin1');
  header.write(type, 156, 'latin1');
  header.write('ustar\0' + '00', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** What follows a file of that size up to the next block. */
export const tarPadding = (size: number): Buffer => Buffer.alloc((block - (size % block)) % block);
export const tarEnd = Buffer.alloc(2 * block);

const foldersOf = (path: string): readonly string[] => path.split('/').slice(0, -1).map((_part, at, parts) => `${parts.slice(0, at + 1).join('/')}/`);

export function packTar(files: readonly TarFile[]): Buffer {
  const made = new Set<string>();
  const parts: Buffer[] = [];
  for (const file of files) {
    for (const folder of foldersOf(file.path).filter((name) => !made.has(name))) {
      made.add(folder);
      parts.push(tarHeader({ path: folder, ...(file.uid === undefined ? {} : { uid: file.uid }), ...(file.gid === undefined ? {} : { gid: file.gid }) }, 0, '5'));
    }
    parts.push(tarHeader(file, file.bytes.length), file.bytes, tarPadding(file.bytes.length));
  }
  return Buffer.concat([...parts, tarEnd]);
}

/** The first plain file of an archive; undefined when it holds none, or is none. */
export function firstFile(archive: Buffer): Buffer | undefined {
  for (let at = 0; at + block <= archive.length; ) {
    const size = Number.parseInt(archive.toString('latin1', at + 124, at + 136).replace(/\0.*$/s, '').trim() || '0', 8);
    const type = archive.toString('latin1', at + 156, at + 157);
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    const from = at + block;
    if ((type === '0' || type === '\0') && from + size <= archive.length && archive[at] !== 0) return archive.subarray(from, from + size);
    at = from + Math.ceil(size / block) * block;
  }
  return undefined;
}
