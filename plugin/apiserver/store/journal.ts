// Appends records to one file; everything that waits at the same moment shares one write and one fdatasync.
import { closeSync, existsSync, fdatasync, fsyncSync, ftruncateSync, openSync, rmSync, writeSync, writev } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { syncFolder } from './files.ts';
import { encodeHead, encodeOpening, headBytes, type Opening } from './record.ts';

const write = promisify(writev);
/** One writev takes 1024 buffers on Linux and macOS (IOV_MAX), and a record is two. */
const mostRecords = 500;
const mostBytes = 16 * 1024 * 1024;

interface Waiting {
  readonly body: Buffer;
  readonly done: (error?: Error) => void;
}

interface Page {
  readonly path: string;
  readonly opening: (after: number) => Opening;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** The first record of the next file, and what else is only known when the last one has ended. */
interface Turn<T> {
  readonly opening: Opening;
  readonly value: T;
}

export interface Options {
  /** It is not known any more what is on the disk. Nothing more is taken. */
  readonly onBroken?: ((error: Error) => void) | undefined;
  /** How a file is brought to the disk. */
  readonly sync?: ((file: number) => Promise<void>) | undefined;
}

/** Begins a file: it is on the disk, under its name, before the first record comes. */
export function beginJournal(path: string, opening: Opening): number {
  const body = encodeOpening(opening);
  const bytes = Buffer.concat([encodeHead(body, 0), body]);
  const file = openSync(path, 'w', 0o600);
  try {
    if (writeSync(file, bytes) < bytes.length) throw Object.assign(new Error(`${path}: no space left`), { code: 'ENOSPC' });
    fsyncSync(file);
    syncFolder(dirname(path));
  } finally {
    closeSync(file);
  }
  return bytes.length;
}

/** An append-only file. `append` calls back, in order, when the bytes are on the disk, or with the error that kept them off it. */
export class Journal {
  readonly #onBroken: (error: Error) => void;
  readonly #sync: (file: number) => Promise<void>;
  #file: number;
  #size: number;
  #next: Page | undefined;
  #queue: Waiting[] = [];
  #running: Promise<void> | undefined;
  #broken: Error | undefined;

  /** Goes on behind the first `size` bytes of a file that was begun. What lies behind them is cut off, and what a killed process left in memory is brought to the disk. */
  constructor(path: string, size: number, { onBroken = () => {}, sync = promisify(fdatasync) }: Options = {}) {
    this.#onBroken = onBroken;
    this.#sync = sync;
    this.#file = openSync(path, 'a', 0o600);
    this.#size = size;
    ftruncateSync(this.#file, size);
    fsyncSync(this.#file);
  }

  get size(): number {
    return this.#size;
  }

  append(body: Buffer, done: (error?: Error) => void): void {
    this.#queue.push({ body, done });
    this.#running ??= this.#run();
  }

  /** Goes on in a new file. `turn` is called between two batches, with the length of the old file, in which everything before is. */
  rotate<T>(path: string, turn: (after: number) => Turn<T>): Promise<T> {
    return new Promise((resolve, failed) => {
      const turned: { value?: Turn<T> } = {};
      const opening = (after: number): Opening => (turned.value = turn(after)).opening;
      this.#next = { path, opening, done: () => turned.value && resolve(turned.value.value), failed };
      this.#running ??= this.#run();
    });
  }

  /** Until nothing waits. */
  async drain(): Promise<void> {
    await this.#running;
  }

  close(): void {
    closeSync(this.#file);
  }

  async #run(): Promise<void> {
    // One turn of the loop lets every request of this turn join the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0 || this.#next) {
      this.#turnPage();
      if (this.#queue.length === 0) continue;
      const batch = this.#takeBatch();
      const error = await this.#flush(batch.map((one) => one.body));
      for (const one of batch) one.done(error);
      if (!error) continue;
      // Later records were computed on top of the lost ones: they are lost with them.
      for (const one of this.#queue.splice(0)) one.done(error);
    }
    this.#running = undefined;
  }

  #takeBatch(): readonly Waiting[] {
    let bytes = 0;
    const over = this.#queue.findIndex((one, index) => index === mostRecords || (bytes += one.body.length) > mostBytes);
    return this.#queue.splice(0, over < 0 ? this.#queue.length : Math.max(over, 1));
  }

  #turnPage(): void {
    const next = this.#next;
    if (!next) return;
    this.#next = undefined;
    if (this.#broken) return next.failed(this.#broken);
    try {
      const size = beginJournal(next.path, next.opening(this.#size));
      const file = openSync(next.path, 'a');
      closeSync(this.#file);
      this.#file = file;
      this.#size = size;
      next.done();
    } catch (error) {
      this.#forget(next.path);
      next.failed(error);
    }
  }

  /** A file that was begun and is not gone on with must not be found by the next start: it would say that this one ended here. */
  #forget(path: string): void {
    if (!existsSync(path)) return;
    try {
      rmSync(path, { force: true });
      syncFolder(dirname(path));
    } catch (error) {
      this.#break(error as Error);
    }
  }

  async #flush(bodies: readonly Buffer[]): Promise<Error | undefined> {
    if (this.#broken) return this.#broken;
    const heads = Buffer.allocUnsafe(headBytes * bodies.length);
    const buffers = bodies.flatMap((body, index) => [encodeHead(body, this.#size, heads.subarray(index * headBytes, (index + 1) * headBytes)), body]);
    const length = buffers.reduce((sum, one) => sum + one.length, 0);
    try {
      let written = (await write(this.#file, buffers)).bytesWritten;
      while (written < length) {
        const rest = Buffer.concat(buffers).subarray(written);
        written += (await write(this.#file, [rest])).bytesWritten;
      }
    } catch (error) {
      this.#cutBack(error as Error);
      return error as Error;
    }
    return this.#bring(length);
  }

  async #bring(length: number): Promise<Error | undefined> {
    try {
      await this.#sync(this.#file);
      this.#size += length;
      return undefined;
    } catch (cause) {
      // The system may have thrown the bytes away and call them clean: a second fdatasync would succeed and mean nothing.
      this.#cutBack(cause as Error);
      this.#break(cause as Error);
      return cause as Error;
    }
  }

  /** Half a batch must not stay in front of the next one, nor come back after a power cut: whoever sent it was refused. */
  #cutBack(cause: Error): void {
    try {
      ftruncateSync(this.#file, this.#size);
      fsyncSync(this.#file);
    } catch {
      this.#break(cause);
    }
  }

  #break(error: Error): void {
    if (this.#broken) return;
    this.#broken = error;
    this.#onBroken(error);
  }
}
