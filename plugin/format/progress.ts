// Says on stderr what a long step is doing: on a terminal one line that turns, elsewhere a line now and then.
import type { Writable } from 'node:stream';
import { isTerminal } from './colour.ts';
import { printable } from './printable.ts';
import { wrapCells } from './width.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const frameMs = 120;
/** Where lines stay, e.g. in the log of a pipeline: often enough to see that it lives. */
const lineMs = 15_000;
const eraseLine = '\r\u001B[2K';

export interface ProgressOptions {
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What is going on, asked at every turn; it may also print. */
  readonly now: () => string;
}

export class Progress {
  readonly #stderr: Writable;
  readonly #now: () => string;
  readonly #turns: boolean;
  readonly #timer: NodeJS.Timeout;
  #frame = 0;
  #drawn = false;

  constructor({ stderr, env, now }: ProgressOptions) {
    this.#stderr = stderr;
    this.#now = now;
    this.#turns = isTerminal(stderr) && env['TERM'] !== 'dumb';
    this.#timer = setInterval(() => this.#draw(), this.#turns ? frameMs : lineMs);
  }

  /** Writes something that stays, on this or another stream of the same terminal. */
  write(stream: Writable, text: string): void {
    this.#erase();
    stream.write(text);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#erase();
  }

  #draw(): void {
    const text = printable(this.#now());
    if (!this.#turns) return void this.#stderr.write(`${text}\n`);
    // Some terminals know no width and say 0.
    const columns = (this.#stderr as { readonly columns?: number }).columns || 80;
    const line = `${frames[this.#frame++ % frames.length]} ${text}`;
    // A line that wraps can't be erased.
    this.#stderr.write(`${eraseLine}${wrapCells(line, columns - 1)[0] ?? ''}`);
    this.#drawn = true;
  }

  #erase(): void {
    if (this.#drawn) this.#stderr.write(eraseLine);
    this.#drawn = false;
  }
}
