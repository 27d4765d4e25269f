// The local time of day as log and span lines begin with it.

/** `15:04:05.123`, in the time zone of whoever looks. */
export function timeOfDay(unixMs: number): string {
  const at = new Date(Math.floor(unixMs));
  if (Number.isNaN(at.getTime())) return '--:--:--.---';
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
