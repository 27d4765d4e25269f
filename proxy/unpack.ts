// Decodes a captured body for export: gzip, deflate, brotli, zstd, bounded in what comes out.
import { brotliDecompress, constants, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { promisify } from 'node:util';

/** What a body may unfold to; a bomb stops there. */
export const maxUnpackedBytes = 8 * 1_048_576;

// The beginning of a stream is worth having: without these flags a body cut by its bound would be an error.
const decoders: Readonly<Record<string, (bytes: Buffer) => Promise<Buffer>>> = {
  gzip: (b) => promisify(gunzip)(b, { maxOutputLength: maxUnpackedBytes, finishFlush: constants.Z_SYNC_FLUSH }),
  'x-gzip': (b) => promisify(gunzip)(b, { maxOutputLength: maxUnpackedBytes, finishFlush: constants.Z_SYNC_FLUSH }),
  deflate: (b) => promisify(inflate)(b, { maxOutputLength: maxUnpackedBytes, finishFlush: constants.Z_SYNC_FLUSH }),
  br: (b) => promisify(brotliDecompress)(b, { maxOutputLength: maxUnpackedBytes, finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  zstd: (b) => promisify(zstdDecompress)(b, { maxOutputLength: maxUnpackedBytes, finishFlush: constants.ZSTD_e_flush }),
};

export function isIdentity(encoding: string | undefined): boolean {
  return encoding === undefined || encoding === '' || encoding.toLowerCase() === 'identity';
}

/** Whether bytes that should be plain begin as gzip, zstd or zlib do; brotli has no beginning of its own. */
export function looksPacked(bytes: Buffer): boolean {
  const start = bytes.length < 4 ? 0 : bytes.readUInt32BE(0);
  const first = start >>> 16;
  return first === 0x1f8b || start === 0x28b52ffd || [0x7801, 0x785e, 0x789c, 0x78da].includes(first);
}

/** The decoded bytes, or undefined when the encoding is not known, the bytes are damaged or unfold to too much. */
export async function unpack(bytes: Buffer, encoding: string): Promise<Buffer | undefined> {
  const name = encoding.trim().toLowerCase();
  const decode = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  if (decode === undefined || bytes.length === 0) return undefined;
  try {
    return await decode(bytes);
  } catch {
    return undefined;
  }
}
