// Checks the shape of a request head and states what it is for: one authority, no dot segments, nothing to smuggle with.
import { parseAuthority } from '../hostname.ts';
import type { RefusalCode } from '../refusals.ts';

export interface Head {
  readonly method: string;
  readonly target: string;
  readonly httpVersion: string;
  /** Name, value, name, value: as it came. */
  readonly rawHeaders: readonly string[];
}

export interface Opened {
  readonly scheme: 'https' | 'http';
  /** The name that the connection was opened for; undefined only for plain HTTP to a literal address. */
  readonly host: string | undefined;
  readonly port: number;
}

export interface Destination {
  readonly method: string;
  readonly host: string;
  readonly port: number;
  /** The Host header in its plain form: what is sent upstream and shown. */
  readonly authority: string;
  /** As it is sent upstream, query included. */
  readonly target: string;
  readonly path: string;
}

const maxHeaders = 128;

/** The destination, or the code of the refusal. */
export function normalise(head: Head, opened: Opened): Destination | RefusalCode {
  if (head.rawHeaders.length / 2 > maxHeaders) return 'headers_too_large';
  // TRACE would have the upstream read the injected credential back to the agent.
  if (head.method === 'TRACE' || head.method === 'CONNECT') return 'method';
  if (isAmbiguous(head)) return 'bad_request';
  const upgrade = values(head, 'upgrade');
  // `Upgrade: h2c` is an offer that a server may overlook; a WebSocket that is answered as plain HTTP is not.
  if (upgrade.some((v) => v.trim().toLowerCase() !== 'h2c')) return 'upgrade';
  if (values(head, 'expect').some((v) => v.trim().toLowerCase() !== '100-continue')) return 'expectation';
  const hosts = values(head, 'host');
  const authority = hosts.length === 1 ? parseAuthority(hosts[0] ?? '') : undefined;
  if (authority === undefined) return 'bad_host';
  if (opened.host !== undefined && authority.host !== opened.host) return 'host_mismatch';
  if (authority.port !== undefined && authority.port !== opened.port) return 'host_mismatch';
  const path = pathOf(head.target);
  if (path === undefined) return 'bad_path';
  // A header without a port means the port that was connected to.
  const bracketed = authority.host.includes(':') ? `[${authority.host}]` : authority.host;
  const shown = authority.port === undefined ? bracketed : `${bracketed}:${authority.port}`;
  return { method: head.method, host: authority.host, port: opened.port, authority: shown, target: head.target, path };
}

/** Framing that two parsers could read differently. Node's strict parser refuses most of it before this. */
function isAmbiguous(head: Head): boolean {
  const lengths = values(head, 'content-length');
  const codings = values(head, 'transfer-encoding');
  // A body is read for its model by the first coding; a server might go by the last.
  if (values(head, 'content-encoding').length > 1) return true;
  if (lengths.length > 1 || codings.length > 1 || (lengths.length === 1 && codings.length === 1)) return true;
  if (lengths.length === 1 && !/^\d{1,15}$/.test(lengths[0] ?? '')) return true;
  if (codings.length === 1 && (codings[0] ?? '').toLowerCase() !== 'chunked') return true;
  return codings.length === 1 && head.httpVersion === '1.0';
}

/** The path without query; undefined for what is not absolute or what a server might resolve to another path. */
function pathOf(target: string): string | undefined {
  if (!target.startsWith('/') || /[^\x21-\x7e]|[#\\]/.test(target)) return undefined;
  const path = target.split('?', 1)[0] ?? '';
  // %2e is a dot and %2f or %5c a slash to some servers, so all spellings of a dot segment count.
  const decoded = path.replace(/%2e/gi, '.').replace(/%2f|%5c/gi, '/');
  if (decoded.split('/').some((s) => s === '.' || s === '..' || /^\.{1,2};/.test(s))) return undefined;
  return path;
}

function values(head: Head, name: string): string[] {
  const found: string[] = [];
  for (let i = 0; i + 1 < head.rawHeaders.length; i += 2) {
    if (head.rawHeaders[i]?.toLowerCase() === name) found.push(head.rawHeaders[i + 1] ?? '');
  }
  return found;
}
