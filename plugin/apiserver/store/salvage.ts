// Makes a damaged store one that opens: what is whole goes into a new snapshot, the damaged files are kept beside it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../json.ts';
import { DamagedStore, type Salvaged } from './damage.ts';
import { journalName, keepAside, listing, removeBefore, snapshotName } from './files.ts';
import { beginJournal } from './journal.ts';
import { load } from './load.ts';
import { decodeBody, decodeOpening, type Record } from './record.ts';
import { scan } from './scan.ts';
import { writeSnapshotNow } from './snapshot.ts';

/** Nobody knows which revisions were given out in what is lost: none of them may be given out again for something else. */
const skippedRevisions = 1_000_000;

const ignore = { begin: () => {}, state: () => {}, change: () => {} };

function findDamage(dataDir: string): DamagedStore | undefined {
  try {
    load(dataDir, ignore);
    return undefined;
  } catch (error) {
    if (error instanceof DamagedStore) return error;
    throw error;
  }
}

/** The newest that is known of every key, a deletion too. */
class Remains {
  readonly #newest = new Map<string, Record>();
  revision = 0;

  take(record: Record): void {
    this.revision = Math.max(this.revision, record.revision);
    if (record.revision > (this.#newest.get(record.key)?.revision ?? -1)) this.#newest.set(record.key, record);
  }

  /** A whole snapshot says all there is at its moment: what was not deleted in the files before it, because the deletion is lost, goes here. */
  file(path: string, isSnapshot: boolean): void {
    const bytes = readFileSync(path);
    const found: Record[] = [];
    let entries: number | undefined;
    const { gaps } = scan(bytes, ({ at, body }) => {
      const record = decodeBody(body);
      if (record) found.push(record);
      else if (at === 0) entries = decodeOpening(body)?.entries;
      if (at === 0) this.revision = Math.max(this.revision, decodeOpening(body)?.revision ?? 0);
    });
    if (isSnapshot && gaps.length === 0 && entries === found.length) this.#newest.clear();
    for (const record of found) this.take(record);
  }

  entries(): readonly (readonly [string, KubeObject])[] {
    return [...this.#newest.values()].flatMap(({ key, object }) => (object ? [[key, object] as const] : [])).toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** Undefined when nothing is wrong. A start that is cut short in here leaves a store that is still damaged, or the saved one. */
export function salvage(dataDir: string): Salvaged | undefined {
  const damage = findDamage(dataDir);
  if (!damage) return undefined;
  const { snapshots, journals } = listing(dataDir);
  const remains = new Remains();
  for (const n of [...new Set([...snapshots, ...journals])].toSorted((a, b) => a - b)) {
    if (snapshots.includes(n)) remains.file(join(dataDir, snapshotName(n)), true);
    if (journals.includes(n)) remains.file(join(dataDir, journalName(n)), false);
  }
  const keptAs = keepAside(dataDir);
  const entries = remains.entries();
  const revision = remains.revision + skippedRevisions;
  const sequence = Math.max(...snapshots, ...journals) + 1;
  beginJournal(join(dataDir, journalName(sequence)), { revision, sequence });
  writeSnapshotNow(dataDir, { sequence, revision, entries });
  removeBefore(dataDir, sequence);
  return { faults: damage.faults, keptAs, objects: entries.length };
}
