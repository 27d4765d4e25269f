// Opens the files of a store: begins them, or goes on where the last process ended.
import { join } from 'node:path';
import { journalName, listing, removeBefore, removeUnfinished } from './files.ts';
import { beginJournal } from './journal.ts';
import { load, type Reader } from './load.ts';
import { writeSnapshotNow } from './snapshot.ts';

export interface Begun {
  readonly revision: number;
  readonly sequence: number;
  /** Of the journal, all whole. */
  readonly bytes: number;
  readonly tornBytes: number;
}

/** How far back the files of a store reach: one snapshot more than the state needs, so that watches resume across a restart. */
export const oldestKept = (dataDir: string): number => {
  const { snapshots } = listing(dataDir);
  return snapshots.at(-2) ?? snapshots.at(-1) ?? 0;
};

/** The journal comes first: a snapshot without one is a store that lost it, never one that is just begun. */
function beginNew(dataDir: string): Begun {
  const bytes = beginJournal(join(dataDir, journalName(1)), { revision: 0, sequence: 1 });
  writeSnapshotNow(dataDir, { sequence: 1, revision: 0, entries: [] });
  return { revision: 0, sequence: 1, bytes, tornBytes: 0 };
}

/** Tells the reader what there is. Throws DamagedStore when something acknowledged is missing. */
export function begin(dataDir: string, reader: Reader): Begun {
  removeUnfinished(dataDir);
  const loaded = load(dataDir, reader);
  if (!loaded) return beginNew(dataDir);
  const { revision, tornBytes, journal: { sequence, bytes, after } } = loaded;
  removeBefore(dataDir, oldestKept(dataDir));
  const whole = bytes > 0 ? bytes : beginJournal(join(dataDir, journalName(sequence)), { revision, sequence, after });
  return { revision, sequence, bytes: whole, tornBytes };
}
