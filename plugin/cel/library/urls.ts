// Absolute URLs and their parts: url('https://example.com:80/path?k=v').
import { Failure, LiteralMap, Opaque, listOf, type Value } from '../values/value.ts';
import type { Library } from '../types/functions.ts';

class Url extends Opaque {
  readonly typeName = 'kubernetes.URL';
  readonly text: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  constructor(text: string, parts: { readonly scheme: string; readonly host: string; readonly path: string; readonly query: string }) {
    super();
    this.text = text;
    this.scheme = parts.scheme;
    this.host = parts.host;
    this.path = parts.path;
    this.query = parts.query;
  }
  equals(other: Opaque): boolean {
    return other instanceof Url && other.text === this.text;
  }
}

/** Go's reading of a request URI: a scheme or a leading slash is required. Answers why the text is none. */
export function parseUrl(text: string): Url | string {
  const wrong = (why: string): string => `parse ${JSON.stringify(text)}: ${why}`;
  // oxlint-disable-next-line no-control-regex
  if (/[\x00-\x1f\x7f]/.test(text)) return wrong('net/url: invalid control character in URL');
  if (text === '') return wrong('empty url');
  const [, scheme = '', rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?([^]*)$/.exec(text) ?? [];
  if (scheme === '' && text.startsWith(':')) return wrong('missing protocol scheme');
  if (scheme === '' && !rest.startsWith('/')) return wrong('invalid URI for request');
  if (!rest.startsWith('/')) return scheme === '' ? wrong('invalid URI for request') : new Url(text, { scheme: scheme.toLowerCase(), host: '', path: '', query: (rest.split('#')[0] ?? '').split('?')[1] ?? '' });
  const [beforeFragment = ''] = rest.split('#');
  const at = beforeFragment.indexOf('?');
  const query = at < 0 ? '' : beforeFragment.slice(at + 1);
  const full = at < 0 ? beforeFragment : beforeFragment.slice(0, at);
  const [, authority = '', path = ''] = (scheme !== '' || full.startsWith('//')) && full.startsWith('//') ? (/^\/\/([^/]*)(.*)$/.exec(full) ?? []) : ['', '', full];
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const port = /:([^:\]]*)$/.exec(host)?.[1];
  if (port !== undefined && /\D/.test(port)) return wrong(`invalid port ${JSON.stringify(`:${port}`)} after host`);
  if (/[\s<>"]/.test(host)) return wrong(`invalid character ${JSON.stringify(/[\s<>"]/.exec(host)?.[0])} in host name`);
  const escape = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(path)?.[0];
  if (escape !== undefined) return wrong(`invalid URL escape ${JSON.stringify(escape)}`);
  return new Url(text, { scheme: scheme.toLowerCase(), host, path: path.replaceAll(/[^A-Za-z0-9\-._~!$&'()*+,;=:@%/[\]]/gu, (mark) => encodeURIComponent(mark)), query });
}

const hostname = (host: string): string => host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');

function query(text: string): Value {
  const found = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(text)) found.set(key, [...(found.get(key) ?? []), value]);
  return new LiteralMap(new Map([...found].map(([key, values]) => [`s${key}`, [key, listOf(values)] as const])));
}

export const urls: Library = {
  url: {
    'string_to_url: (string) -> url': (text: string): Value => {
      const made = parseUrl(text);
      return typeof made === 'string' ? new Failure(`URL parse error during conversion from string: ${made}`) : made;
    },
  },
  isURL: { 'is_url_string: (string) -> bool': (text: string): Value => typeof parseUrl(text) !== 'string' },
  getScheme: { 'url_get_scheme: url.() -> string': ({ scheme }: Url): Value => scheme },
  getHost: { 'url_get_host: url.() -> string': ({ host }: Url): Value => host },
  getHostname: { 'url_get_hostname: url.() -> string': ({ host }: Url): Value => hostname(host) },
  getPort: { 'url_get_port: url.() -> string': ({ host }: Url): Value => /:(\d*)$/.exec(host)?.[1] ?? '' },
  getEscapedPath: { 'url_get_escaped_path: url.() -> string': ({ path }: Url): Value => path },
  getQuery: { 'url_get_query: url.() -> map(string, list(string))': (url: Url): Value => query(url.query) },
};
