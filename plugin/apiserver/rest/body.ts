// Reads request bodies: bounded in size, depth and time, JSON or YAML.
import type { IncomingMessage } from 'node:http';
import { isObject, type JsonObject } from '../json.ts';
import { tooLarge, unsupportedMediaType } from '../status.ts';
import { readAs, unhandled, unrecognized, type Decodable } from './decode.ts';
import { scanJson, Unhandled, Unreadable } from './json-scan.ts';
import { jsonFault } from './json-syntax.ts';
import { decodeProtobuf, protobufType } from './protobuf.ts';
import { readYaml } from './yaml-reader.ts';

export const mostBytes = 3 * 1024 * 1024;

export interface Parsed {
  readonly value: unknown;
  /** Paths of fields that come twice. */
  readonly duplicates: readonly string[];
  readonly text: string;
  /** Keys that come twice in YAML, in the words of its reader. */
  readonly repeated?: readonly string[];
}

export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const refusal = (): Error => tooLarge(`Request entity too large: limit is ${mostBytes}`);
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw refusal();
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop must not close the connection: the refusal still has to go out on it.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw refusal();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** No two parts of it can take the same spaces: a header full of them is read in one pass. */
const wellFormed = new RegExp(`^\\s*(${token}(?:/${token})?)(?:\\s*;\\s*${token}=(?:${token}|"[^"]*"))*(?:\\s*;)?\\s*$`);

/** The media type of the body in lower case; empty when none is said, `?` when what is said is none. */
export function mediaType(request: IncomingMessage): string {
  const given = request.headers['content-type'] ?? '';
  return given === '' ? '' : (wellFormed.exec(given)?.[1]?.toLowerCase() ?? '?');
}

/** Half of a character that takes two, written as an escape: what is stored must be text. */
const loneSurrogate = /\\u[dD][89a-fA-F]/;

export function parseJson(text: string): Parsed {
  const duplicates = scanJson(text);
  try {
    return { value: JSON.parse(text, loneSurrogate.test(text) ? (_key, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value) : undefined) as unknown, duplicates, text };
  } catch {
    throw new Unreadable(jsonFault(Buffer.from(text)) ?? 'unexpected end of JSON input');
  }
}

/** JSON is YAML too, and what most clients send as YAML is JSON. */
export async function parseYaml(text: string): Promise<Parsed> {
  if (/^\s*\{/.test(text)) {
    try {
      return parseJson(text);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
    }
  }
  const { json, repeated } = await readYaml(text);
  return { ...parseJson(json), repeated };
}

const jsonType = 'application/json';
const yamlType = 'application/yaml';
/** What a body may be, in the order in which a refusal names it. */
const writable = [jsonType, yamlType, protobufType] as const;

/** Custom kinds have no protobuf form: what names one is refused while it is read. */
export interface Sent {
  readonly value: JsonObject;
  /** What was wrong with the text itself. */
  readonly said: readonly string[];
  /** Paths of fields that the kind does not have. */
  readonly unknown: readonly string[];
}

/** Go tells all of them as one fault of several lines. */
export const yamlFaults = (repeated: readonly string[]): string => `yaml: unmarshal errors:\n${repeated.map((one) => `  ${one}`).join('\n')}`;

/** The body of a create or an update, as an object of the kind. */
export async function readObject(request: IncomingMessage, resource: Decodable): Promise<Sent> {
  const type = mediaType(request) || jsonType;
  if (!writable.some((one) => one === type)) throw unsupportedMediaType(writable);
  const bytes = await readBytes(request);
  if (type === protobufType) {
    const value = decodeProtobuf(bytes);
    if (!value) throw unsupportedMediaType([jsonType, yamlType]);
    return { ...readAs({ value, bytes }, resource), said: [] };
  }
  const text = bytes.toString('utf8');
  try {
    const parsed = type === jsonType ? parseJson(text) : await parseYaml(text);
    const said = [...(parsed.repeated?.length ? [yamlFaults(parsed.repeated)] : []), ...parsed.duplicates.map((path) => `duplicate field "${path}"`)];
    return { ...readAs({ value: parsed.value, bytes }, resource), said };
  } catch (error) {
    if (error instanceof Unhandled) throw unhandled(resource, error.fault);
    if (!(error instanceof Unreadable)) throw error;
    throw unrecognized(resource, type === jsonType ? `couldn't get version/kind; json parse error: ${error.fault}` : error.fault, bytes);
  }
}

/** The body of a delete may be absent. */
export async function readOptional(request: IncomingMessage): Promise<JsonObject | undefined> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return undefined;
  const type = mediaType(request) || jsonType;
  if (!writable.some((one) => one === type)) throw unsupportedMediaType(writable);
  if (type === protobufType) return decodeProtobuf(bytes) ?? {};
  try {
    const { value } = type === jsonType ? parseJson(bytes.toString('utf8')) : await parseYaml(bytes.toString('utf8'));
    return isObject(value) ? value : {};
  } catch (error) {
    throw error instanceof Unreadable ? unrecognized({ kind: 'DeleteOptions' }, `couldn't get version/kind; json parse error: ${error.fault}`, bytes) : error;
  }
}
