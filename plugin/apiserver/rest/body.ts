// Reads request bodies: bounded in size, depth and time, JSON or YAML.
import type { IncomingMessage } from 'node:http';
import { isObject, type JsonObject } from '../json.ts';
import { ApiError, badRequest, tooLarge, unsupportedMediaType } from '../status.ts';
import { scanJson } from './json-scan.ts';
import { decodeProtobuf, protobufType } from './protobuf.ts';

export const mostBytes = 3 * 1024 * 1024;

export interface Parsed {
  readonly value: unknown;
  readonly duplicates: readonly string[];
  readonly text: string;
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

export const mediaType = (request: IncomingMessage): string => (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

export function parseJson(text: string): Parsed {
  const duplicates = scanJson(text);
  try {
    return { value: JSON.parse(text) as unknown, duplicates, text };
  } catch (error) {
    throw badRequest(`error decoding the body: it is not valid JSON: ${(error as Error).message.slice(0, 200)}`);
  }
}

/** JSON is YAML too, and what most clients send as YAML is JSON: the YAML library is loaded only when it is needed. */
export async function parseYaml(text: string): Promise<Parsed> {
  if (/^\s*\{/.test(text)) {
    try {
      JSON.parse(text);
      return parseJson(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  const { parseDocument } = await import('yaml');
  let json: string;
  try {
    const document = parseDocument(text, { version: '1.1', merge: true, uniqueKeys: false, customTags: (tags) => tags.filter((tag) => typeof tag !== 'string' || !/timestamp|binary|set|omap|pairs/.test(tag)) });
    const [error] = document.errors;
    if (error) throw badRequest(`error decoding the body: it is not valid YAML: ${error.message.split('\n')[0]?.slice(0, 200)}`);
    // Through JSON: turns whatever YAML can say into what Kubernetes can, and refuses what refers to itself.
    json = JSON.stringify(document.toJS({ maxAliasCount: 100 })) ?? 'null';
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw badRequest('error decoding the body: the YAML has too many aliases, refers to itself, or is nested too deeply');
  }
  return parseJson(json);
}

const writable: { readonly [type: string]: (bytes: Buffer) => Parsed | Promise<Parsed> } = {
  '': (bytes) => parseJson(bytes.toString('utf8')),
  'application/json': (bytes) => parseJson(bytes.toString('utf8')),
  'application/yaml': (bytes) => parseYaml(bytes.toString('utf8')),
  [protobufType]: (bytes) => {
    const value = decodeProtobuf(bytes);
    if (!value) throw unsupportedMediaType(['application/json', 'application/yaml']);
    return { value, duplicates: [], text: '' };
  },
};

/** The body of a create or an update. */
export async function readObject(request: IncomingMessage): Promise<Parsed & { readonly value: JsonObject }> {
  const parse = writable[mediaType(request)];
  if (!parse) throw unsupportedMediaType(Object.keys(writable).slice(1));
  const parsed = await parse(await readBytes(request));
  if (!isObject(parsed.value)) throw badRequest('error decoding the body: it must be an object');
  return { ...parsed, value: parsed.value };
}

/** The body of a delete may be absent. */
export async function readOptional(request: IncomingMessage): Promise<JsonObject> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return {};
  const parse = writable[mediaType(request)];
  if (!parse) throw unsupportedMediaType(Object.keys(writable).slice(1));
  const { value } = await parse(bytes);
  return isObject(value) ? value : {};
}
