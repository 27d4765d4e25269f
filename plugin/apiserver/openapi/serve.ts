// Answers requests for OpenAPI documents: tags, addresses that never change, and the writings that clients ask for.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendText } from '../respond.ts';
import { Nowhere } from '../status.ts';
import type { OpenApi, Published } from './documents.ts';

const yearMs = 365 * 24 * 3600 * 1000;
const protobufAsked = ['application/com.github.proto-openapi.spec.v2@v1.0+protobuf', 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'];
const protobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** The first writing of the Accept header that is there; undefined: none. */
function chosen(accept: string | undefined, protobuf: boolean): 'json' | 'protobuf' | undefined {
  const types = (accept || '*/*').slice(0, 4096).split(',').map((one) => (one.split(';')[0] ?? '').trim().toLowerCase());
  const of = (type: string): 'json' | 'protobuf' | undefined => (type === 'application/json' || type === 'application/*' || type === '*/*' ? 'json' : protobuf && protobufAsked.includes(type) ? 'protobuf' : undefined);
  return types.map(of).find(Boolean);
}

function empty(response: ServerResponse, code: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(code, { 'cache-control': 'no-cache, private', 'content-length': 0, ...headers });
  response.end();
}

interface Sent {
  readonly type: string;
  readonly vary: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Nothing but the tag, when the client has the document already. */
function send(request: IncomingMessage, response: ServerResponse, { bytes, hash }: Published, { type, vary, headers = {} }: Sent): void {
  const tag = `"${hash}"`;
  if (String(request.headers['if-none-match'] ?? '').includes(tag)) {
    response.writeHead(304, { etag: tag, vary, 'cache-control': 'no-cache, private', ...headers });
    response.end();
  } else sendText(response, 200, type, Buffer.from(bytes), { etag: tag, vary, ...headers });
}

/** True: answered. Throws where a real server has nothing. */
export function serveOpenApi(openApi: OpenApi, request: IncomingMessage, response: ServerResponse): boolean {
  const url = new URL(request.url ?? '', 'https://localhost');
  const { accept } = request.headers;
  if (url.pathname === '/openapi/v3') {
    sendText(response, 200, 'text/plain; charset=utf-8', JSON.stringify(openApi.index()));
    return true;
  }
  if (url.pathname === '/openapi/v2') {
    const writing = chosen(accept, true);
    if (!writing) empty(response, 406, { vary: 'Accept-Encoding, Accept' });
    else send(request, response, openApi.two()[writing], { type: writing === 'json' ? 'application/json' : protobufType, vary: 'Accept-Encoding, Accept' });
    return true;
  }
  if (!url.pathname.startsWith('/openapi/v3/')) {
    if (url.pathname.startsWith('/openapi')) throw new Nowhere();
    return false;
  }
  document(openApi, { request, response, path: url.pathname.slice('/openapi/v3/'.length), hash: url.searchParams.get('hash') ?? '' });
  return true;
}

function document(openApi: OpenApi, { request, response, path, hash }: { readonly request: IncomingMessage; readonly response: ServerResponse; readonly path: string; readonly hash: string }): void {
  const found = openApi.document(path);
  if (!found) return empty(response, 404);
  if (!chosen(request.headers.accept, false)) return empty(response, 406, { vary: 'Accept' });
  if (hash !== '' && hash !== found.hash) return empty(response, 301, { location: `/openapi/v3/${path}?hash=${found.hash}`, 'content-type': 'application/json', etag: `"${found.hash}"`, vary: 'Accept' });
  const lasting = hash === '' ? {} : { 'cache-control': 'public, immutable', expires: new Date(Date.now() + yearMs).toUTCString() };
  send(request, response, found, { type: 'application/json', vary: 'Accept', headers: lasting });
}
