// Lays the layers of an image into one directory; nothing in them, link or name, reaches outside of it.
import { chmodSync, closeSync, linkSync, lstatSync, mkdirSync, openSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { readTar, type Entry, type TarReader } from './tar.ts';

const mostLinks = 40;
const whiteout = '.wh.';
const opaque = '.wh..wh..opq';

/** Bytes that may still be written, shared by all layers of an image. */
export interface Budget {
  bytes: number;
  /** What is wrong when they are spent. */
  readonly spent: () => Error;
}

/** Applies one layer over what is there. */
export async function applyLayer(root: string, layer: AsyncIterable<Buffer>, budget: Budget): Promise<void> {
  const reader = readTar(layer);
  const made = new Set<string>();
  for (let entry = await reader.next(); entry !== undefined; entry = await reader.next()) {
    const path = parts(entry.name);
    const last = path.at(-1);
    if (last === undefined) continue;
    const parent = resolveInside(root, path.slice(0, -1).join('/'));
    if (last === opaque) {
      for (const name of namesIn(parent)) if (!made.has(join(parent, name))) remove(join(parent, name));
    } else if (last.startsWith(whiteout)) {
      // What follows the prefix is one name: parts() has seen to it that it holds no slash; and `..` would be the parent.
      const hidden = last.slice(whiteout.length);
      if (hidden !== '' && hidden !== '.' && hidden !== '..') remove(join(parent, hidden));
    } else {
      mkdirSync(parent, { recursive: true });
      await place(root, join(parent, last), entry, reader, budget);
      for (let at = join(parent, last); at !== root && !made.has(at); at = dirname(at)) made.add(at);
    }
  }
  await reader.drain();
}

async function place(root: string, target: string, entry: Entry, reader: TarReader, budget: Budget): Promise<void> {
  const there = look(target);
  if (entry.kind === 'directory') {
    if (there !== undefined && !there.isDirectory()) remove(target);
    mkdirSync(target, { recursive: true });
    chmodSync(target, (entry.mode & 0o777) | 0o700);
    return;
  }
  if (entry.kind === 'other') return;
  if (there !== undefined) remove(target);
  if (entry.kind === 'symlink') symlinkSync(entry.link, target);
  else if (entry.kind === 'hardlink') {
    const original = parts(entry.link);
    const name = original.pop() ?? '';
    const from = join(resolveInside(root, original.join('/')), name);
    // link(2) does not follow a link at the end; a link to a link, or to nothing, is not worth an escape.
    if (look(from)?.isFile() !== true) throw new Error(`the image has a hard link ${entry.name} to ${entry.link}, which is not a file in it`);
    linkSync(from, target);
  } else await write(target, entry, reader, budget);
}

async function write(target: string, entry: Entry, reader: TarReader, budget: Budget): Promise<void> {
  // 'wx': never through a link, never over something that was not removed first. No set-user-ID bit survives.
  const fd = openSync(target, 'wx', (entry.mode & 0o777) | 0o400);
  try {
    for await (const piece of reader.content()) {
      budget.bytes -= piece.length;
      if (budget.bytes < 0) throw budget.spent();
      for (let from = 0; from < piece.length; ) from += writeSync(fd, piece, from);
    }
  } finally {
    closeSync(fd);
  }
  chmodSync(target, (entry.mode & 0o777) | 0o400);
}

/** Components of a name in an archive; `..` is refused and a leading slash means nothing. */
function parts(name: string): string[] {
  const found = name.split('/').filter((part) => part !== '' && part !== '.');
  if (found.includes('..') || name.includes('\0')) throw new Error(`the image has an entry ${JSON.stringify(name.slice(0, 200))} that leads out of it`);
  return found;
}

/**
 * The place a path of the image names, its links followed as a process in the image would see them: an absolute link starts at the
 * image's root, and `..` stops there. What does not exist yet is taken as a directory to come.
 */
export function resolveInside(root: string, path: string): string {
  const waiting = path.split('/').filter(Boolean);
  let at: string[] = [];
  let links = 0;
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    if (part === '.') continue;
    if (part === '..') {
      at.pop();
      continue;
    }
    const here = join(root, ...at, part);
    if (look(here)?.isSymbolicLink() !== true) {
      at.push(part);
      continue;
    }
    if (++links > mostLinks) throw new Error(`the image has a circle of links at ${JSON.stringify(path.slice(0, 200))}`);
    const target = readlinkSync(here);
    if (target.startsWith('/')) at = [];
    waiting.unshift(...target.split('/').filter(Boolean));
  }
  return join(root, ...at);
}

export function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function namesIn(folder: string): readonly string[] {
  return look(folder)?.isDirectory() ? readdirSync(folder) : [];
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
