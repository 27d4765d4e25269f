// Reads a tar stream entry by entry with bounds: ustar, pax and GNU long names.

export interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'hardlink' | 'other';
  readonly mode: number;
  readonly size: number;
  readonly link: string;
}

/** Bytes of an entry are read in order; what is not read is skipped. */
export interface TarReader {
  readonly next: () => Promise<Entry | undefined>;
  /** The content of the entry that `next` gave last, piece by piece. */
  readonly content: () => AsyncGenerator<Buffer>;
  /** How many bytes of the stream came before that content. */
  readonly position: () => number;
  /** Reads what follows the end of the archive: only then has everything been seen by whoever checks the stream. */
  readonly drain: () => Promise<void>;
}

const block = 512;
const longestName = 4096;
const longestExtension = 1024 * 1024;
export const mostEntries = 1_000_000;

const kinds: Readonly<Record<string, Entry['kind']>> = { '': 'file', '0': 'file', '7': 'file', '1': 'hardlink', '2': 'symlink', '5': 'directory' };

export function readTar(source: AsyncIterable<Buffer>): TarReader {
  const bytes = new Bytes(source);
  let left = 0;
  let padding = 0;
  let count = 0;
  const next = async (): Promise<Entry | undefined> => {
    await bytes.skip(left + padding);
    let extended: Readonly<Record<string, string>> = {};
    for (;;) {
      const header = await bytes.read(block);
      // Two empty blocks end an archive; one, or the plain end of the stream, is taken as the end too.
      if (header === undefined || header.every((b) => b === 0)) return undefined;
      if (++count > mostEntries) throw new Error(`the archive has more than ${mostEntries} entries`);
      checkSum(header);
      const flag = text(header, 156, 1);
      const size = flag === 'x' || flag === 'L' || flag === 'K' || flag === 'g' ? number(header, 124, 12) : Number(extended['size'] ?? number(header, 124, 12));
      if (!Number.isSafeInteger(size) || size < 0) throw new Error('the archive has an entry of an impossible size');
      const gap = (block - (size % block)) % block;
      if (flag === 'x' || flag === 'L' || flag === 'K' || flag === 'g') {
        if (size > longestExtension) throw new Error('the archive has a header that is too long');
        const body = (await bytes.read(size)) ?? Buffer.alloc(0);
        await bytes.skip(gap);
        if (flag === 'x') extended = { ...extended, ...pax(body) };
        if (flag === 'L') extended = { ...extended, path: cut(body) };
        if (flag === 'K') extended = { ...extended, linkpath: cut(body) };
        continue;
      }
      const kind = kinds[flag] ?? 'other';
      const hasBody = kind === 'file' || kind === 'other';
      left = hasBody ? size : 0;
      padding = hasBody ? gap : 0;
      const prefix = text(header, 257, 5) === 'ustar' && header[262] === 0 ? text(header, 345, 155) : '';
      const name = extended['path'] ?? (prefix === '' ? '' : `${prefix}/`) + text(header, 0, 100);
      const link = extended['linkpath'] ?? text(header, 157, 100);
      if (name.length > longestName || link.length > longestName) throw new Error('the archive has a name that is too long');
      return { name, kind, mode: number(header, 100, 8) & 0o7777, size: left, link };
    }
  };
  const content = async function* (): AsyncGenerator<Buffer> {
    while (left > 0) {
      const piece = await bytes.some(left);
      left -= piece.length;
      yield piece;
    }
  };
  return { next, content, position: () => bytes.position, drain: () => bytes.drain() };
}

function checkSum(header: Buffer): void {
  const told = number(header, 148, 8);
  let sum = 8 * 32;
  for (let index = 0; index < block; index++) if (index < 148 || index >= 156) sum += header[index] ?? 0;
  if (sum !== told) throw new Error('the archive is damaged: a header does not match its check sum');
}

function text(header: Buffer, from: number, length: number): string {
  return cut(header.subarray(from, from + length));
}

function cut(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

function number(header: Buffer, from: number, length: number): number {
  // GNU writes what does not fit into octal digits as a big-endian number behind a set highest bit.
  if (((header[from] ?? 0) & 0x80) !== 0) return Number(header.readBigUInt64BE(from + length - 8));
  const digits = text(header, from, length).trim();
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function pax(body: Buffer): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(32, at);
    const length = Number(body.toString('latin1', at, space < 0 ? at : space));
    if (space < 0 || !Number.isInteger(length) || length < 5 || at + length > body.length) throw new Error('the archive has a damaged extended header');
    const record = body.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    const key = record.slice(0, equals);
    if (key === 'path' || key === 'linkpath' || key === 'size') found[key] = record.slice(equals + 1);
    at += length;
  }
  return found;
}

/** Takes a stream apart into the lengths that are asked for. */
class Bytes {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  position = 0;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Exactly `length` bytes; undefined at the very end of the stream. */
  async read(length: number): Promise<Buffer | undefined> {
    const pieces: Buffer[] = [];
    for (let missing = length; missing > 0; ) {
      const piece = await this.#upTo(missing);
      if (piece === undefined) {
        if (missing === length) return undefined;
        throw new Error('the archive ends in the middle of an entry');
      }
      pieces.push(piece);
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  async some(most: number): Promise<Buffer> {
    const piece = await this.#upTo(most);
    if (piece === undefined) throw new Error('the archive ends in the middle of an entry');
    return piece;
  }

  async skip(length: number): Promise<void> {
    for (let missing = length; missing > 0; ) missing -= (await this.some(missing)).length;
  }

  async drain(): Promise<void> {
    while ((await this.#upTo(block * 128)) !== undefined);
  }

  async #upTo(most: number): Promise<Buffer | undefined> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#source.next();
      if (done) return undefined;
      this.#rest = value;
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(piece.length);
    this.position += piece.length;
    return piece;
  }
}
