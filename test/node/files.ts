// Takes programs of this machine's Debian packages into an image, with the libraries that they ask for.
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isElf, libraries } from '../../krew/images/elf.ts';
import { link, program, type Entry } from '../../krew/images/tree.ts';

export type Files = readonly (readonly [string, Entry])[];

const programFolders = ['/usr/sbin', '/usr/bin'];
const libraryFolders = ['x64', 'arm64'].includes(process.arch) ? [`/usr/lib/${process.arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu`] : [];

/** Where the program lies here; undefined: it is not installed. */
export const found = (name: string): string | undefined => programFolders.map((folder) => join(folder, name)).find((path) => existsSync(path));

/** The file, and every library that it needs to start, where the loader looks for them. */
export function withLibraries(target: string, bytes: Buffer): Files {
  const files = new Map<string, Entry>([[target, program(bytes)]]);
  const waiting = [bytes];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (!isElf(next)) continue;
    for (const asked of libraries(next)) {
      const from = asked.startsWith('/') ? asked : libraryFolders.map((folder) => join(folder, asked)).find((path) => existsSync(path));
      if (from === undefined) throw new Error(`${target} asks for ${asked}, which is not on this machine`);
      // The loader is asked for by its whole path, below the link /lib or /lib64.
      const place = (asked.startsWith('/') ? asked.replace(/^\/lib/, '/usr/lib') : from).slice(1);
      if (files.has(place)) continue;
      const library = readFileSync(realpathSync(from));
      files.set(place, program(library));
      waiting.push(library);
    }
  }
  return [...files];
}

/** A program by its name; `names` are links beside it. */
export function installed(name: string, names: readonly string[] = []): Files {
  const path = found(name);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return [...withLibraries(path.slice(1), readFileSync(realpathSync(path))), ...names.map((other) => [join(path, '..', other).slice(1), link(basename(path))] as const)];
}

/** All files right in a folder whose name ends so. */
export const folderOf = (folder: string, end = ''): Files =>
  readdirSync(folder).filter((name) => name.endsWith(end)).flatMap((name) => withLibraries(join(folder, name).slice(1), readFileSync(realpathSync(join(folder, name)))));
