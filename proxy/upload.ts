// A request's body on its way in: gathered when it is small or must be read, else streamed with back-pressure.
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** Bodies announced as no longer than this are sent in one write; a longer one is streamed as it comes. */
export const smallBodyBytes = 65_536;
/** What may be held while the model is looked for. */
export const maxReadBodyBytes = 8 * 1_048_576;

/** What whole bodies may hold of the memory at a time, of one sandbox and together. */
const maxHeldBytes = { sandbox: 64 * 1_048_576, all: 256 * 1_048_576 };

/** What keeping one chunk costs besides its bytes: a body may come in chunks of one byte. */
const perChunkBytes = 128;

/** What one exchange holds. */
export interface Hold {
  /** False: there is no room, and nothing was taken. */
  take(bytes: number): boolean;
  /** Gives everything back; nothing can be taken after it. */
  release(): void;
}

/** Counts the bytes of whole bodies by sandbox, so that no agent can fill the memory of all. */
export class HeldBodies {
  readonly #bySandbox = new Map<string, number>();
  #all = 0;

  hold(sandbox: string): Hold {
    let held = 0;
    let isOver = false;
    const add = (bytes: number): void => {
      const own = (this.#bySandbox.get(sandbox) ?? 0) + bytes;
      if (own > 0) this.#bySandbox.set(sandbox, own);
      else this.#bySandbox.delete(sandbox);
      this.#all += bytes;
      held += bytes;
    };
    return {
      take: (bytes) => {
        if (isOver || (this.#bySandbox.get(sandbox) ?? 0) + bytes > maxHeldBytes.sandbox || this.#all + bytes > maxHeldBytes.all) return false;
        add(bytes);
        return true;
      },
      release: () => {
        isOver = true;
        if (held > 0) add(-held);
      },
    };
  }
}

export type Gathered = Buffer | 'too-large' | 'no-room' | 'cut';

/** The whole body, or why it could not be had. What is refused is not read any further. */
export async function gatherBody(request: IncomingMessage, max: number, hold: Hold): Promise<Gathered> {
  if (Number(request.headers['content-length'] ?? 0) > max) return 'too-large';
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (result: Gathered): void => {
      request.off('data', keep).off('end', end).off('close', cut).off('error', cut);
      request.pause();
      resolve(result);
    };
    const keep = (chunk: Buffer): void => {
      length += chunk.length;
      // A copy: a chunk of a few bytes would hold on to the whole buffer it was read into.
      if (length > max) finish('too-large');
      else if (!hold.take(chunk.length + perChunkBytes)) finish('no-room');
      else chunks.push(chunk.length < 32_768 ? Buffer.from(chunk) : chunk);
    };
    const end = (): void => finish(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    const cut = (): void => finish('cut');
    request.on('data', keep).on('end', end).on('close', cut).on('error', cut);
  });
}

/** Reads and forgets a body, so that the agent reads our answer and not a reset; bounded in bytes and time. */
export async function discardBody(request: IncomingMessage, maxBytes: number, maxMs: number): Promise<void> {
  if (request.complete || request.destroyed) return;
  await new Promise<void>((resolve) => {
    let length = 0;
    const timer = setTimeout(resolve, maxMs);
    const done = (): void => {
      clearTimeout(timer);
      request.pause();
      resolve();
    };
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) done();
    }).on('end', done).on('close', done).on('error', done);
    request.resume();
  });
}

/** The body as a stream that listens in: an extra 'data' listener on the request itself would start it too early. */
export class Upload extends Readable {
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage, onChunk: (chunk: Buffer) => void) {
    super({ highWaterMark: 65_536 });
    this.#request = request;
    request.on('data', (chunk: Buffer) => {
      if (this.destroyed) return;
      onChunk(chunk);
      if (!this.push(chunk)) request.pause();
    });
    request.on('end', () => this.push(null));
    request.on('close', () => {
      if (!request.readableEnded) this.destroy(new Error('the request body ended early'));
    });
    request.on('error', (error) => this.destroy(error));
    request.pause();
    // An upload may fail after nobody listens to it any more.
    this.on('error', () => undefined);
  }

  override _read(): void {
    this.#request.resume();
  }
}
