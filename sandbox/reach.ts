// Makes what the worker needs reachable for an ordinary user, in a private mount namespace: a checkout and a home may lie under a closed /root.
import { chmodSync, chownSync, closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { workerUser } from './contract.ts';
import { clone, mount, mountFlag, unshare } from './libc.ts';

export interface Needs {
  readonly folders: readonly string[];
  /** Read by the worker; copied for it where they belong to root alone. */
  readonly files: readonly string[];
  /** Where the copies are put. */
  readonly scratch: string;
}

/** From here on this process sees every need at its old path; what else lies in a closed folder is hidden from it. */
export function makeReachable(needs: Needs): void {
  unshare(clone.newMounts, 'making a mount namespace for the worker');
  mount({ source: 'none', target: '/', flags: mountFlag.recursive | mountFlag.private });
  const copies = copyClosedFiles(needs);
  // What lies in a needed folder comes with it.
  const paths = [...needs.folders, ...needs.files].filter((path) => !needs.folders.some((folder) => path.startsWith(`${folder}/`)));
  const closed = Map.groupBy(paths.filter((p) => closedAncestor(p) !== undefined), (p) => closedAncestor(p) ?? '/');
  for (const [folder, inside] of closed) replace(folder, inside);
  for (const { file, copy } of copies) {
    mount({ source: `/proc/self/fd/${copy}`, target: file, flags: mountFlag.bind });
    closeSync(copy);
  }
}

/** The uppermost folder on the way that the worker's user may not pass. */
function closedAncestor(path: string): string | undefined {
  const ancestors: string[] = [];
  for (let at = dirname(path); at !== dirname(at); at = dirname(at)) ancestors.unshift(at);
  return ancestors.find((folder) => !isAllowed(folder, 1));
}

function isAllowed(path: string, bit: number): boolean {
  const { mode, uid, gid } = statSync(path);
  const shift = uid === workerUser.uid ? 6 : gid === workerUser.gid ? 3 : 0;
  return ((mode >> shift) & bit) !== 0;
}

/** Covers the folder with an empty one and puts the needed paths back into it. */
function replace(folder: string, paths: readonly string[]): void {
  // Opened before they are covered: a bind mount can be made from a descriptor.
  const open = paths.map((path) => ({ path, fd: openSync(path, 'r'), isFolder: statSync(path).isDirectory() }));
  mount({ source: 'clrk', target: folder, type: 'tmpfs', flags: mountFlag.noSuid | mountFlag.noDevices, options: 'mode=0755,size=1m' });
  for (const { path, fd, isFolder } of open) {
    mkdirSync(isFolder ? path : dirname(path), { recursive: true, mode: 0o755 });
    // Never over a file that is there: behind a mount it would be the real one.
    if (!isFolder) writeFileSync(path, '', { flag: 'wx' });
    mount({ source: `/proc/self/fd/${fd}`, target: path, flags: mountFlag.bind | mountFlag.recursive });
    closeSync(fd);
  }
}

function copyClosedFiles(needs: Needs): readonly { readonly file: string; readonly copy: number }[] {
  const closed = needs.files.filter((file) => !isAllowed(file, 4));
  if (closed.length === 0) return [];
  mount({ source: 'clrk', target: needs.scratch, type: 'tmpfs', flags: mountFlag.noSuid | mountFlag.noDevices, options: 'mode=0700,size=1m' });
  return closed.map((file, index) => {
    const copy = join(needs.scratch, `${index}-${basename(file)}`);
    writeFileSync(copy, readFileSync(file), { mode: 0o400 });
    chownSync(copy, workerUser.uid, workerUser.gid);
    return { file, copy: openSync(copy, 'r') };
  });
}

/** A folder the worker writes into belongs to it, as far as it is the worker's own. */
export function giveFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chownSync(path, workerUser.uid, workerUser.gid);
  chmodSync(path, 0o700);
}
