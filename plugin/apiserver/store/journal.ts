// Appends records to one file; everything that waits at the same moment shares one fdatasync.
import { closeSync, fdatasync, ftruncateSync, openSync, writev } from 'node:fs';
import { promisify } from 'node:util';

const write = promisify(writev);
const sync = promisify(fdatasync);
/** Most buffers that one writev takes on Linux and macOS (IOV_MAX). */
const mostBuffers = 1000;

interface Waiting {
  readonly bytes: Buffer;
  readonly done: (error?: Error) => void;
}

/** An append-only file. `append` calls back, in order, when the bytes are on the disk, or with the error that kept them off it. */
export class Journal {
  #file: number;
  #next: { readonly path: string; readonly done: () => void; readonly failed: (error: unknown) => void } | undefined;
  #size: number;
  #queue: Waiting[] = [];
  #running: Promise<void> | undefined;
  #broken: Error | undefined;

  constructor(path: string) {
    this.#file = openSync(path, 'ax', 0o600);
    this.#size = 0;
  }

  get size(): number {
    return this.#size;
  }

  append(bytes: Buffer, done: (error?: Error) => void): void {
    this.#queue.push({ bytes, done });
    this.#running ??= this.#run();
  }

  /** Goes on in a new file, between two batches: everything before is in the old one. */
  rotate(path: string): Promise<void> {
    return new Promise((done, failed) => {
      this.#next = { path, done, failed };
      this.#running ??= this.#run();
    });
  }

  async close(): Promise<void> {
    await this.#running;
    closeSync(this.#file);
  }

  async #run(): Promise<void> {
    // One turn of the loop lets every request of this turn join the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0 || this.#next) {
      this.#turnPage();
      if (this.#queue.length === 0) continue;
      const batch = this.#queue.splice(0, mostBuffers);
      const error = await this.#flush(batch.map((one) => one.bytes));
      for (const one of batch) one.done(error);
      if (!error) continue;
      // Later records were computed on top of the lost ones: they are lost with them.
      for (const one of this.#queue.splice(0)) one.done(error);
    }
    this.#running = undefined;
  }

  #turnPage(): void {
    const next = this.#next;
    if (!next) return;
    this.#next = undefined;
    try {
      const file = openSync(next.path, 'ax', 0o600);
      closeSync(this.#file);
      this.#file = file;
      this.#size = 0;
      this.#broken = undefined;
      next.done();
    } catch (error) {
      next.failed(error);
    }
  }

  async #flush(buffers: Buffer[]): Promise<Error | undefined> {
    if (this.#broken) return this.#broken;
    const length = buffers.reduce((sum, one) => sum + one.length, 0);
    try {
      let written = (await write(this.#file, buffers)).bytesWritten;
      while (written < length) {
        const rest = Buffer.concat(buffers).subarray(written);
        written += (await write(this.#file, [rest])).bytesWritten;
      }
      await sync(this.#file);
      this.#size += length;
      return undefined;
    } catch (cause) {
      this.#cutBack(cause as Error);
      return cause as Error;
    }
  }

  /** Half a batch must not stay in front of the next one. If even that fails, nothing more is taken. */
  #cutBack(cause: Error): void {
    try {
      ftruncateSync(this.#file, this.#size);
    } catch {
      this.#broken = cause;
    }
  }
}
