// Ages as kubectl prints them: the finer unit fades as the age grows.

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** `45s`, `3m20s`, `42m`, `5h10m`, `30h`, `6d4h`, `40d`, `2y30d`, `9y`. */
export function humanDuration(fromMs: number, toMs: number): string {
  const seconds = Math.floor((toMs - fromMs) / 1000);
  // A clock that is a moment behind the server's is no news; one that is further off is.
  if (seconds < -1) return '<invalid>';
  if (seconds < 2 * minute) return `${Math.max(0, seconds)}s`;
  if (seconds < 10 * minute) return two(seconds, minute, 'm', 1, 's');
  if (seconds < 3 * hour) return `${Math.floor(seconds / minute)}m`;
  if (seconds < 8 * hour) return two(seconds, hour, 'h', minute, 'm');
  if (seconds < 2 * day) return `${Math.floor(seconds / hour)}h`;
  if (seconds < 8 * day) return two(seconds, day, 'd', hour, 'h');
  if (seconds < 2 * year) return `${Math.floor(seconds / day)}d`;
  if (seconds < 8 * year) return two(seconds, year, 'y', day, 'd');
  return `${Math.floor(seconds / year)}y`;
}

function two(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)}${largeName}${rest === 0 ? '' : `${rest}${smallName}`}`;
}

/** The age of an object by its creationTimestamp. */
export function ageOf(timestamp: string | undefined, now: Date): string {
  const from = Date.parse(timestamp ?? '');
  return Number.isNaN(from) ? '<unknown>' : humanDuration(from, now.getTime());
}
