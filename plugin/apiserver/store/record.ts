// One record of the journal and the snapshot: magic, length, CRC, JSON. Finds the next whole record after a damaged one.
import { crc32 } from 'node:zlib';
import type { KubeObject } from '../json.ts';

/** A change of one key, or the head of a snapshot (`key` empty, only the revision counts). */
export interface Record {
  readonly revision: number;
  readonly key: string;
  /** Absent: the key is deleted. */
  readonly object?: KubeObject | undefined;
}

const magic = 0x4b4c5243;
const headBytes = 12;
const longestRecord = 64 * 1024 * 1024;

export function encode(record: Record): Buffer {
  const body = Buffer.from(JSON.stringify([record.revision, record.key, record.object]));
  const head = Buffer.allocUnsafe(headBytes);
  head.writeUInt32LE(magic, 0);
  head.writeUInt32LE(body.length, 4);
  head.writeUInt32LE(crc32(body, body.length) >>> 0, 8);
  return Buffer.concat([head, body]);
}

/** Whether bytes are what a write that was cut off leaves: the start of a record, or the zeros of a file that grew before its bytes came. */
export function beginsLikeRecord(bytes: Buffer): boolean {
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(magic, 0);
  const head = bytes.subarray(0, 4);
  return head.equals(mark.subarray(0, head.length)) || bytes.every((byte) => byte === 0);
}

function decodeAt(bytes: Buffer, position: number): { record: Record; end: number } | undefined {
  if (position + headBytes > bytes.length || bytes.readUInt32LE(position) !== magic) return undefined;
  const length = bytes.readUInt32LE(position + 4);
  const end = position + headBytes + length;
  if (length > longestRecord || end > bytes.length) return undefined;
  const body = bytes.subarray(position + headBytes, end);
  if (crc32(body, length) >>> 0 !== bytes.readUInt32LE(position + 8)) return undefined;
  const [revision, key, object] = JSON.parse(body.toString('utf8')) as [number, string, KubeObject | null];
  return { record: { revision, key, object: object ?? undefined }, end };
}

export interface Scan {
  readonly records: readonly Record[];
  /** Where the last whole record ends; what follows is a torn tail. */
  readonly validBytes: number;
  /** Damaged stretches that have a whole record behind them. */
  readonly damage: readonly { readonly from: number; readonly to: number }[];
}

/** Reads every whole record. Damage in the middle is skipped up to the next record whose CRC holds. */
export function scan(bytes: Buffer): Scan {
  const records: Record[] = [];
  const damage: { from: number; to: number }[] = [];
  const mark = Buffer.allocUnsafe(4);
  mark.writeUInt32LE(magic, 0);
  let position = 0;
  let validBytes = 0;
  while (position < bytes.length) {
    const found = decodeAt(bytes, position);
    if (found) {
      if (position > validBytes) damage.push({ from: validBytes, to: position });
      records.push(found.record);
      validBytes = position = found.end;
    } else {
      const next = bytes.indexOf(mark, position + 1);
      if (next < 0) break;
      position = next;
    }
  }
  return { records, validBytes, damage };
}
