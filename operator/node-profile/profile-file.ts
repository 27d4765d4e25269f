// The profile's file on the node: written whole or not at all, and taken away again.
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Larger is no profile. */
const maxBytes = 1 << 20;

/** What lies there; undefined when nothing does. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Throws unless it is the JSON of a profile: a kubelet would refuse every pod with half of one. */
export function checkProfile(text: string): void {
  if (Buffer.byteLength(text) > maxBytes) throw new Error(`the profile is larger than ${maxBytes} bytes`);
  const profile: unknown = JSON.parse(text);
  const known = typeof profile === 'object' && profile !== null ? (profile as { readonly defaultAction?: unknown; readonly syscalls?: unknown }) : {};
  if (typeof known.defaultAction !== 'string' || !Array.isArray(known.syscalls)) throw new Error('the profile has no defaultAction or no syscalls');
}

/** False when it was there already. A reader sees the old file or the new one, also when the power fails. */
export function layProfile(source: string, target: string): boolean {
  const text = readFileSync(source, 'utf8');
  checkProfile(text);
  if (read(target) === text) return false;
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  const next = `${target}.next`;
  try {
    const file = openSync(next, 'w', 0o644);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(next, target);
  } finally {
    rmSync(next, { force: true });
  }
  return true;
}

/** False when there was none. */
export function removeProfile(target: string): boolean {
  const was = read(target) !== undefined;
  rmSync(target, { force: true });
  rmSync(`${target}.next`, { force: true });
  return was;
}
