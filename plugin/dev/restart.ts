// Decides when a child that ended is started again. Pure: it starts nothing and reads no clock.
import { exitCodes } from '../apiserver/exit.ts';

/** How the last run of a child went. */
export interface Run {
  readonly ranMs: number;
  /** Whether it ever said READY. */
  readonly wasReady: boolean;
  /** Exit code; undefined: a signal ended it. */
  readonly code: number | undefined;
  /** Whether it was killed because it never said READY. */
  readonly hung: boolean;
}

export interface Restart {
  readonly delayMs: number;
  /** Runs in a row that ended without READY, this one included. */
  readonly failures: number;
  /** Whether it is shown as an error: it goes on being tried, since a person may mend what is wrong. */
  readonly isError: boolean;
}

const firstDelayMs = 100;
const longestDelayMs = 5_000;
const steadyMs = 10_000;
const failuresUntilError = 3;
/** Exit codes of a child whose settings are wrong, or whose files: the same ones will not do better. */
const hopeless: readonly (number | undefined)[] = [exitCodes.settings, exitCodes.storeDamaged];

/** `failures`: runs in a row before this one that did not last. */
export function restart(run: Run, failures: number): Restart {
  const lasted = run.wasReady && run.ranMs >= steadyMs;
  const count = lasted ? 1 : failures + 1;
  const isHopeless = run.hung || (hopeless.includes(run.code) && !run.wasReady);
  return {
    delayMs: isHopeless ? longestDelayMs : Math.min(firstDelayMs * 2 ** (count - 1), longestDelayMs),
    failures: count,
    isError: isHopeless || (!run.wasReady && count >= failuresUntilError),
  };
}
