// What a machine shows from outside: files, environments, command lines, mounts, processes.
import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Reads without failing: processes and sockets vanish while one looks. */
function bytes(path: string): Buffer {
  try {
    return lstatSync(path).isSymbolicLink() ? Buffer.alloc(0) : readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

/** Dot folders too, which a glob would leave out; a folder that vanishes meanwhile is empty. */
function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
    });
  } catch {
    return [];
  }
}

/** Every place that holds one of the needles: files below the folders, environment and command line of every process but our own. */
export function placesWith(needles: readonly string[], folders: readonly string[]): string[] {
  const files = folders.flatMap(filesBelow);
  const processes = processIds().filter((pid) => pid !== process.pid).flatMap((pid) => [`/proc/${pid}/environ`, `/proc/${pid}/cmdline`]);
  return [...files, ...processes].filter((path) => {
    const content = bytes(path);
    return needles.some((needle) => content.includes(needle));
  });
}

export const processIds = (): number[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);

/** Processes whose command line or environment names the folder. */
export function processesOf(folder: string): string[] {
  return processIds()
    .filter((pid) => pid !== process.pid && (bytes(`/proc/${pid}/cmdline`).includes(folder) || bytes(`/proc/${pid}/environ`).includes(folder)))
    .map((pid) => `${pid} ${bytes(`/proc/${pid}/cmdline`).toString().replaceAll('\0', ' ')}`);
}

/** Processes below one, itself included: other sessions may run beside it, so only its own are looked at. */
export function descendants(top: number): number[] {
  const parents = new Map(processIds().map((pid) => [pid, Number(/^PPid:\s*(\d+)$/m.exec(bytes(`/proc/${pid}/status`).toString())?.[1] ?? 0)]));
  const isBelow = (pid: number): boolean => pid === top || (pid > 1 && isBelow(parents.get(pid) ?? 0));
  return [...parents.keys()].filter(isBelow);
}

/** Those that still run. A zombie is gone but for its number, which the machine's first process takes back when it likes. */
export const running = (pids: readonly number[]): number[] => pids.filter((pid) => /^State:\s*[^ZX\s]/m.test(bytes(`/proc/${pid}/status`).toString()));

/** Looks again for ten seconds before it says that something is left: cgroups are swept a moment after the last process. */
export async function settled<T>(look: () => readonly T[]): Promise<readonly T[]> {
  for (let tries = 0; tries < 100 && look().length > 0; tries += 1) await setTimeout(100);
  return look();
}

/** Mounts of this machine that name the folder. */
export const mountsOf = (folder: string): string[] => readFileSync('/proc/mounts', 'utf8').split('\n').filter((line) => line.includes(folder));
