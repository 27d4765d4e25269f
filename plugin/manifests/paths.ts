// Which files a path given by a person means: a file, the manifests of a folder, or what a pattern matches.
import type { Dirent } from 'node:fs';
import { glob, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { UserError } from '../exit.ts';
import { resolvePath } from '../kubeconfig.ts';

export interface PathOptions {
  readonly cwd: string;
  readonly home: string;
  /** Whether folders below a folder count too. */
  readonly recursive: boolean;
}

const maxFiles = 10_000;
const extensions = new Set(['.yaml', '.yml', '.json']);

/** Files as given, the manifests of a folder in the order of their names, `-` once; none of them twice. */
export async function filesNamed(paths: readonly string[], options: PathOptions): Promise<readonly string[]> {
  const files = new Set<string>();
  for (const path of paths) {
    for await (const file of path === '-' ? ['-'] : filesOf(path, options)) {
      if (files.add(file).size > maxFiles) throw new UserError(`more than ${maxFiles} files below ${path}`, ['name a smaller folder']);
    }
  }
  return [...files];
}

async function* filesOf(path: string, options: PathOptions): AsyncGenerator<string> {
  if (path === '') throw new UserError('an empty path names no manifest');
  // What is fetched is not seen before it is applied, and a redirect or a proxy decides what comes: a pipe makes both visible.
  if (/^https?:\/\//i.test(path)) throw new UserError(`${path} is a web address, and only files are read`, ['fetch it yourself and name it - here: curl -fsSL URL | kubectl clrk apply -f -']);
  const found = await stat(resolvePath(path, options)).catch((cause: unknown) => {
    if (isMissing(cause) && isPattern(path)) return undefined;
    throw unreadable(path, cause);
  });
  if (found === undefined) return yield* matches(path, options);
  if (!found.isDirectory()) return yield path;
  let count = 0;
  for await (const file of folderFiles(path, options)) {
    count++;
    yield file;
  }
  if (count > 0) return;
  throw new UserError(`no manifest in ${path}: no file ends in .yaml, .yml or .json`, options.recursive ? [] : ['folders below it are read with -R']);
}

const isMissing = (cause: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '');

/** A file whose name has such a character is found before it is taken for a pattern. */
const isPattern = (path: string): boolean => /[*?[{]/.test(path);

/** A shell without a match passes the pattern on, and one in quotes is never the shell's: both arrive here. */
async function* matches(pattern: string, options: PathOptions): AsyncGenerator<string> {
  const found: string[] = [];
  for await (const path of glob(pattern.startsWith('~/') ? resolvePath(pattern, options) : pattern, { cwd: options.cwd })) {
    found.push(path);
    if (found.length > maxFiles) throw new UserError(`more than ${maxFiles} files match ${pattern}`, ['name fewer']);
  }
  if (found.length === 0) throw new UserError(`no file or folder matches ${pattern}`, ['check the pattern given to -f; ** stands for folders of any depth']);
  for (const path of found.toSorted()) yield* filesOf(path, options);
}

// Links to files are followed, links to folders are not: they could lead round in a circle.
async function* folderFiles(folder: string, options: PathOptions): AsyncGenerator<string> {
  const entries = await readdir(resolvePath(folder, options), { withFileTypes: true }).catch((cause: unknown) => {
    throw unreadable(folder, cause);
  });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && options.recursive) yield* folderFiles(path, options);
    if (isManifest(entry.name) && (await isReadable(entry, path, options))) yield path;
  }
}

// A kustomization may go without an ending; it is read to be told from a manifest.
const isManifest = (name: string): boolean => extensions.has(extname(name)) || name === 'Kustomization';

/** A pipe or a device in a folder would be read for ever. */
async function isReadable(entry: Dirent, path: string, options: PathOptions): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile();
  return (await stat(resolvePath(path, options)).catch(() => undefined))?.isFile() === true;
}

/** What the system says about a path, in words. */
export function unreadable(path: string, cause: unknown): UserError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  if (isMissing(cause)) return new UserError(`there is no file or folder ${path}`, ['check the path given to -f']);
  if (code === 'EACCES') return new UserError(`no permission to read ${path}`, ['check who owns it']);
  return new UserError(`${path} can't be read: ${message ?? code}`, [], { cause });
}
