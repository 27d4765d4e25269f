// Writes the whole state into one file; whoever reads it can tell that it is whole.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '../json.ts';
import { snapshotName, syncFolder } from './files.ts';
import { encodeBody, encodeHead, encodeOpening } from './record.ts';

const chunkBytes = 1024 * 1024;

export interface Moment {
  readonly sequence: number;
  readonly revision: number;
  /** Taken at once: the writing yields, and objects are never changed in place, so a later write does no harm. */
  readonly entries: readonly (readonly [string, KubeObject])[];
}

function* records({ sequence, revision, entries }: Moment): Generator<Buffer> {
  yield encodeOpening({ revision, sequence, entries: entries.length });
  for (const [key, object] of entries) yield encodeBody({ revision: Number(object.metadata.resourceVersion), key, object });
}

/** The bytes of a snapshot, in pieces. */
function* pieces(moment: Moment): Generator<Buffer> {
  let piece: Buffer[] = [];
  let size = 0;
  for (const body of records(moment)) {
    piece.push(encodeHead(body, 0), body);
    size += body.length;
    if (size < chunkBytes) continue;
    yield Buffer.concat(piece);
    piece = [];
    size = 0;
  }
  yield Buffer.concat(piece);
}

/** The same before anything else goes on: of a store that is begun, or begun anew. */
export function writeSnapshotNow(dataDir: string, moment: Moment): void {
  const path = join(dataDir, snapshotName(moment.sequence));
  writeFileSync(`${path}.tmp`, Buffer.concat([...pieces(moment)]), { mode: 0o600, flush: true });
  renameSync(`${path}.tmp`, path);
  syncFolder(dataDir);
}

/** Has its name only when all of it is on the disk; answers how long it is. */
export async function writeSnapshot(dataDir: string, moment: Moment): Promise<number> {
  const path = join(dataDir, snapshotName(moment.sequence));
  let size = 0;
  try {
    const file = await open(`${path}.tmp`, 'w', 0o600);
    try {
      for (const piece of pieces(moment)) {
        // Unlike write and writev, it goes on until all is written: a disk that fills up takes a part of a piece without an error.
        await file.writeFile(piece);
        size += piece.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.tmp`, path);
  } catch (error) {
    // On a full disk what it takes is what is wanted.
    rmSync(`${path}.tmp`, { force: true });
    throw error;
  }
  syncFolder(dataDir);
  return size;
}
