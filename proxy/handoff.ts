// Receives the sockets of sandboxes as descriptors and keeps each set until its admission names its token, or too long.
import { closeDescriptor, DescriptorSocket } from './native.ts';

const maxWaiting = 256;
const keepMs = 2000;

interface Parcel {
  readonly descriptors: readonly number[];
  readonly until: number;
}

export class Handoff {
  readonly #socket: DescriptorSocket;
  readonly #waiting = new Map<string, Parcel>();
  readonly #timer: NodeJS.Timeout;

  constructor(path: string) {
    this.#socket = new DescriptorSocket(path);
    // Node cannot wait for this kind of socket; an admission looks at once, this only keeps the queue from filling.
    this.#timer = setInterval(() => this.#collect(), 1000).unref();
  }

  /** The descriptors sent under a token, once; the caller owns them now. Sent first, so no wait is needed. */
  take(token: string): readonly number[] | undefined {
    this.#collect();
    const parcel = this.#waiting.get(token);
    this.#waiting.delete(token);
    return parcel?.descriptors;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const parcel of this.#waiting.values()) parcel.descriptors.forEach(closeDescriptor);
    this.#waiting.clear();
    this.#socket.close();
  }

  #collect(): void {
    const now = Date.now();
    for (let message = this.#socket.receive(); message !== undefined; message = this.#socket.receive()) {
      const token = message.payload.toString('latin1');
      // Two parcels under one token: neither can be trusted to be the one that is meant.
      if (token.length < 16 || this.#waiting.has(token) || this.#waiting.size >= maxWaiting) message.descriptors.forEach(closeDescriptor);
      else this.#waiting.set(token, { descriptors: message.descriptors, until: now + keepMs });
    }
    for (const [token, parcel] of this.#waiting) {
      if (parcel.until > now) continue;
      this.#waiting.delete(token);
      parcel.descriptors.forEach(closeDescriptor);
    }
  }
}
