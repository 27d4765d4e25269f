// The files of the store: which snapshot and journals make up the state, how they are read, what happens to damaged ones.
import { closeSync, copyFileSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beginsLikeRecord, scan, type Record } from './record.ts';

const padded = (sequence: number): string => String(sequence).padStart(12, '0');
/** Holds the state of everything before the journal with the same number. */
export const snapshotName = (sequence: number): string => `snapshot-${padded(sequence)}`;
export const journalName = (sequence: number): string => `journal-${padded(sequence)}`;

/** What was wrong with a file, what was saved of it, where the bad bytes are kept. */
export interface Damage {
  readonly file: string;
  readonly keptAs: string;
  readonly salvagedRecords: number;
  readonly lostBytes: number;
}

export interface Loaded {
  readonly records: readonly Record[];
  readonly nextSequence: number;
  readonly tornBytes: number;
  readonly damage: readonly Damage[];
  /** Files that the next snapshot makes superfluous. */
  readonly files: readonly string[];
}

function numbered(names: readonly string[], kind: string): readonly number[] {
  return names.flatMap((name) => new RegExp(`^${kind}-(\\d{12})$`).exec(name)?.[1] ?? []).map(Number).toSorted((a, b) => a - b);
}

/** Reads the newest snapshot and the journals after it. A torn tail is cut off; of a file with a damaged middle a copy is kept, and reported. */
export function load(dataDir: string): Loaded {
  const names = readdirSync(dataDir);
  for (const name of names) if (name.endsWith('.tmp')) rmSync(join(dataDir, name), { force: true });
  const snapshot = numbered(names, 'snapshot').at(-1);
  const journals = numbered(names, 'journal');
  const live = [...(snapshot === undefined ? [] : [snapshotName(snapshot)]), ...journals.filter((n) => n >= (snapshot ?? 0)).map(journalName)];
  const records: Record[] = [];
  const damage: Damage[] = [];
  const files: string[] = [];
  let tornBytes = 0;
  for (const name of live) {
    const path = join(dataDir, name);
    const bytes = readFileSync(path);
    const found = scan(bytes);
    for (const record of found.records) records.push(record);
    const torn = bytes.length - found.validBytes;
    // A snapshot is renamed into place only when it is whole: a short one is damage, not a torn tail. Nor is a journal without one record.
    const isTorn = torn > 0 && found.records.length > 0 && name.startsWith('journal') && beginsLikeRecord(bytes.subarray(found.validBytes));
    if (found.damage.length > 0 || (torn > 0 && !isTorn)) {
      const keptAs = `${name}.corrupt-${Date.now()}`;
      copyFileSync(path, join(dataDir, keptAs));
      const lost = found.damage.reduce((sum, stretch) => sum + stretch.to - stretch.from, 0) + torn;
      damage.push({ file: name, keptAs, salvagedRecords: found.records.length, lostBytes: lost });
    } else if (torn > 0) {
      truncateSync(path, found.validBytes);
      tornBytes += torn;
    }
    files.push(name);
  }
  return { records, nextSequence: Math.max(snapshot ?? 0, journals.at(-1) ?? 0) + 1, tornBytes, damage, files };
}

/** A new name is durable only when its folder is. */
export function syncFolder(dataDir: string): void {
  const folder = openSync(dataDir, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Removes what a snapshot with this number made superfluous; damaged files stay. */
export function removeBefore(dataDir: string, sequence: number): void {
  const names = readdirSync(dataDir);
  for (const n of numbered(names, 'journal')) if (n < sequence) rmSync(join(dataDir, journalName(n)), { force: true });
  for (const n of numbered(names, 'snapshot')) if (n < sequence) rmSync(join(dataDir, snapshotName(n)), { force: true });
}
