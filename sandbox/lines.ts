// Cuts what an agent writes into lines, with bounds on their length and on how many a second are kept.
import { StringDecoder } from 'node:string_decoder';

export const longestLine = 16 * 1024;
/** A burst may have this many lines, and this many a second are kept after it. */
export const lineBurst = 2000;
export const linesPerSecond = 500;

/** Emits each line without its end; a longer one is cut into pieces, so that memory is bounded and nothing is lost. */
export class LineCutter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #emit: (line: string) => void;
  #rest = '';

  constructor(emit: (line: string) => void) {
    this.#emit = emit;
  }

  write(bytes: Buffer): void {
    const parts = (this.#rest + this.#decoder.write(bytes)).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) this.#pieces(part.endsWith('\r') ? part.slice(0, -1) : part);
    while (this.#rest.length >= longestLine) {
      this.#emit(this.#rest.slice(0, longestLine));
      this.#rest = this.#rest.slice(longestLine);
    }
  }

  end(): void {
    const last = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (last !== '') this.#pieces(last);
  }

  #pieces(line: string): void {
    if (line.length <= longestLine) return this.#emit(line);
    for (let from = 0; from < line.length; from += longestLine) this.#emit(line.slice(from, from + longestLine));
  }
}

/** A bucket of tokens for lines; what does not fit is counted and told once there is room again. */
export class LineRate {
  #tokens = lineBurst;
  #at: number;
  #dropped = 0;

  constructor(now: number) {
    this.#at = now;
  }

  /** Whether this line is kept, and how many before it were not. */
  take(now: number): { readonly isKept: boolean; readonly droppedBefore: number } {
    this.#tokens = Math.min(lineBurst, this.#tokens + ((now - this.#at) / 1000) * linesPerSecond);
    this.#at = now;
    if (this.#tokens < 1) {
      this.#dropped++;
      return { isKept: false, droppedBefore: 0 };
    }
    this.#tokens--;
    return { isKept: true, droppedBefore: this.rest() };
  }

  /** Lines that were dropped and not told yet. */
  rest(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}
