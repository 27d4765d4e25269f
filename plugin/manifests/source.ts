// Reads manifest files as text: which files a path means, how large they may be, and that they are text at all.
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { UserError } from '../exit.ts';
import { resolvePath } from '../kubeconfig.ts';
import type { Fault } from './position.ts';

/** A file as the person named it, and what it holds. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
  /** Why it holds no text; the other files are read all the same. */
  readonly fault?: Fault;
}

export interface ReadOptions {
  readonly stdin: Readable;
  readonly cwd: string;
  readonly home: string;
  readonly recursive: boolean;
}

/** As kubectl, which reads no more of one object either: etcd would not take it. */
export const maxFileBytes = 10 * 1024 * 1024;
const maxFiles = 10_000;
const extensions = new Set(['.yaml', '.yml', '.json']);

/** Every text that the paths name: files as given, the manifests of a folder in the order of their names, `-` once. */
export async function readSources(paths: readonly string[], options: ReadOptions): Promise<readonly SourceText[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (path === '') throw new UserError('an empty path names no manifest');
    if (/^https?:\/\//.test(path)) throw new UserError(`${path} is a web address, and only files are read`, ['pipe it: curl -fsSL URL | kubectl clrk apply -f -']);
    for await (const file of path === '-' ? ['-'] : filesOf(path, options)) {
      if (!files.includes(file)) files.push(file);
      if (files.length > maxFiles) throw new UserError(`more than ${maxFiles} files below ${path}`, ['name a smaller folder']);
    }
  }
  const sources: SourceText[] = [];
  for (const file of files) sources.push(file === '-' ? await readStream('stdin', options.stdin) : await readFile(file, options).catch((error: unknown) => asFault(file, paths, error)));
  return sources;
}

/** A file that was named must be readable; one that only lies in a named folder is one mistake among others. */
function asFault(file: string, named: readonly string[], error: unknown): SourceText {
  if (!(error instanceof UserError) || named.includes(file)) throw error;
  const [hint] = error.hints;
  return { file, text: '', fault: { file, line: 1, column: 1, field: '', message: error.message, ...(hint === undefined ? {} : { hint }), syntax: true } };
}

async function* filesOf(path: string, options: ReadOptions): AsyncGenerator<string> {
  const found = await stat(resolvePath(path, options)).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (!found.isDirectory()) return yield path;
  const before = { count: 0 };
  for await (const file of folderFiles(path, options)) {
    before.count++;
    yield file;
  }
  if (before.count > 0) return;
  throw new UserError(`no manifest in ${path}: no file ends in .yaml, .yml or .json`, options.recursive ? [] : ['folders below it are read with -R']);
}

// Links to files are followed, links to folders are not: they could lead round in a circle.
async function* folderFiles(folder: string, options: ReadOptions): AsyncGenerator<string> {
  const entries = await readdir(resolvePath(folder, options), { withFileTypes: true }).catch((cause: unknown) => {
    throw unreadable(folder, cause);
  });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && options.recursive) yield* folderFiles(path, options);
    if (!extensions.has(extname(entry.name))) continue;
    // A pipe or a device in a folder would be read for ever.
    if (entry.isFile() || (entry.isSymbolicLink() && (await stat(resolvePath(path, options)).catch(() => undefined))?.isFile())) yield path;
  }
}

async function readFile(file: string, options: ReadOptions): Promise<SourceText> {
  return readStream(file, createReadStream(resolvePath(file, options)));
}

async function readStream(file: string, stream: Readable): Promise<SourceText> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer | string>) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      size += bytes.length;
      if (size > maxFileBytes) throw new UserError(`${file} is larger than 10 MiB, which is no manifest`, ['split it, or name the right file']);
      chunks.push(bytes);
    }
  } catch (cause) {
    throw cause instanceof UserError ? cause : unreadable(file, cause);
  }
  return decode(file, Buffer.concat(chunks));
}

function decode(file: string, bytes: Buffer): SourceText {
  if (isUtf8(bytes)) return { file, text: bytes.toString('utf8').replace(/^\uFEFF/, '') };
  const text = bytes.toString('utf8');
  const line = text.slice(0, text.indexOf('\uFFFD')).split('\n').length;
  return { file, text: '', fault: { file, line, column: 1, field: '', message: 'not UTF-8 text', hint: 'save it as UTF-8; `file` tells what it is now', syntax: true } };
}

function unreadable(path: string, cause: unknown): UserError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new UserError(`there is no file or folder ${path}`, ['check the path given to -f']);
  if (code === 'EACCES') return new UserError(`no permission to read ${path}`, ['check who owns it']);
  return new UserError(`${path} can't be read: ${message ?? code}`, [], { cause });
}
