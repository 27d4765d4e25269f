// Parts of points in time and of durations: getFullYear, getHours, with or without a time zone.
import { second, unixSeconds } from '../values/time.ts';
import { Failure, type Duration, type Timestamp, type Value } from '../values/value.ts';
import type { Library } from '../types/functions.ts';

/** The point in time as a clock in the zone shows it, kept as if it were UTC. */
function shifted(time: Timestamp, zone: string): Date | Failure {
  const date = new Date(Number(unixSeconds(time)) * 1000);
  const [, sign, hours, minutes] = /^([+-]?)(\d{1,2}):(\d{2})$/.exec(zone) ?? [];
  if (hours !== undefined && minutes !== undefined) return new Date(date.getTime() + (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000);
  if (zone === '' || zone === 'UTC') return date;
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
    const part = Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, Number(value)]));
    return new Date(Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'] ?? 1, part['hour'] ?? 0, part['minute'] ?? 0, part['second'] ?? 0));
  } catch {
    return new Failure(`unknown time zone ${zone}`);
  }
}

const milliseconds = (time: Timestamp): number => Number((time.nanoseconds - unixSeconds(time) * second) / 1_000_000n);
const dayOfYear = (date: Date): number => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000);

const parts: readonly (readonly [name: string, id: string, read: (date: Date, time: Timestamp) => number])[] = [
  ['getFullYear', 'year', (date) => date.getUTCFullYear()],
  ['getMonth', 'month', (date) => date.getUTCMonth()],
  ['getDayOfYear', 'day_of_year', dayOfYear],
  ['getDayOfMonth', 'day_of_month', (date) => date.getUTCDate() - 1],
  ['getDate', 'day_of_month_1_based', (date) => date.getUTCDate()],
  ['getDayOfWeek', 'day_of_week', (date) => date.getUTCDay()],
  ['getHours', 'hours', (date) => date.getUTCHours()],
  ['getMinutes', 'minutes', (date) => date.getUTCMinutes()],
  ['getSeconds', 'seconds', (date) => date.getUTCSeconds()],
  ['getMilliseconds', 'milliseconds', (_, time) => milliseconds(time)],
];
const spans: Readonly<Record<string, bigint>> = { hours: 3600n * second, minutes: 60n * second, seconds: second, milliseconds: 1_000_000n };

export const clock: Library = Object.fromEntries(parts.map(([name, id, read]) => {
  const at = (time: Timestamp, zone: string): Value => {
    const date = shifted(time, zone);
    return date instanceof Failure ? date : BigInt(read(date, time));
  };
  const span = spans[id];
  return [name, {
    [`timestamp_to_${id}: timestamp.() -> int`]: (time: Timestamp): Value => at(time, ''),
    [`timestamp_to_${id}_with_tz: timestamp.(string) -> int`]: at,
    ...(span === undefined ? {} : { [`duration_to_${id}: duration.() -> int`]: ({ nanoseconds }: Duration): Value => nanoseconds / span }),
  }];
}));
