// A folder for the store of one test, and what tests put into it and read out of it.
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../../../plugin/apiserver/json.ts';
import { journalName, listing } from '../../../../plugin/apiserver/store/files.ts';
import { Store, type Options } from '../../../../plugin/apiserver/store/store.ts';

/** Thousands of stores are opened: whether their bytes reach a disk cannot be seen by what is left of a process anyway. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export const folder = (t: { teardown(f: () => void): void }): string => {
  const dir = mkdtempSync(join(memory, 'clrk-store-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

/** The same files in a folder of their own. */
export const copied = (t: { teardown(f: () => void): void }, from: string): string => {
  const dir = folder(t);
  cpSync(from, dir, { recursive: true });
  return dir;
};

export const object = (name: string, text = ''): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { text } });

/** The newest journal of a store. */
export const journal = (dir: string): string => join(dir, journalName(listing(dir).journals.at(-1) ?? 0));

/** Each key of a store with the revision that it has. */
export const revisions = (store: Store): Readonly<Record<string, string>> =>
  Object.fromEntries([...store.range('')].map(([key, { metadata }]) => [key, metadata.resourceVersion ?? '']));

/** Opens a store, looks, and closes it. */
export async function opened<T>(dir: string, look: (store: Store) => T, options: Options = {}): Promise<Awaited<T>> {
  const store = new Store(dir, options);
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}
