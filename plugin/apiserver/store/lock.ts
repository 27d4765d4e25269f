// Makes sure that one process owns a data folder: a lock file that names its owner and outlives nobody.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Somebody alive holds the folder. */
export class LockedError extends Error {}

interface Owner {
  readonly pid: number;
  /** Start time of the process where the system tells it: a pid is used again, the pair is not. */
  readonly started: string;
}

function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie owns nothing any more: only its parent has not looked yet.
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

function alive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return owner.started === '' || startTime(owner.pid) === owner.started;
}

function parse(text: string): Owner | undefined {
  try {
    const value = JSON.parse(text) as Partial<Owner> | null;
    return typeof value?.pid === 'number' && typeof value.started === 'string' ? { pid: value.pid, started: value.started } : undefined;
  } catch {
    return undefined;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Takes the lock or throws LockedError; a lock whose owner is dead is taken over. The answer releases it. */
export function takeLock(dataDir: string): () => void {
  const path = join(dataDir, 'lock');
  const own = `${path}.${process.pid}`;
  const mine = JSON.stringify({ pid: process.pid, started: startTime(process.pid) });
  writeFileSync(own, mine, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      try {
        linkSync(own, path);
        return () => {
          if (read(path) === mine) rmSync(path, { force: true });
        };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const held = read(path);
      if (held === undefined) continue;
      const owner = parse(held);
      if (owner && alive(owner)) throw new LockedError(`${dataDir} is in use by process ${owner.pid}`);
      moveAside(path, held);
    }
    throw new LockedError(`${dataDir} is being taken by another process`);
  } finally {
    rmSync(own, { force: true });
  }
}

/** Between reading a stale lock and moving it, another process may have taken it: then its lock is put back. */
function moveAside(path: string, expected: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  try {
    if (read(aside) !== expected) linkSync(aside, path);
  } catch {
    // Somebody took the lock meanwhile; the next attempt sees who.
  } finally {
    rmSync(aside, { force: true });
  }
}
