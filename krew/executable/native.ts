// Takes the native half of koffi out of the single executable: the system loads it from a file only, so it lies where nobody else can write.
import { chmodSync, closeSync, constants, existsSync, fchmodSync, fstatSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { getRawAsset } from 'node:sea';
import { executable } from '../../sandbox/contract.ts';
import { inside } from './words.ts';

/** Told as a mistake of the person's, by its name. */
export class NoPlace extends Error {
  readonly hints = ['name a folder for it in XDG_CACHE_HOME that is yours alone, and where there is room and programs may run'];

  constructor(problems: readonly string[]) {
    super(`a part of this program could not be put into a file and loaded from there: ${problems.join('; ')}`);
    this.name = 'UserError';
  }
}

/** koffi itself. It is asked for when a chunk is read and used on Linux alone, so that elsewhere nothing will do. */
export function native(): unknown {
  if (process.platform !== 'linux') return {};
  const bytes = Buffer.from(getRawAsset(inside.native));
  const digest = hash(bytes);
  const problems: string[] = [];
  for (const place of places(digest)) {
    try {
      const { file, isKept } = place();
      if (!isKept && !isThere(file, digest)) write(file, bytes);
      const koffi = loaded({ file, isKept }, digest);
      // For the processes that this one starts: one of them has no home, and may not write.
      process.env[executable.nativeFile] = file;
      return koffi;
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new NoPlace(problems);
}

interface Place {
  readonly file: string;
  /** Another process has put it there. */
  readonly isKept: boolean;
}

/** Where it may lie, the best first. */
function places(digest: string): readonly (() => Place)[] {
  const named = process.env[executable.nativeFile];
  const name = `native-${digest}`;
  return [
    ...(named === undefined ? [] : [() => ({ file: named, isKept: true })]),
    () => ({ file: join(ownFolder(join(caches(), 'kubectl-clrk')), name, inside.native), isKept: false }),
    () => ({ file: join(passingFolder(), name, inside.native), isKept: false }),
  ];
}

function caches(): string {
  const { HOME = '', XDG_CACHE_HOME = '' } = process.env;
  if (isAbsolute(XDG_CACHE_HOME)) return ours(XDG_CACHE_HOME);
  const home = isAbsolute(HOME) ? HOME : userInfo().homedir;
  // A home that does not exist is not made: it would be litter, and in /proc it hangs.
  if (!existsSync(home)) throw new Error(`there is no folder ${home}`);
  return ours(join(home, '.cache'));
}

/** `sudo` may leave the home of whoever calls it: what root makes there, its owner may move, or never be able to change again. */
function ours(folder: string): string {
  let there = folder;
  while (!existsSync(there)) there = dirname(there);
  const { uid, mode } = statSync(there);
  if (uid !== process.geteuid?.() || (mode & 0o002) !== 0) throw new Error(`${there} is not a folder of this user alone`);
  return folder;
}

/** Closed to everybody else. By its descriptor, so that nothing put in its place meanwhile is changed. */
function ownFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  setMode(folder, 0o700);
  return folder;
}

function setMode(folder: string, mode: number): void {
  const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const found = fstatSync(fd);
    if (found.uid !== process.geteuid?.()) throw new Error(`${folder} is not a folder of this user`);
    if ((found.mode & 0o777) !== mode) fchmodSync(fd, mode);
  } finally {
    closeSync(fd);
  }
}

/** For a process without a home: made anew with a name that nobody can guess, closed to others from its first moment, gone with the process. */
function passingFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-clrk-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function isThere(file: string, digest: string): boolean {
  try {
    const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return hash(readFileSync(fd)) === digest;
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}

/** Whole or not at all: two processes may begin at once. Readable for others, whom the folder around keeps out: the worker becomes another user. */
function write(file: string, bytes: Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  setMode(dirname(file), 0o755);
  const draft = `${file}.${cryptography().randomBytes(8).toString('hex')}`;
  try {
    writeFileSync(draft, bytes, { flag: 'wx', mode: 0o644 });
    chmodSync(draft, 0o644);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** What the kernel shows for users whom this namespace does not know: inside its own, the worker sees root's file so. */
const unknownUser = 65534;

/** Loads what was looked at, by its descriptor: a file that is put in its place meanwhile is not the one that is loaded, and nobody else may write to this one. */
function loaded({ file, isKept }: Place, digest: string): unknown {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { uid, mode } = fstatSync(fd);
    const isTrusted = uid === process.geteuid?.() || uid === 0 || (isKept && uid === unknownUser);
    if (!isTrusted || (mode & 0o022) !== 0) throw new Error(`${file} can be written by others`);
    if (hash(readFileSync(fd)) !== digest) throw new Error(`${file} is not what this program put there`);
    const module = { exports: {} };
    process.dlopen(module, `/proc/self/fd/${fd}`);
    return module.exports;
  } finally {
    closeSync(fd);
  }
}

/** Asked for when it is needed: it takes longer to load than short commands run, and they need none. */
const cryptography = () => process.getBuiltinModule('node:crypto');
const hash = (bytes: Buffer): string => cryptography().createHash('sha256').update(bytes).digest('hex');
