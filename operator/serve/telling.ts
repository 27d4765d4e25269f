// Sends lines to one reader no faster than it reads, so that readers who do not read fill no memory of ours.
import type { ServerResponse } from 'node:http';

/** What a follower may be behind; then it loses lines. */
const maxBehindBytes = 256 * 1024;
/** Who takes nothing for so long does not read, and may come again. */
const patienceMs = 30_000;

export class Telling {
  readonly #response: ServerResponse;
  /** Not written yet. The first ones are the ring's own texts, not copies. */
  readonly #waiting: string[];
  #behind = 0;
  #next = 0;
  #isFull = false;
  #isLast = false;
  #patience: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse, first: readonly string[]) {
    this.#response = response;
    this.#waiting = [...first];
    response.on('drain', () => {
      clearTimeout(this.#patience);
      this.#isFull = false;
      this.#tell();
    });
    response.on('close', () => clearTimeout(this.#patience));
    this.#tell();
  }

  add(line: string): void {
    if (this.#behind > maxBehindBytes) return;
    this.#behind += line.length;
    this.#waiting.push(line);
    this.#tell();
  }

  /** Shows that somebody is there, where nothing else does. */
  beat(): void {
    if (!this.#isFull) this.#response.write('\n');
  }

  /** Ends the answer after what waits. */
  end(): void {
    this.#isLast = true;
    this.#tell();
  }

  #tell(): void {
    while (!this.#isFull && this.#next < this.#waiting.length) {
      this.#isFull = !this.#response.write(`${this.#waiting[this.#next++]}\n`);
      if (this.#isFull) this.#patience = setTimeout(() => this.#response.destroy(), patienceMs);
    }
    if (this.#next < this.#waiting.length) return;
    this.#waiting.length = this.#next = this.#behind = 0;
    if (this.#isLast && !this.#response.writableEnded) this.#response.end();
  }
}
