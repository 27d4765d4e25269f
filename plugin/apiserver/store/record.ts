// One record of the store's files: a head with a checksum of its own, then JSON with another.
import { crc32 } from 'node:zlib';
import { isObject, type KubeObject } from '../json.ts';

/** A change of one key. Without an object the key is deleted. */
export interface Record {
  readonly revision: number;
  readonly key: string;
  readonly object?: KubeObject | undefined;
}

/** The first record of every file: what the file is, and what must lie before it. It has the empty key. */
export interface Opening {
  /** The newest revision of everything before this file, or in it for a snapshot. */
  readonly revision: number;
  readonly sequence: number;
  /** Of a snapshot: how many records follow. */
  readonly entries?: number | undefined;
  /** Of a journal that goes on from another: how long that one is. */
  readonly after?: number | undefined;
}

/** What stands in front of a body. */
export interface Head {
  readonly length: number;
  readonly bodyCheck: number;
  /** How much of the file was certainly on the disk when this record was written: all records of one write say the same. */
  readonly durable: number;
}

/** The first byte never occurs in UTF-8, so that no text of an object looks like a record. */
export const magic = Buffer.from([0xfe, 0x43, 0x4c, 0x4b]);
export const headBytes = 24;
export const longestBody = 64 * 1024 * 1024;
const checkAt = headBytes - 4;

export const encodeBody = ({ revision, key, object }: Record): Buffer => Buffer.from(JSON.stringify([revision, key, object]));
export const encodeOpening = ({ revision, ...opening }: Opening): Buffer => Buffer.from(JSON.stringify([revision, '', opening]));

/** The head of a body, written into `target` (of `headBytes`). */
export function encodeHead(body: Buffer, durable: number, target = Buffer.allocUnsafe(headBytes)): Buffer {
  target.set(magic, 0);
  target.writeUInt32LE(body.length, 4);
  target.writeUInt32LE(crc32(body), 8);
  target.writeUInt16LE(0, 12);
  target.writeUIntLE(durable, 14, 6);
  target.writeUInt32LE(crc32(target.subarray(0, checkAt)), checkAt);
  return target;
}

/** The head at a place of a file; undefined when there is none, or not a whole one. */
export function headAt(bytes: Buffer, position: number): Head | undefined {
  if (position + headBytes > bytes.length || bytes.compare(magic, 0, magic.length, position, position + magic.length) !== 0) return undefined;
  if (crc32(bytes.subarray(position, position + checkAt)) !== bytes.readUInt32LE(position + checkAt)) return undefined;
  return { length: bytes.readUInt32LE(position + 4), bodyCheck: bytes.readUInt32LE(position + 8), durable: bytes.readUIntLE(position + 14, 6) };
}

/** The body behind a head; undefined when it is not all there, or changed. */
export function bodyAt(bytes: Buffer, position: number, { length, bodyCheck }: Head): Buffer | undefined {
  const from = position + headBytes;
  if (length > longestBody || from + length > bytes.length) return undefined;
  const body = bytes.subarray(from, from + length);
  return crc32(body) === bodyCheck ? body : undefined;
}

function parts(body: Buffer): readonly unknown[] {
  try {
    const read: unknown = JSON.parse(body.toString('utf8'));
    return Array.isArray(read) ? read : [];
  } catch {
    return [];
  }
}

/** The record in a body; undefined when it is something else. */
export function decodeBody(body: Buffer): Record | undefined {
  const [revision, key, object] = parts(body);
  if (typeof revision !== 'number' || typeof key !== 'string' || key === '') return undefined;
  if (object === null || object === undefined) return { revision, key };
  return isObject(object) && isObject(object['metadata']) ? { revision, key, object: object as KubeObject } : undefined;
}

export function decodeOpening(body: Buffer): Opening | undefined {
  const [revision, key, opening] = parts(body);
  if (typeof revision !== 'number' || key !== '' || !isObject(opening)) return undefined;
  const { sequence, entries, after } = opening;
  if (typeof sequence !== 'number') return undefined;
  return { revision, sequence, entries: typeof entries === 'number' ? entries : undefined, after: typeof after === 'number' ? after : undefined };
}
