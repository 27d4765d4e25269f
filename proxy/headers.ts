// Header lists as they cross the proxy: what belongs to one connection alone stays on it.

/** RFC 9110 7.6.1, and what clients and proxies invented beside it. */
const connectionBound = new Set([
  'connection', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'proxy-authenticate', 'te', 'trailer', 'transfer-encoding', 'upgrade',
  'http2-settings', 'expect',
]);

/** A flat list of names and values without those bound to the connection, and without those its Connection header names. */
export function endToEnd(raw: readonly string[], also: readonly string[] = []): string[] {
  const named = new Set(also);
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() === 'connection') for (const option of (raw[i + 1] ?? '').split(',')) named.add(option.trim().toLowerCase());
  }
  const result: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const lower = name.toLowerCase();
    if (!connectionBound.has(lower) && !named.has(lower)) result.push(name, raw[i + 1] ?? '');
  }
  return result;
}

/** The first value of a header in a flat list. */
export function valueOf(raw: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < raw.length; i += 2) if (raw[i]?.toLowerCase() === name) return raw[i + 1];
  return undefined;
}

/** Undici hands names and values as Buffers (latin1, as headers are) or strings, one value a name or a list of them. */
export function flatten(raw: unknown): string[] {
  if (!Array.isArray(raw)) return [];
  return (raw as readonly unknown[]).map((part) => (Buffer.isBuffer(part) ? part.toString('latin1') : String(part)));
}

/** Whether Node would write these; it throws on others, and an upstream must not be able to make it. */
export function areWritable(flat: readonly string[]): boolean {
  return flat.every((part, i) => (i % 2 === 0 ? /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(part) : !/[^\t\x20-\x7e\x80-\xff]/.test(part)));
}

/** The media type of a flat list, in lower case, with its parameters. */
export function contentType(flat: readonly string[]): string {
  return (valueOf(flat, 'content-type') ?? '').trim().toLowerCase();
}

/** What a request announces of its body: 0 without one, Infinity when it comes in chunks. */
export function bodyLength(flat: readonly string[]): number {
  return Number(valueOf(flat, 'content-length') ?? (valueOf(flat, 'transfer-encoding') === undefined ? 0 : Infinity));
}

/** The codings of a body, all that are said of it; undefined for one that is as it is. */
export function contentCoding(flat: readonly string[]): string | undefined {
  const said: string[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) if (flat[i]?.toLowerCase() === 'content-encoding') said.push((flat[i + 1] ?? '').trim());
  const coding = said.join(', ');
  return coding.toLowerCase() === 'identity' || coding === '' ? undefined : coding;
}
