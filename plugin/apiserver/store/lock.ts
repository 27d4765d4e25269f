// Makes sure that one process owns a data folder: each says that it is there, then looks who else is.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startedAt } from '../../dev/process-identity.ts';

/** Somebody alive holds the folder. */
export class LockedError extends Error {}

/** Whoever waits for one that is dying, or gives way to another that is starting, waits this long in all. */
const patienceMs = 400;

/** A pid is used again, the pair with the moment of its start is not. */
const lockName = (pid: number, started: string): string => `lock-${pid}-${createHash('sha256').update(started).digest('hex').slice(0, 16)}`;

/** Of a process that cannot be looked at: whether it may live. Where none can (there is no /proc), a signal tells; a zombie would answer to it. */
function mayLive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return startedAt(process.pid) === undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whose lock it is, when that process lives. */
function livingOwner(name: string): number | undefined {
  const pid = Number(/^lock-(\d{1,10})-[0-9a-f]{16}$/.exec(name)?.[1] ?? 0);
  if (pid === 0) return undefined;
  const started = startedAt(pid);
  return (started === undefined ? mayLive(pid) : lockName(pid, started) === name) ? pid : undefined;
}

/** The name of a lock is its owner and nobody else's: to remove that of a dead one takes nothing from anybody. */
function otherOwner(dataDir: string, mine: string): number | undefined {
  let found: number | undefined;
  for (const name of readdirSync(dataDir)) {
    if (!name.startsWith('lock-') || name === mine) continue;
    const pid = livingOwner(name);
    if (pid === undefined) rmSync(join(dataDir, name), { force: true });
    else found = pid;
  }
  return found;
}

function claim(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

const pause = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/**
 * Takes the lock or throws LockedError; the answer releases it. Of two that come at once the later one to say so sees the earlier one:
 * both may give way and try again, never both go on.
 */
export function takeLock(dataDir: string): () => void {
  const mine = lockName(process.pid, startedAt(process.pid) ?? '');
  const path = join(dataDir, mine);
  const until = performance.now() + patienceMs;
  for (;;) {
    if (!claim(path)) throw new LockedError(`${dataDir} is in use by process ${process.pid}`);
    const release = (): void => rmSync(path, { force: true });
    let owner: number | undefined;
    try {
      owner = otherOwner(dataDir, mine);
    } catch (error) {
      release();
      throw error;
    }
    if (owner === undefined) return release;
    release();
    if (performance.now() >= until) throw new LockedError(`${dataDir} is in use by process ${owner}`);
    pause(5 + Math.random() * 60);
  }
}
