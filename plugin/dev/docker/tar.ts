// Tar archives, as the engine takes and gives files of a container.
import { createReadStream, statSync } from 'node:fs';
import { UserError } from '../../exit.ts';

interface Entry {
  /** Relative; folders above it are made. */
  readonly path: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface TarFile extends Entry {
  readonly bytes: Buffer;
}

const block = 512;
const longestName = 100;
const padding = (size: number): Buffer => Buffer.alloc((block - (size % block)) % block);
const end = Buffer.alloc(2 * block);

/** `type` as POSIX has it: 0 a file, 5 a folder, x what is said about the next entry. */
function header({ path, mode, uid = 0, gid = 0 }: Entry, size: number, type: '0' | '5' | 'x'): Buffer {
  const made = Buffer.alloc(block);
  const octal = (value: number, at: number, length: number): void => void made.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  made.write(path.slice(0, longestName), 0, 'utf8');
  octal(mode ?? (type === '5' ? 0o755 : 0o644), 100, 8);
  octal(uid, 108, 8);
  octal(gid, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  made.write(' '.repeat(8), 148, 'latin1');
  made.write(type, 156, 'latin1');
  made.write('ustar\0' + '00', 257, 'latin1');
  const sum = made.reduce((total, byte) => total + byte, 0);
  made.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return made;
}

/** A record says its own length, whose digits count too. */
function record(text: string): Buffer {
  const rest = Buffer.byteLength(text) + 2;
  const length = [1, 2, 3, 4].map((digits) => rest + digits).find((sum, at) => String(sum).length === at + 1) ?? rest;
  return Buffer.from(`${length} ${text}\n`);
}

/** What comes before the bytes of an entry; a long name goes into an entry of its own. */
function before(entry: Entry, size: number, type: '0' | '5' = '0'): Buffer {
  if (Buffer.byteLength(entry.path) <= longestName) return header(entry, size, type);
  const path = record(`path=${entry.path}`);
  return Buffer.concat([header({ path: 'long-name' }, path.length, 'x'), path, padding(path.length), header(entry, size, type)]);
}

const foldersOf = (path: string): readonly string[] => path.split('/').slice(0, -1).map((_part, at, parts) => `${parts.slice(0, at + 1).join('/')}/`);

const folders = (entry: Entry, known: Set<string>): Buffer =>
  Buffer.concat(foldersOf(entry.path).filter((path) => !known.has(path)).map((path) => {
    known.add(path);
    const { uid, gid } = entry;
    return before({ path, ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) }, 0, '5');
  }));

export function packTar(files: readonly TarFile[]): Buffer {
  const known = new Set<string>();
  return Buffer.concat([...files.flatMap((file) => [folders(file, known), before(file, file.bytes.length), file.bytes, padding(file.bytes.length)]), end]);
}

/** A file of this machine as an archive, without holding it. */
export async function* packFile(entry: Entry, file: string): AsyncGenerator<Buffer> {
  const { size } = statSync(file);
  yield Buffer.concat([folders(entry, new Set()), before(entry, size)]);
  let sent = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    sent += chunk.length;
    if (sent <= size) yield chunk;
  }
  if (sent !== size) throw new UserError(`${file} changed while it was read`, ['run it again']);
  yield Buffer.concat([padding(size), end]);
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
