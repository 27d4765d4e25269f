// Points in time and spans of it, to the nanosecond, in the notations of RFC 3339 and of Go.
import { Duration, Timestamp } from './value.ts';

const units: Readonly<Record<string, bigint>> = { ns: 1n, us: 1_000n, µs: 1_000n, μs: 1_000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n };
export const second = 1_000_000_000n;
const longest = 2n ** 63n - 1n;
const earliest = -62_135_596_800n;
const latest = 253_402_300_799n;

/** `1h30m`, `1.5s`, `-2m`; undefined: no Go duration. */
export function parseDuration(text: string): Duration | undefined {
  if (/^[+-]?0$/.test(text)) return new Duration(0n);
  if (text.length > 128 || !/^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined;
  let sum = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(/(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g)) {
    const each = units[unit] ?? 0n;
    sum += BigInt(whole || '0') * each + (BigInt(fraction || '0') * each) / 10n ** BigInt(fraction.length);
  }
  return sum > longest ? undefined : new Duration(text.startsWith('-') ? -sum : sum);
}

export const isInRange = (nanoseconds: bigint): boolean => nanoseconds >= earliest * second && nanoseconds < (latest + 1n) * second;

/** RFC 3339 with any number of digits below the second. */
export function parseDateTime(text: string): Timestamp | undefined {
  const [, date, time, fraction = '', zone] = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,30}))?([Zz]|[+-]\d{2}:\d{2})$/.exec(text) ?? [];
  if (date === undefined || time === undefined || zone === undefined) return undefined;
  const milliseconds = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds) || !isDay(date)) return undefined;
  return new Timestamp(BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9)));
}

export function parseDate(text: string): Timestamp | undefined {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && isDay(text) ? new Timestamp(BigInt(Date.parse(`${text}T00:00:00Z`)) * 1_000_000n) : undefined;
}

/** JavaScript takes the 31st of June for the 1st of July. */
function isDay(date: string): boolean {
  const milliseconds = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(date);
}

/** Whole seconds since 1970, rounded down. */
export const unixSeconds = ({ nanoseconds }: Timestamp): bigint => (nanoseconds - (((nanoseconds % second) + second) % second)) / second;

export function showTimestamp(time: Timestamp): string {
  const seconds = unixSeconds(time);
  const fraction = (time.nanoseconds - seconds * second).toString().padStart(9, '0').replace(/0+$/, '');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}${fraction && `.${fraction}`}Z`;
}

/** `3723s`, `0.5s`. */
export function showDuration({ nanoseconds }: Duration): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const fraction = (size % second).toString().padStart(9, '0').replace(/0+$/, '');
  return `${sign}${size / second}${fraction && `.${fraction}`}s`;
}
