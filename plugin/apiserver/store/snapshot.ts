// Writes the whole state into one file and then removes the journals that it replaces.
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '../json.ts';
import { removeBefore, snapshotName, syncFolder } from './files.ts';
import { encode } from './record.ts';

const chunkBytes = 1024 * 1024;

/** The entries are taken at once, the writing yields: objects are never changed in place, so a later write does no harm. */
export async function writeSnapshot(dataDir: string, sequence: number, revision: number, entries: Iterable<readonly [string, KubeObject]>): Promise<void> {
  const all = [...entries];
  const path = join(dataDir, snapshotName(sequence));
  const file = await open(`${path}.tmp`, 'w', 0o600);
  try {
    let chunk: Buffer[] = [encode({ revision, key: '' })];
    let size = 0;
    for (const [key, object] of all) {
      const bytes = encode({ revision: Number(object.metadata.resourceVersion), key, object });
      chunk.push(bytes);
      size += bytes.length;
      if (size < chunkBytes) continue;
      await file.writev(chunk);
      chunk = [];
      size = 0;
    }
    await file.writev(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.tmp`, path);
  syncFolder(dataDir);
  removeBefore(dataDir, sequence);
}
