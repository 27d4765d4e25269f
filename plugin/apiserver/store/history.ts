// The last changes in the order they happened, bounded: what a watch resumes from, and what an old page of a list is rebuilt from.
import type { KubeObject } from '../json.ts';

export interface Change {
  readonly revision: number;
  readonly key: string;
  readonly object: KubeObject | undefined;
  readonly previous: KubeObject | undefined;
  /** Of its record: in memory it takes up to three times as much. */
  readonly bytes: number;
}

const mostBytes = 32 * 1024 * 1024;
/** In place of a change that was forgotten, so that nothing keeps its objects until the list is cut. */
const forgotten: Change = { revision: 0, key: '', object: undefined, previous: undefined, bytes: 0 };

export class History {
  #changes: Change[] = [];
  #start = 0;
  /** Everything after this revision is known. */
  #oldest: number;
  readonly #most: number;
  #bytes = 0;

  constructor(oldest: number, most = 10_000) {
    this.#oldest = oldest;
    this.#most = most;
  }

  get oldest(): number {
    return this.#oldest;
  }

  push(change: Change): void {
    this.#changes.push(change);
    this.#bytes += change.bytes;
    while (this.#changes.length - this.#start > this.#most || this.#bytes > mostBytes) {
      const gone = this.#changes[this.#start];
      if (!gone) break;
      this.#changes[this.#start++] = forgotten;
      this.#oldest = gone.revision;
      this.#bytes -= gone.bytes;
    }
    if (this.#start < 1000) return;
    this.#changes = this.#changes.slice(this.#start);
    this.#start = 0;
  }

  /** Changes after the revision, or undefined when they are no longer known. */
  since(revision: number): readonly Change[] | undefined {
    if (revision < this.#oldest) return undefined;
    let low = this.#start;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#changes[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#changes.slice(low);
  }
}
