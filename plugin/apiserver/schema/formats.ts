// The string formats that Kubernetes checks; an unknown format is not checked, as there.
import { isIP } from 'node:net';

const whole = (pattern: string) => {
  const expression = new RegExp(`^(?:${pattern})$`);
  return (value: string): boolean => expression.test(value);
};

const dateTime = whole('\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(?:\\.\\d+)?(?:[Zz]|[+-]\\d{2}:\\d{2})');

function cidr(value: string): boolean {
  const slash = value.indexOf('/');
  const version = isIP(value.slice(0, slash));
  const bits = value.slice(slash + 1);
  return slash > 0 && version > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}

const checks: { readonly [format: string]: (value: string) => boolean } = {
  'date-time': (value) => dateTime(value) && !Number.isNaN(Date.parse(value)),
  date: (value) => whole('\\d{4}-\\d{2}-\\d{2}')(value) && !Number.isNaN(Date.parse(value)),
  duration: whole('[+-]?(?:0|(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:ns|us|µs|ms|s|m|h|d|w)(?:(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:ns|us|µs|ms|s|m|h|d|w))*)'),
  byte: (value) => value.length % 4 === 0 && whole('[A-Za-z0-9+/]*={0,2}')(value),
  email: whole('[^@\\s]+@[^@\\s]+'),
  hostname: (value) => value.length <= 253 && whole('[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*')(value),
  ipv4: (value) => isIP(value) === 4,
  ipv6: (value) => isIP(value) === 6,
  cidr,
  uri: (value) => URL.canParse(value) || value.startsWith('/'),
  uuid: whole('[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}'),
};

export const hasFormat = (value: string, format: string): boolean => checks[format]?.(value) ?? true;
