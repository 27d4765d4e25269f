// Reads host names as strictly as they can be compared: lower case, letters, digits, dashes, no trailing dot.
import { isIP } from 'node:net';

const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** The comparable form of a name, or undefined when it is none. An IP address is no name. */
export function hostname(text: string): string | undefined {
  if (text.length > 254) return undefined;
  const name = (text.endsWith('.') ? text.slice(0, -1) : text).toLowerCase();
  if (name.length === 0 || name.length > 253 || isIP(name) !== 0) return undefined;
  const labels = name.split('.');
  // A last label of digits alone (1.2.3, 0x7f.1) is read as an IPv4 address by many resolvers.
  if (/^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')) return undefined;
  return labels.every((l) => label.test(l)) ? name : undefined;
}

export interface Authority {
  /** A name in lower case, or an IP address without brackets. */
  readonly host: string;
  readonly port: number | undefined;
}

/** Reads a Host header: name, IPv4 or [IPv6], with an optional port. */
export function parseAuthority(text: string): Authority | undefined {
  const [, v6, plain, digits] = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([^\s:/?#@[\]\\]{1,254}))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  if (v6 !== undefined) return isIP(v6) === 6 ? { host: v6.toLowerCase(), port } : undefined;
  if (plain === undefined) return undefined;
  const host = isIP(plain) === 4 ? plain : hostname(plain);
  return host === undefined ? undefined : { host, port };
}
