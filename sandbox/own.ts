// How the worker's program starts itself again, as a process and as a thread: from a bundle that Node runs, or from the one executable that holds all programs.
import { getAsset, isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { executable } from './contract.ts';

export interface Own {
  /** What is executed; the program's own arguments follow. */
  readonly command: readonly [string, ...string[]];
  readonly thread: (options: WorkerOptions) => Worker;
  /** The bundle; absent in the single executable. */
  readonly file?: string;
}

/** `url` is that of the bundle; in the single executable nothing has one. */
export function own(url: string | undefined): Own {
  if (isSea()) {
    const words = [executable.innerProcess, 'worker'] as const;
    return { command: [process.execPath, ...words], thread: (options) => new Worker(getAsset(executable.loader, 'utf8'), { ...options, eval: true, argv: [...words] }) };
  }
  if (url === undefined) throw new Error('the worker does not know its own file');
  const file = fileURLToPath(url);
  return { command: [process.execPath, ...process.execArgv, file], thread: (options) => new Worker(new URL(url), options), file };
}
