// Decodes the protobuf bodies that kubectl sends for compiled-in kinds (`kubectl create secret` and its like).
import type { JsonObject } from '../json.ts';
import { ApiError, badRequest } from '../status.ts';
import { scanJson } from './json-scan.ts';
import { messages, type Field } from './protobuf-messages.ts';

export const protobufType = 'application/vnd.kubernetes.protobuf';
const magic = Buffer.from('k8s\0', 'latin1');

const broken = (): Error => badRequest('error decoding the body: it is not valid protobuf');

/** A cursor over one message. Every read is checked against its end. */
class Reader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#position >= this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#position++];
      if (byte === undefined) throw broken();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw broken();
  }

  bytes(length = Number(this.varint())): Buffer {
    const end = this.#position + length;
    if (length < 0 || end > this.#bytes.length) throw broken();
    const found = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return found;
  }

  skip(wire: number): void {
    if (wire === 0) this.varint();
    else if (wire === 1) this.bytes(8);
    else if (wire === 2) this.bytes();
    else if (wire === 5) this.bytes(4);
    else throw broken();
  }
}

const time = (bytes: Buffer, digits: number): string | undefined => {
  const { seconds = 0, nanos = 0 } = decodeMessage(bytes, { 1: ['seconds', 'int?'], 2: ['nanos', 'int?'] }) as { seconds?: number; nanos?: number };
  // Go's zero time is what an unset one is sent as.
  if (bytes.length === 0 || seconds < -62135596799) return undefined;
  const whole = new Date(seconds * 1000);
  if (Number.isNaN(whole.getTime())) throw broken();
  const text = whole.toISOString().slice(0, 19);
  return digits === 0 ? `${text}Z` : `${text}.${String(nanos).padStart(9, '0').slice(0, digits)}Z`;
};

function value(reader: Reader, type: string, wire: number): unknown {
  if (/^(?:int|bool)\??$/.test(type)) {
    if (wire !== 0) throw broken();
    const number = reader.varint();
    if (type.startsWith('bool')) return number !== 0n || (type.endsWith('?') ? false : undefined);
    return number === 0n && !type.endsWith('?') ? undefined : Number(number);
  }
  if (wire !== 2) throw broken();
  const bytes = reader.bytes();
  if (type === 'string' || type === 'string?') return bytes.length === 0 && type === 'string' ? undefined : bytes.toString('utf8');
  if (type === 'bytes') return bytes.toString('base64');
  if (type === 'time') return time(bytes, 0);
  if (type === 'microtime') return time(bytes, 6);
  if (type === 'json') return parsed(bytes);
  if (type === 'int-or-string') {
    const { kind = 0, number = 0, text = '' } = decodeMessage(bytes, { 1: ['kind', 'int'], 2: ['number', 'int'], 3: ['text', 'string'] }) as { kind?: number; number?: number; text?: string };
    return kind === 0 ? number || undefined : text;
  }
  return decodeMessage(bytes, messages[type] ?? {});
}

function parsed(bytes: Buffer): unknown {
  const { raw = '' } = decodeMessage(bytes, { 1: ['raw', 'string'] }) as { raw?: string };
  try {
    // Too deep, or a field named __proto__: said in its own words.
    scanJson(raw);
    return JSON.parse(raw || '{}') as unknown;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw broken();
  }
}

/** A trailing `[]` in a type makes a list, a leading `map:` a map from strings. */
function decodeMessage(bytes: Buffer, fields: { readonly [number: number]: Field }): JsonObject {
  const made: JsonObject = {};
  const reader = new Reader(bytes);
  while (!reader.done) {
    const tag = Number(reader.varint());
    const field = fields[tag >> 3];
    if (!field) {
      reader.skip(tag & 7);
      continue;
    }
    const [name, type] = field;
    if (type.startsWith('map:')) {
      const entry = decodeMessage(reader.bytes(), { 1: ['key', 'string?'], 2: ['value', type.slice(4)] });
      const key = String(entry['key'] ?? '');
      if (key === '__proto__') throw badRequest('a field cannot be named __proto__');
      (made[name] ??= {});
      (made[name] as JsonObject)[key] = entry['value'] ?? '';
    } else if (type.endsWith('[]')) {
      made[name] ??= [];
      (made[name] as unknown[]).push(value(reader, type.slice(0, -2), tag & 7));
    } else {
      const found = value(reader, type, tag & 7);
      if (found !== undefined) made[name] = found;
    }
  }
  return made;
}

/** The object in a protobuf body; 400 when it is damaged, undefined when its kind is not known here. */
export function decodeProtobuf(bytes: Buffer): JsonObject | undefined {
  if (!bytes.subarray(0, 4).equals(magic)) throw broken();
  const envelope = new Reader(bytes.subarray(4));
  let about: JsonObject = {};
  let raw: Buffer = Buffer.alloc(0);
  while (!envelope.done) {
    const tag = Number(envelope.varint());
    if (tag === (1 << 3 | 2)) about = decodeMessage(envelope.bytes(), { 1: ['apiVersion', 'string'], 2: ['kind', 'string'] });
    else if (tag === (2 << 3 | 2)) raw = envelope.bytes();
    else envelope.skip(tag & 7);
  }
  const fields = messages[String(about['kind'])];
  return fields && { ...about, ...decodeMessage(raw, fields) };
}
