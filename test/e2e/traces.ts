// What a machine shows from outside: files, environments, command lines, mounts, processes.
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

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

/** Network namespaces held by any process, and the mounts of this one: what must be the same after as before. */
export function leftovers(): { readonly namespaces: readonly string[]; readonly mounts: readonly string[] } {
  const namespaces = new Set<string>();
  for (const pid of processIds()) {
    try {
      namespaces.add(readlinkSync(`/proc/${pid}/ns/net`));
    } catch {
      // The process ended meanwhile, or belongs to somebody else.
    }
  }
  return { namespaces: [...namespaces].toSorted(), mounts: readFileSync('/proc/mounts', 'utf8').trim().split('\n').toSorted() };
}
