// The session's run folder: sockets, tokens and scratch space of this run alone, gone when it ends.
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handoffSocket } from '../../proxy/contract.ts';
import { workerUser } from '../../sandbox/contract.ts';
import { UserError } from '../exit.ts';

/** The account that a proxy started as root becomes: not the worker's, which must not read the proxy's memory; in its group, for the shared sockets. */
export const proxyUser = { uid: workerUser.uid + 1, gid: workerUser.gid } as const;

export interface RunFolder {
  readonly path: string;
  /** Shared by proxy and worker. */
  readonly sockets: string;
  /** The worker's scratch space. */
  readonly worker: string;
  /** Writes a file that only whoever started the session can read. */
  writePrivate(name: string, text: string): string;
  /** Writes a file for everybody who knows its path: certificates. */
  writePublic(name: string, text: string): string;
  remove(): void;
}

/** Linux holds 108 bytes for the path of a socket, macOS 104. */
const longestSocketPath = 103;

function candidates(stateDir: string, env: Readonly<Record<string, string | undefined>>, isRoot: boolean): readonly string[] {
  const name = `clrk-${createHash('sha256').update(stateDir).digest('hex').slice(0, 8)}`;
  const runtime = env['XDG_RUNTIME_DIR'];
  return isRoot
    ? [join('/run', name), join('/tmp', name)]
    : [...(runtime ? [join(runtime, name)] : []), join(stateDir, 'run'), join(tmpdir(), `${name}-${process.getuid?.() ?? 0}`)];
}

/** Mount points at or below a folder; removing the folder would reach through them. */
export function mountsBelow(folder: string, mountinfo: string): readonly string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const point = line.split(' ')[4]?.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    return point !== undefined && (point === folder || point.startsWith(`${folder}/`)) ? [point] : [];
  });
}

function ownMounts(folder: string): readonly string[] {
  try {
    return mountsBelow(folder, readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    return [];
  }
}

/** Removes what a killed session left; never through a mount point, and never what belongs to somebody else. */
function removeFolder(path: string): void {
  if (!existsSync(path)) return;
  const found = lstatSync(path);
  const me = process.getuid?.() ?? found.uid;
  if (!found.isDirectory() || found.uid !== me) {
    throw new UserError(`the run folder ${path} belongs to somebody else`, [`look at it: ls -ld ${path}`, 'choose another state folder with --clrk-dir']);
  }
  const mounts = ownMounts(path);
  if (mounts.length > 0) throw new UserError(`something is still mounted at ${mounts[0] ?? path}`, [`take it off: umount -R ${mounts[0] ?? path}`]);
  rmSync(path, { recursive: true, force: true });
}

function make(path: string, isRoot: boolean): boolean {
  try {
    // Root's children drop to accounts of their own and must be able to pass through.
    mkdirSync(path, { mode: isRoot ? 0o711 : 0o700 });
    if (isRoot) chmodSync(path, 0o711);
    return true;
  } catch {
    return false;
  }
}

/** Makes the folder anew. Call it with the lock held: it removes what the last session left. */
export function openRunFolder(stateDir: string, env: Readonly<Record<string, string | undefined>>): RunFolder {
  const isRoot = process.getuid?.() === 0;
  const fitting = candidates(stateDir, env, isRoot).filter((path) => Buffer.byteLength(join(path, 'sockets', handoffSocket)) <= longestSocketPath);
  for (const path of fitting) {
    removeFolder(path);
    if (make(path, isRoot)) return furnish(path, isRoot);
  }
  throw new UserError(`no folder for sockets can be made: ${fitting.join(', ') || 'every path is too long'}`, ['set XDG_RUNTIME_DIR to a short path that you can write']);
}

function furnish(path: string, isRoot: boolean): RunFolder {
  const sockets = join(path, 'sockets');
  const worker = join(path, 'worker');
  const hidden = join(path, 'private');
  mkdirSync(sockets, { mode: 0o770 });
  mkdirSync(worker, { mode: 0o700 });
  mkdirSync(hidden, { mode: 0o700 });
  if (isRoot) {
    chmodSync(sockets, 0o770);
    chownSync(sockets, proxyUser.uid, proxyUser.gid);
    chownSync(worker, workerUser.uid, workerUser.gid);
  }
  const write = (file: string, text: string, mode: number): string => {
    writeFileSync(file, text, { mode });
    return file;
  };
  return {
    path,
    sockets,
    worker,
    writePrivate: (name, text) => write(join(hidden, name), text, 0o400),
    writePublic: (name, text) => write(join(path, name), text, 0o444),
    remove: () => removeFolder(path),
  };
}
