// The state folder (`~/.clrk`): made for its owner alone, or a clear word why it can't be used.
import { accessSync, chmodSync, constants, existsSync, lstatSync, mkdirSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../exit.ts';

const another = 'choose another folder with --clrk-dir';

/** What a system error says about the folder, in the words of the house. */
function unusable(path: string, error: unknown): UserError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const reason: Readonly<Record<string, string>> = {
    EROFS: 'the file system is read-only',
    EACCES: 'no permission to write there',
    EPERM: 'no permission to write there',
    ENOTDIR: 'a part of the path is a file, not a folder',
    ENOENT: 'the file system has no room for folders of ours',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    ENAMETOOLONG: 'the path is too long',
    ELOOP: 'its links lead round in a circle',
  };
  return new UserError(`making the state folder ${path}: ${reason[code] ?? message}`, [another]);
}

/** Not mkdir's own `recursive`: on a file system that answers ENOENT for a new folder (/proc) Node 22 tries for ever. */
function makeFolders(path: string): void {
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) throw Object.assign(new Error('a file is in the way'), { code: 'EEXIST' });
    return;
  }
  if (dirname(path) !== path) makeFolders(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/** Permissions alone do not tell: a file system may be full, read-only, or the folder immutable. */
function probe(path: string): void {
  const file = join(path, `.write-${process.pid}`);
  writeFileSync(file, '');
  unlinkSync(file);
}

/** Makes the folder with mode 0700 and makes sure that it can be written. */
export function openStateFolder(path: string): void {
  try {
    makeFolders(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new UserError(`the state folder ${path} is a file, not a folder`, [another]);
    throw unusable(path, error);
  }
  const { uid, mode } = statSync(path);
  const me = process.getuid?.() ?? uid;
  if (uid !== me) {
    const owner = uid === 0 ? 'root' : `user ${uid}`;
    throw new UserError(`the state folder ${path} belongs to ${owner}, not to you`, [
      `${another}, or give it back: sudo chown -R ${me} ${path}`,
    ]);
  }
  try {
    // Others could read the certificates' keys and the store of Secrets.
    if ((mode & 0o077) !== 0) chmodSync(path, 0o700);
    accessSync(path, constants.W_OK | constants.X_OK);
    probe(path);
  } catch (error) {
    throw unusable(path, error);
  }
}

/** A folder of its own below the state folder, for its owner alone, which can be written. */
export function stateSubfolder(stateDir: string, name: string): string {
  const path = join(stateDir, name);
  const inTheWay = (): UserError => new UserError(`${path} is not a folder`, [`remove it: rm ${path}`]);
  try {
    makeFolders(path);
    if (lstatSync(path).isDirectory()) probe(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw inTheWay();
    throw unusable(path, error);
  }
  if (!lstatSync(path).isDirectory()) throw inTheWay();
  return path;
}

/** Writes a file of the state folder: whole or not at all, and with its mode from the first moment. */
export const writeStateFile = (path: string, text: string, mode: number): void => writeStateBytes(path, text, mode);

/** The same with what is no text. */
export function writeStateBytes(path: string, text: string | Buffer, mode: number): void {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, text, { mode });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (existsSync(path) && lstatSync(path).isDirectory()) throw new UserError(`${path} is a folder, not a file`, [`remove it: rm -r ${path}`]);
    throw error;
  }
}
