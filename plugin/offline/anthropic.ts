// Stands in for api.anthropic.com when there is no network: the Messages API over TLS, with the key checked as the provider checks it.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AcceptedKeys } from './keys.ts';
import { refusal, refusalBody, statusOf, type Refusal } from './refusals.ts';
import { messageEvents, reply, wholeMessage } from './reply.ts';
import { readMessagesRequest } from './request.ts';

export const anthropicHost = 'api.anthropic.com';

export interface StandIn {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  close(): Promise<void>;
}

export interface StandInOptions {
  readonly keys: AcceptedKeys;
  /** PEM; the leaf for {@link anthropicHost}. */
  readonly certificate: string;
  readonly key: string;
  /** 127.0.0.1 unless said otherwise. */
  readonly host?: string;
  /** 0, or none: a free one. */
  readonly port?: number;
}

/** Lower than the provider's 32 MB: the stand-in shares a process with the session, and what is parsed costs many times its size. */
const mostBodyBytes = 4 << 20;
/** All bodies held at once; above it the provider's own "overloaded" answer is given. */
const mostHeldBytes = 32 << 20;

const requestId = (): string => `req_offline_${randomBytes(12).toString('hex')}`;

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

async function checkHead(request: IncomingMessage, keys: AcceptedKeys): Promise<Refusal | undefined> {
  const path = (request.url ?? '').split('?', 1)[0];
  if (path !== '/v1/messages') return refusal('not_found_error', 'Not Found');
  if (request.method !== 'POST') return refusal('method_not_allowed', 'Method Not Allowed');
  const key = single(request.headers['x-api-key']);
  if (key === undefined || key === '') return refusal('authentication_error', 'x-api-key header is required');
  if (!(await keys.accepts(key))) return refusal('authentication_error', 'invalid x-api-key');
  const version = single(request.headers['anthropic-version']);
  if (version === undefined || version === '') return refusal('invalid_request_error', 'anthropic-version: header is required');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(version)) {
    return refusal('invalid_request_error', `anthropic-version: "${version.slice(0, 40)}" is not a valid version. Example of a valid version: "2023-06-01"`);
  }
  return undefined;
}

class Bodies {
  #held = 0;

  async read(request: IncomingMessage): Promise<string | Refusal> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        size += chunk.length;
        this.#held += chunk.length;
        if (size > mostBodyBytes) return refusal('request_too_large', 'Request exceeds the maximum size');
        if (this.#held > mostHeldBytes) return refusal('overloaded_error', 'Overloaded');
        chunks.push(chunk);
      }
      return Buffer.concat(chunks).toString('utf8');
    } finally {
      this.#held -= size;
    }
  }
}

function refuse(response: ServerResponse, because: Refusal, id: string): void {
  if (response.headersSent) return void response.destroy();
  // What is left of the body is not read: the connection ends with the answer.
  response.writeHead(statusOf(because), { 'content-type': 'application/json', 'request-id': id, connection: 'close' });
  response.end(refusalBody(because, id));
}

function stream(response: ServerResponse, events: Iterable<string>): void {
  response.setHeader('content-type', 'text/event-stream; charset=utf-8');
  response.setHeader('cache-control', 'no-cache');
  // An answer is at most some hundred small events, so it needs no back-pressure of its own.
  for (const event of events) response.write(event);
  response.end();
}

async function answer(request: IncomingMessage, response: ServerResponse, keys: AcceptedKeys, bodies: Bodies): Promise<void> {
  const id = requestId();
  const wrongHead = await checkHead(request, keys);
  if (wrongHead) return refuse(response, wrongHead, id);
  const body = await bodies.read(request);
  const asked = typeof body === 'string' ? readMessagesRequest(body) : body;
  if ('refused' in asked) return refuse(response, asked, id);
  const said = reply(asked, `msg_offline_${randomBytes(12).toString('hex')}`);
  response.setHeader('request-id', id);
  if (asked.stream) return stream(response, messageEvents(said));
  response.setHeader('content-type', 'application/json');
  response.end(wholeMessage(said));
}

export async function startAnthropic(options: StandInOptions): Promise<StandIn> {
  const bodies = new Bodies();
  const { host = '127.0.0.1' } = options;
  const server = createServer({ cert: options.certificate, key: options.key, minVersion: 'TLSv1.2', maxHeaderSize: 16 << 10 });
  server.headersTimeout = 10_000;
  server.requestTimeout = 60_000;
  server.maxConnections = 1024;
  server.on('request', (request, response) => {
    answer(request, response, options.keys, bodies).catch(() => refuse(response, refusal('api_error', 'Internal server error'), requestId()));
  });
  server.on('checkContinue', (request, response) => {
    response.writeContinue();
    server.emit('request', request, response);
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `${host}:${port}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
