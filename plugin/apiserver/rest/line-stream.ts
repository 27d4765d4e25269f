// Writes the lines of one watch: together what comes together, waiting for a slow client where that is possible, and cutting it off where it is not.
import type { ServerResponse } from 'node:http';

/** A client that lets this much wait unread is cut off; it resumes from where it stood. */
const mostBuffered = 8 * 1024 * 1024;
/** The present state is sent in pieces of about this size. */
const piece = 256 * 1024;

export class LineStream {
  readonly #response: ServerResponse;
  /** Resolves when the client has gone, or the stream was ended. */
  readonly ended: Promise<void>;
  #end: () => void = () => {};
  #waiting: Buffer[] = [];
  #size = 0;

  constructor(response: ServerResponse) {
    this.#response = response;
    this.ended = new Promise((resolve) => (this.#end = resolve));
    response.on('close', this.#end);
  }

  /** What comes in one turn of the event loop goes out as one write: the busier the server, the fewer. */
  write(line: Buffer | undefined): void {
    if (!line) return;
    this.#size += line.length;
    if (this.#waiting.push(line) === 1) setImmediate(() => this.#flush());
    if (this.#size + this.#response.writableLength > mostBuffered) this.#response.destroy();
  }

  /** Waits, when much has been written, until the client has read most of it. */
  async room(): Promise<void> {
    if (this.#size < piece || this.#response.destroyed) return;
    this.#flush();
    if (!this.#response.writableNeedDrain) return;
    await Promise.race([new Promise((resolve) => this.#response.once('drain', resolve)), this.ended]);
  }

  end(): void {
    this.#end();
  }

  /** Sends what is left. */
  close(): void {
    this.#flush();
    this.#response.end();
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const [only] = this.#waiting;
    const bytes = this.#waiting.length === 1 ? only : Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#size = 0;
    if (!this.#response.destroyed) this.#response.write(bytes);
  }
}
