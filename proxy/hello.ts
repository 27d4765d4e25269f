// Reads the server name out of a TLS ClientHello that may still be arriving. Pure; consumes nothing.

export type Hello =
  | { readonly kind: 'more' }
  | { readonly kind: 'not-tls' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'hello'; readonly serverName: string | undefined };

/** A ClientHello with post-quantum shares takes 2 KiB; nothing honest takes 16. */
export const maxHelloBytes = 16_384;

/** Records a hello may be spread over; every further one is read again with all before it. */
const maxRecords = 64;

const more: Hello = { kind: 'more' };
const malformed: Hello = { kind: 'malformed' };

/** Looks at the first bytes of a connection. */
export function readHello(bytes: Buffer): Hello {
  if (bytes.length === 0) return more;
  if (bytes[0] !== 0x16) return { kind: 'not-tls' };
  if (bytes.length > 1 && bytes[1] !== 3) return malformed;
  const handshake = joinRecords(bytes);
  if (handshake === undefined) return malformed;
  if (handshake.length < 4) return bytes.length < maxHelloBytes ? more : malformed;
  const length = handshake.readUIntBE(1, 3);
  if (handshake[0] !== 1 || length > maxHelloBytes) return malformed;
  if (handshake.length < 4 + length) return bytes.length < maxHelloBytes ? more : malformed;
  return readBody(new Cursor(handshake.subarray(4, 4 + length)));
}

/** Clients may split the hello over several records to hide the name from who looks only into the first one. */
function joinRecords(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] !== 0x16) return parts.length === 0 ? undefined : Buffer.concat(parts);
    if (at + 5 > bytes.length) break;
    const length = bytes.readUInt16BE(at + 3);
    if (length === 0 || length > maxHelloBytes || parts.length === maxRecords) return undefined;
    parts.push(bytes.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
  return Buffer.concat(parts);
}

class Cursor {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  number(size: 1 | 2): number | undefined {
    if (this.at + size > this.bytes.length) return undefined;
    const value = this.bytes.readUIntBE(this.at, size);
    this.at += size;
    return value;
  }

  block(sizeBytes: 1 | 2): Buffer | undefined {
    const length = this.number(sizeBytes);
    if (length === undefined || this.at + length > this.bytes.length) return undefined;
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

function readBody(body: Cursor): Hello {
  body.at = 34;
  if (body.block(1) === undefined || body.block(2) === undefined || body.block(1) === undefined) return malformed;
  if (body.at === body.bytes.length) return { kind: 'hello', serverName: undefined };
  const block = body.block(2);
  if (block === undefined || body.at !== body.bytes.length) return malformed;
  const extensions = new Cursor(block);
  let serverName: string | undefined;
  const seen = new Set<number>();
  while (extensions.at < block.length) {
    const type = extensions.number(2);
    const content = extensions.block(2);
    // Two of a kind is forbidden (RFC 8446 4.2), and each reader would believe another one.
    if (type === undefined || content === undefined || seen.has(type)) return malformed;
    seen.add(type);
    if (type !== 0) continue;
    const name = readServerName(content);
    if (name === undefined) return malformed;
    serverName = name;
  }
  return { kind: 'hello', serverName };
}

function readServerName(content: Buffer): string | undefined {
  const list = new Cursor(content).block(2);
  if (list === undefined || list.length + 2 !== content.length) return undefined;
  const entries = new Cursor(list);
  const type = entries.number(1);
  const name = entries.block(2);
  return type === 0 && name !== undefined && name.length > 0 && entries.at === list.length ? name.toString('latin1') : undefined;
}
