// Reads the records of one file, and tells what a write that was cut off leaves from what damage leaves.
import { bodyAt, headAt, headBytes, magic, type Head } from './record.ts';

/** Bytes that are no whole record. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly why: string;
  /** Whether a write that was cut off can leave this. */
  readonly mayBeTorn: boolean;
}

export interface Found {
  readonly at: number;
  readonly end: number;
  readonly body: Buffer;
}

export interface Scan {
  readonly gaps: readonly Gap[];
  /** Where the unbroken run of whole records from the beginning of the file ends. */
  readonly unbroken: number;
  /** Whole records behind the first gap. */
  readonly behind: number;
  /** The first gap is the end of a last write that never finished: nothing in it, and nothing behind it, was ever acknowledged. */
  readonly isTorn: boolean;
}

/** A disk writes whole sectors of this size, in any order: what was not written yet reads as zeros. */
const sectorBytes = 512;

/** Whether a part of [from, to) that lies in one sector, and touches [from, near), is nothing but zeros. */
function hasEmptySector(bytes: Buffer, from: number, to: number, near: number): boolean {
  for (let start = from; start < Math.min(to, near); ) {
    const end = Math.min(to, (Math.floor(start / sectorBytes) + 1) * sectorBytes);
    if (bytes.subarray(start, end).every((byte) => byte === 0)) return true;
    start = end;
  }
  return false;
}

/** What is wrong with the bytes at a place where a record should begin. */
function gapAt(bytes: Buffer, position: number, head: Head | undefined): Omit<Gap, 'from' | 'to'> {
  const rest = bytes.length - position;
  if (!head) {
    const isShort = rest < headBytes && bytes.subarray(position, position + magic.length).equals(magic.subarray(0, rest));
    const mayBeTorn = isShort || hasEmptySector(bytes, position, bytes.length, position + headBytes);
    return { why: mayBeTorn ? 'a record was begun and not finished' : 'there should be a record, and there is something else', mayBeTorn };
  }
  const end = position + headBytes + head.length;
  if (end > bytes.length) return { why: `the file ends ${end - bytes.length} bytes before its last record does`, mayBeTorn: true };
  return { why: 'the checksum of a record does not match', mayBeTorn: hasEmptySector(bytes, position, end, end) };
}

/** Where the search goes on behind a place that holds no whole record. */
function nextPlace(bytes: Buffer, position: number, head: Head | undefined): number {
  const next = position + headBytes + (head?.length ?? 0);
  if (head && next <= bytes.length) return next;
  const found = bytes.indexOf(magic, position + 1);
  return found < 0 ? bytes.length : found;
}

/** Hands out every whole record, those behind a gap too: whoever minds looks at the gaps. */
export function scan(bytes: Buffer, each: (found: Found) => void): Scan {
  const gaps: Gap[] = [];
  let unbroken = 0;
  let behind = 0;
  let lastDurable = 0;
  for (let position = 0; position < bytes.length; ) {
    const head = headAt(bytes, position);
    // What says that it was written after the bytes of a gap were on the disk proves that they were whole once.
    if (head) lastDurable = Math.max(lastDurable, head.durable);
    const body = head && bodyAt(bytes, position, head);
    const next = body ? position + headBytes + body.length : nextPlace(bytes, position, head);
    if (body) {
      if (gaps.length === 0) unbroken = next;
      else behind++;
      each({ at: position, end: next, body });
    } else {
      const before = gaps.at(-1);
      if (before?.to === position) gaps[gaps.length - 1] = { ...before, to: next };
      else gaps.push({ from: position, to: next, ...gapAt(bytes, position, head) });
    }
    position = next;
  }
  const first = gaps[0];
  return { gaps, unbroken, behind, isTorn: first !== undefined && first.mayBeTorn && lastDurable <= first.from };
}
