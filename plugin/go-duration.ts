// Durations as kubectl and Go write them: `90s`, `1h30m`, `250ms`.
import { UserError } from './exit.ts';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds, or undefined when it is no duration. `0` needs no unit. */
export function durationMs(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text) || text.length > 64) return undefined;
  const total = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0), 0);
  return Number.isFinite(total) ? total : undefined;
}

/** Timers know no longer one. */
const longestWaitMs = 0x7f_ff_ff_ff;

/** Of a flag that says how long to wait. Throws {@link UserError}. */
export function waitMs(flag: string, text: string, leastMs = 0): number {
  const ms = durationMs(text);
  if (ms !== undefined && ms >= leastMs && ms <= longestWaitMs) return Math.ceil(ms);
  throw new UserError(`${flag} ${JSON.stringify(text)} is no duration${ms === undefined ? '' : ' that a wait may take'}`, ['write it as 90s, 10m or 2h30m']);
}
