// The files of the two sockets that worker and proxy share: who may connect, and how they go away.
import { chmodSync, chownSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Owner and group only, and the group is that of the directory, which the worker is in. */
export function claimSocket(path: string): void {
  if (process.getuid?.() === 0) chownSync(path, 0, statSync(dirname(path)).gid);
  chmodSync(path, 0o660);
}

/** After the change of user the directory may no longer be ours; the next start removes what is left. */
export function removeSocket(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
