// The files of the store: their names, and how they are listed, kept aside and removed.
import { chmodSync, closeSync, copyFileSync, fsyncSync, linkSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const padded = (sequence: number): string => String(sequence).padStart(12, '0');
/** Holds the state of everything before the journal with the same number. */
export const snapshotName = (sequence: number): string => `snapshot-${padded(sequence)}`;
export const journalName = (sequence: number): string => `journal-${padded(sequence)}`;

export interface Listing {
  readonly snapshots: readonly number[];
  readonly journals: readonly number[];
}

function numbered(names: readonly string[], kind: string): readonly number[] {
  return names.flatMap((name) => new RegExp(`^${kind}-(\\d{12})$`).exec(name)?.[1] ?? []).map(Number).toSorted((a, b) => a - b);
}

export function listing(dataDir: string): Listing {
  const names = readdirSync(dataDir);
  return { snapshots: numbered(names, 'snapshot'), journals: numbered(names, 'journal') };
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

/** Makes the folder of a store, for its owner alone, and each folder above it that is missing: all of them are there after a power cut too. */
export function makeFolder(dataDir: string): void {
  const first = mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  chmodSync(dataDir, 0o700);
  if (first === undefined) return;
  for (let path = resolve(dataDir); path.length >= first.length; path = dirname(path)) syncFolder(dirname(path));
}

/** A snapshot that was never finished. */
export function removeUnfinished(dataDir: string): void {
  for (const name of readdirSync(dataDir)) if (/^snapshot-\d{12}\.tmp$/.test(name)) rmSync(join(dataDir, name), { force: true });
}

/** What a newer snapshot made superfluous: a start looks at none of it, so that it may be cut short anywhere. */
export function removeBefore(dataDir: string, sequence: number): void {
  const { snapshots, journals } = listing(dataDir);
  for (const n of snapshots) if (n < sequence) rmSync(join(dataDir, snapshotName(n)), { force: true });
  for (const n of journals) if (n < sequence) rmSync(join(dataDir, journalName(n)), { force: true });
}

/** Gives every file a second name in a folder of its own; the answer is its name. */
export function keepAside(dataDir: string, now = new Date()): string {
  const name = `damaged-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
  const folder = join(dataDir, name);
  mkdirSync(folder, { mode: 0o700 });
  const { snapshots, journals } = listing(dataDir);
  for (const file of [...snapshots.map(snapshotName), ...journals.map(journalName)]) {
    try {
      linkSync(join(dataDir, file), join(folder, file));
    } catch {
      // Not every file system has hard links.
      copyFileSync(join(dataDir, file), join(folder, file));
    }
  }
  syncFolder(folder);
  syncFolder(dataDir);
  return name;
}
