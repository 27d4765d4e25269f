// Tries a step of a pull a few times where what stopped it may pass, and lets only so many steps happen at once.
import { setTimeout as sleep } from 'node:timers/promises';
import { PullFailure } from './failure.ts';

/** Longer waits are the sandbox's: it tells the person meanwhile. */
const longestPauseMs = 10_000;

/** `goesOn` tells that a try came further than the one before: then the count begins anew. */
export async function again<T>(attempt: () => Promise<T>, pausesMs: readonly number[], signal: AbortSignal, goesOn: () => boolean = () => false): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (goesOn()) tries = 0;
      const pause = pausesMs[tries];
      if (!(error instanceof PullFailure) || !error.isPassing || pause === undefined || (error.waitMs ?? 0) > longestPauseMs) throw error;
      await sleep(Math.max(pause, error.waitMs ?? 0), undefined, { signal });
    }
  }
}

/** Lets `most` run at once; the others wait in order. */
export class Turns {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  async take<T>(run: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await run();
    } finally {
      // The place is handed on, not given back: nobody who comes now slips in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  get isIdle(): boolean {
    return this.#running === 0;
  }
}
