// How long something has lasted, in two units at most, and large numbers in four characters.

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** `12s`, `4m05s`, `1h03m`, `2d07h`; `-` when it never began. */
export function age(since: Date | undefined, now: Date): string {
  if (since === undefined || Number.isNaN(since.getTime())) return '-';
  const seconds = Math.max(0, Math.floor((now.getTime() - since.getTime()) / 1000));
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  if (seconds < minute) return `${seconds}s`;
  if (seconds < hour) return `${Math.floor(seconds / minute)}m${two(seconds % minute)}s`;
  if (seconds < day) return `${Math.floor(seconds / hour)}h${two((seconds % hour) / minute)}m`;
  return `${Math.floor(seconds / day)}d${two((seconds % day) / hour)}h`;
}

/** `999`, `1.2k`, `12k`, `3.4M`. */
export function count(value: number): string {
  if (value < 1000) return String(Math.round(value));
  const unit = value < 999_500 ? { by: 1e3, name: 'k' } : value < 999_500_000 ? { by: 1e6, name: 'M' } : { by: 1e9, name: 'G' };
  const scaled = value / unit.by;
  return `${scaled < 9.95 ? scaled.toFixed(1) : Math.round(scaled)}${unit.name}`;
}
