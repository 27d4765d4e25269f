// The bearer tokens by which the session's processes know one another: made anew for each run, read from files.
import { randomBytes } from 'node:crypto';
import type { RunFolder } from './run-folder.ts';

/** Paths of files, each with one token. */
export interface TokenFiles {
  readonly worker: string;
  readonly proxy: string;
  readonly reader: string;
  /** With which the operator passes telemetry on to the session. */
  readonly telemetry: string;
}

export function writeTokens(folder: RunFolder): TokenFiles {
  const token = (name: string): string => folder.writePrivate(name, randomBytes(32).toString('base64url'));
  return { worker: token('worker.token'), proxy: token('proxy.token'), reader: token('reader.token'), telemetry: token('telemetry.token') };
}
