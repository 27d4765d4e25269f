// The files of a layer as a value: sorted, each folder above a file present, owners and modes said and never taken from the disk.

export type Entry =
  | { readonly kind: 'file'; readonly mode: 0o644 | 0o755; readonly bytes: Buffer }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'folder'; readonly mode: 0o755 | 0o700 | 0o1777; readonly owner: Owner };

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Paths without a slash at either end. */
export type Tree = ReadonlyMap<string, Entry>;

export const root: Owner = { uid: 0, gid: 0 };
export const file = (bytes: Buffer | string): Entry => ({ kind: 'file', mode: 0o644, bytes: Buffer.from(bytes) });
export const program = (bytes: Buffer): Entry => ({ kind: 'file', mode: 0o755, bytes });
export const link = (target: string): Entry => ({ kind: 'link', target });
export const folder = (owner: Owner = root, mode: 0o755 | 0o700 | 0o1777 = 0o755): Entry => ({ kind: 'folder', mode, owner });

/** Whole and in order; a path that is there twice with different content is a mistake of the build. */
export function tree(entries: Iterable<readonly [string, Entry]>): Tree {
  const found = new Map<string, Entry>();
  for (const [path, entry] of entries) {
    if (!/^[^/]+(\/[^/]+)*$/.test(path) || path.split('/').includes('..')) throw new Error(`${path} is no path of a file in an image`);
    if (found.has(path) && !isSame(found.get(path), entry)) throw new Error(`${path} is in the image twice`);
    found.set(path, entry);
  }
  for (const path of found.keys()) {
    for (let above = parent(path); above !== ''; above = parent(above)) if (!found.has(above)) found.set(above, folder());
  }
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const parent = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0));

function isSame(one: Entry | undefined, other: Entry): boolean {
  if (one?.kind === 'file' && other.kind === 'file') return one.mode === other.mode && one.bytes.equals(other.bytes);
  return JSON.stringify(one) === JSON.stringify(other);
}
