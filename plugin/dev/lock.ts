// Keeps two sessions off one state folder: `dev.lock` names the process that holds it, and a dead one's lock is taken over.
import { linkSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../exit.ts';
import { startedAt } from './process-identity.ts';

interface Holder {
  readonly pid: number;
  /** Of the process, see {@link startedAt}. */
  readonly started: string;
  /** RFC 3339; when it took the lock. */
  readonly since: string;
}

export interface Lock {
  /** Said when a lock of a process that is gone was taken over. */
  readonly takenOver?: string;
  release(): void;
}

const attempts = 8;

function parseHolder(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof Holder, unknown>> | null;
    if (typeof value?.pid !== 'number' || typeof value.started !== 'string' || typeof value.since !== 'string') return undefined;
    return { pid: value.pid, started: value.started, since: value.since };
  } catch {
    return undefined;
  }
}

type Found =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly by: Holder }
  | { readonly kind: 'stale'; readonly inode: number; readonly why: string };

/** What the lock file says now. */
function look(file: string): Found {
  let text: string;
  let inode: number;
  try {
    inode = statSync(file).ino;
    text = readFileSync(file, 'utf8').slice(0, 4096);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'free' };
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') throw new UserError(`the lock ${file} is a folder`, [`remove it: rmdir ${file}`]);
    throw error;
  }
  const by = parseHolder(text);
  // The file is written whole before it gets its name, so whatever is unreadable was never a lock of ours.
  if (!by) return { kind: 'stale', inode, why: `the lock ${file} was unreadable` };
  const now = startedAt(by.pid);
  if (now === undefined) return { kind: 'stale', inode, why: `process ${by.pid}, which held ${file} since ${by.since}, is gone` };
  if (now !== by.started) return { kind: 'stale', inode, why: `process ${by.pid}, which held ${file} since ${by.since}, is gone and its number belongs to another process` };
  return { kind: 'held', by };
}

function heldBy({ pid, since }: Holder, file: string): UserError {
  return new UserError(`another dev session holds ${file}: process ${pid}, since ${since}`, [
    `use that one (kubectl clrk agents list --local), or stop it: kill ${pid}`,
    'run a second one beside it with another --clrk-dir',
  ]);
}

/** Whether a session that runs holds the lock of a state folder. */
export const isHeld = (stateDir: string): boolean => look(join(stateDir, 'dev.lock')).kind === 'held';

/** Moves a stale lock away. Only the file that was judged stale: a lock that another session took meanwhile is put back. */
function moveAway(file: string, inode: number): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (statSync(aside).ino !== inode) {
    try {
      linkSync(aside, file);
    } catch {
      // A third session has the name already; its lock stands.
    }
  }
  unlinkSync(aside);
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes the lock of a state folder, or says who holds it. */
export function takeLock(stateDir: string, now: Date): Lock {
  const file = join(stateDir, 'dev.lock');
  const mine: Holder = { pid: process.pid, started: startedAt(process.pid) ?? '', since: now.toISOString() };
  const draft = `${file}.${process.pid}`;
  let takenOver: string | undefined;
  writeFileSync(draft, `${JSON.stringify(mine)}\n`, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (link(draft, file)) return { ...(takenOver === undefined ? {} : { takenOver }), release: () => releaseLock(file) };
      const found = look(file);
      if (found.kind === 'held') throw heldBy(found.by, file);
      if (found.kind === 'stale') {
        takenOver = found.why;
        moveAway(file, found.inode);
      }
    }
  } finally {
    unlinkSync(draft);
  }
  throw new UserError(`the lock ${file} changes hands all the time`, ['wait until the other sessions have settled, then try again']);
}

/** Removes the lock if it is still ours. */
function releaseLock(file: string): void {
  try {
    if (parseHolder(readFileSync(file, 'utf8'))?.pid === process.pid) unlinkSync(file);
  } catch {
    // The folder is gone: so is the lock.
  }
}
