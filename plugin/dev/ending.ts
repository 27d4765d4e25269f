// Why a session ends: a key or Ctrl-C, enough records, a time limit, or another session in its place; whichever comes first.
import { Interrupted, exitCodes, UserError } from '../exit.ts';
import type { DevRequest } from './request.ts';

export type End =
  | { readonly kind: 'quit' }
  | { readonly kind: 'interrupted'; readonly by: unknown }
  | { readonly kind: 'records' }
  | { readonly kind: 'timeout'; readonly seen: number }
  /** Somebody else has taken the cluster over. */
  | { readonly kind: 'lost'; readonly to: string };

/** Where records are counted. */
export interface Counter {
  readonly recordCount: number;
  subscribe(changed: () => void): () => void;
}

export class Ending {
  readonly #abort = new AbortController();
  readonly #waits: DevRequest['records'];
  readonly #counter: Counter;
  #end: End | undefined;
  #release: () => void;

  /** The time limit of the records runs from here. */
  constructor(interruption: AbortSignal, waits: DevRequest['records'], counter: Counter) {
    this.#waits = waits;
    this.#counter = counter;
    const interrupted = (): void => this.end({ kind: 'interrupted', by: interruption.reason });
    if (interruption.aborted) interrupted();
    interruption.addEventListener('abort', interrupted, { once: true });
    const stopCounting = waits ? counter.subscribe(() => this.#count()) : () => undefined;
    const timer = waits ? setTimeout(() => this.end({ kind: 'timeout', seen: counter.recordCount }), waits.timeoutMs) : undefined;
    this.#release = () => {
      interruption.removeEventListener('abort', interrupted);
      stopCounting();
      clearTimeout(timer);
    };
  }

  #count(): void {
    if (this.#waits && this.#counter.recordCount >= this.#waits.count) this.end({ kind: 'records' });
  }

  /** Aborted when the session is to end. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get reason(): End | undefined {
    return this.#end;
  }

  end(reason: End): void {
    if (this.#end) return;
    this.#end = reason;
    this.#release();
    this.#release = () => undefined;
    this.#abort.abort(new Ended());
  }

  /** Resolves with the reason. */
  async wait(): Promise<End> {
    if (!this.#end) await new Promise((resolve) => { this.signal.addEventListener('abort', resolve, { once: true }); });
    return this.#end ?? { kind: 'quit' };
  }

  /** What was going on is left at once when the session ends: rejects with {@link Ended}. */
  async orEnd<T>(work: Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    let left: () => void = () => undefined;
    const ended = new Promise<never>((_resolve, reject) => {
      left = () => reject(this.signal.reason as Error);
      this.signal.addEventListener('abort', left, { once: true });
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      this.signal.removeEventListener('abort', left);
      work.catch(() => undefined);
    }
  }

  /** Whatever still waits for the end is told; after an error nothing else would tell it, and the process would not end. */
  dispose(): void {
    this.end({ kind: 'quit' });
  }
}

/** Thrown by whatever was interrupted because the session ends. */
export class Ended extends Error {}

/** The exit code of an end; a missed time limit is told as an error. `wasUp`: whether the bring-up was complete. */
export function codeOf(end: End, { waits, wasUp }: { readonly waits: DevRequest['records']; readonly wasUp: boolean }): number {
  if (end.kind === 'timeout') {
    throw new UserError(`${end.seen} of ${waits?.count ?? 0} records came within ${(waits?.timeoutMs ?? 0) / 1000} s`, [
      'the lines above say what is missing; a longer limit: --timeout 5m',
    ]);
  }
  if (end.kind === 'lost') throw new UserError(`${end.to} has taken the cluster over`, ['what this session created there is left to it']);
  // Ctrl-C is how a session is meant to end; it is an interruption only of one that never came up.
  if (end.kind !== 'interrupted') return exitCodes.ok;
  const isPipe = end.by instanceof Interrupted && end.by.code === exitCodes.brokenPipe;
  return wasUp && !isPipe ? exitCodes.ok : end.by instanceof Interrupted ? end.by.code : exitCodes.interrupted;
}
