// Reads the body of a request with a limit, also on what comes out of gzip.
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const unzip = promisify(gunzip);

export type Body = { readonly kind: 'body'; readonly raw: Buffer; readonly plain: Buffer } | { readonly kind: 'refused'; readonly refusal: 'tooLarge' | 'badBody' | 'unsupported' };

export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip') return { kind: 'refused', refusal: 'unsupported' };
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return { kind: 'refused', refusal: 'tooLarge' };
    chunks.push(chunk);
  }
  const raw = Buffer.concat(chunks);
  if (encoding === 'identity') return { kind: 'body', raw, plain: raw };
  try {
    return { kind: 'body', raw, plain: await unzip(raw, { maxOutputLength: maxBytes }) };
  } catch (error) {
    const tooLarge = error instanceof RangeError || (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE';
    return { kind: 'refused', refusal: tooLarge ? 'tooLarge' : 'badBody' };
  }
}

export function parseJson(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch {
    return undefined;
  }
}
