// Control groups for a worker that starts as root: made before root is given up, given to the worker's user, removed when it has ended.
import { spawn } from 'node:child_process';
import { chownSync, closeSync, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workerUser } from './contract.ts';
import { keepOnExec, pipe } from './libc.ts';
import type { Delegation } from './limits.ts';

const controllers = ['memory', 'cpu', 'pids'] as const;
type Controller = (typeof controllers)[number];

/** Undefined where control groups cannot be written; tried in version 2 first, then in version 1. */
export function delegate(name: string): Delegation | undefined {
  const folders: string[] = [];
  const made = versionTwo(name, folders) ?? versionOne(name, folders);
  if (made === undefined) for (const folder of folders.toReversed()) remove(folder);
  else leaveJanitor(folders);
  return made;
}

interface Hierarchy {
  readonly controllers: readonly string[];
  /** This process's own group in it. */
  readonly folder: string;
}

function versionTwo(name: string, folders: string[]): Delegation | undefined {
  const unified = hierarchies('cgroup2')[0];
  if (unified === undefined) return undefined;
  try {
    const offered = readFileSync(join(unified.folder, 'cgroup.controllers'), 'utf8').trim().split(' ');
    const wanted = controllers.filter((c) => offered.includes(c));
    if (wanted.length === 0) return undefined;
    const top = join(unified.folder, name);
    for (const folder of [top, join(top, 'worker')]) give(folder, folders, ['cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads']);
    // A group hands controllers down only while no process is in it, so this one moves below.
    writeFileSync(join(top, 'worker', 'cgroup.procs'), String(process.pid));
    const enable = wanted.map((c) => `+${c}`).join(' ');
    writeFileSync(join(unified.folder, 'cgroup.subtree_control'), enable);
    writeFileSync(join(top, 'cgroup.subtree_control'), enable);
    return { version: 2, ...Object.fromEntries(wanted.map((c) => [c, top])) };
  } catch {
    return undefined;
  }
}

function versionOne(name: string, folders: string[]): Delegation | undefined {
  const found = hierarchies('cgroup');
  const parts: Partial<Record<Controller, string>> = {};
  for (const controller of controllers) {
    const hierarchy = found.find((h) => h.controllers.includes(controller));
    if (hierarchy === undefined) continue;
    try {
      const folder = join(hierarchy.folder, name);
      give(folder, folders, []);
      parts[controller] = folder;
    } catch {
      // Read-only, as in most containers: this one is left out.
    }
  }
  return Object.keys(parts).length === 0 ? undefined : { version: 1, ...parts };
}

function give(folder: string, folders: string[], files: readonly string[]): void {
  if (!existsSync(folder)) mkdirSync(folder);
  if (!folders.includes(folder)) folders.push(folder);
  for (const path of [folder, ...files.map((file) => join(folder, file))]) chownSync(path, workerUser.uid, workerUser.gid);
}

/** Mounted hierarchies of one type, with the folder of this process's own group in each. */
function hierarchies(type: string): readonly Hierarchy[] {
  const own = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n').map((line) => line.split(':'));
  return readFileSync('/proc/self/mountinfo', 'utf8').split('\n').flatMap((line): Hierarchy[] => {
    const [before = '', after = ''] = line.split(' - ');
    const [kind, , options = ''] = after.split(' ');
    if (kind !== type) return [];
    const [, , , root = '/', point = ''] = before.split(' ');
    const offered = options.split(',');
    const path = own.find(([, names = '']) => (type === 'cgroup2' ? names === '' : names !== '' && names.split(',').every((n) => offered.includes(n))))?.[2];
    if (path === undefined) return [];
    const inside = root !== '/' && path.startsWith(root) ? path.slice(root.length) : path;
    const folder = join(point, inside);
    return existsSync(folder) ? [{ controllers: offered, folder }] : [];
  });
}

/**
 * Only root may remove what lies in root's folder, and the worker is not root any more when it ends, perhaps killed. So a shell waits for
 * the end of a pipe that the worker holds without knowing, and removes the groups.
 */
function leaveJanitor(folders: readonly string[]): void {
  const ends = pipe();
  const script = 'cat; for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do left=; for top in "$@"; do find "$top" -depth -type d -exec rmdir {} + ; [ -e "$top" ] && left=1; done; [ -z "$left" ] && exit; sleep 0.1; done';
  const janitor = spawn('/bin/sh', ['-c', script, 'clrk-janitor', ...folders], { stdio: [ends.read, 'ignore', 'ignore'], env: { PATH: '/usr/bin:/bin' }, cwd: '/', detached: true });
  janitor.unref();
  closeSync(ends.read);
  keepOnExec(ends.write);
}

function remove(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody is in it; it stays and is reused by the next start under the same name.
  }
}
