// The dev session's OTLP/HTTP receiver: takes /v1/logs and /v1/traces as JSON, plain or gzip, from who has its token, into the store.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { decodeLogs, decodeSpans, MalformedOtlp, maxOtlpBytes } from '../../proxy/telemetry/otlp-json.ts';
import { printable } from '../format/printable.ts';
import type { DevStore } from './store.ts';

/** Where to listen, and the bearer token of whoever may send. */
export interface ReceiverSettings {
  readonly token: string;
  readonly host?: string;
  readonly port?: number;
}

export interface Receiver {
  /** Base URL for senders, e.g. `http://127.0.0.1:4318`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Requests being read at one time; each may hold a body of 8 MiB. */
const maxConcurrent = 16;
const warningEveryMs = 5000;
const unzip = promisify(gunzip);

/** Listens and answers until closed. Port 0 takes a free one. */
export async function startReceiver(store: DevStore, { token, host = '127.0.0.1', port = 0 }: ReceiverSettings): Promise<Receiver> {
  const take = intake(store, bearerOf(token));
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16_384 }, (request, response) => void take(request, response));
  server.maxConnections = 128;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`, close };
}

/** What one request comes to. Statuses beyond 400 that a sender should repeat are 503; the others end the batch there. */
class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Whether a request carries the token. Every user of the machine reaches the port, and what is taken here is believed and counted. */
function bearerOf(token: string): (request: IncomingMessage) => boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = digest(`Bearer ${token}`);
  return ({ headers }) => timingSafeEqual(digest(headers.authorization ?? ''), expected);
}

function intake(store: DevStore, isKnown: (request: IncomingMessage) => boolean): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  let running = 0;
  let warnedAt = -Infinity;
  return async (request, response) => {
    // Before all else: a stranger takes no place of a sender's, and no word of his is shown.
    if (!isKnown(request)) {
      response.setHeader('www-authenticate', 'Bearer').setHeader('connection', 'close');
      return answer(response, 401, { message: 'the token is missing or wrong' });
    }
    running += 1;
    try {
      if (running > maxConcurrent) throw new Refusal(503, 'too many requests at once');
      await accept(store, request);
      answer(response, 200, {});
    } catch (error) {
      const status = error instanceof Refusal ? error.status : error instanceof MalformedOtlp ? 400 : 500;
      const message = error instanceof Error ? error.message : String(error);
      if (status !== 503 && Date.now() - warnedAt > warningEveryMs) {
        warnedAt = Date.now();
        store.notice(`the OTLP receiver refused ${request.method ?? ''} ${printable(request.url ?? '', 100)}: ${message}`);
      }
      answer(response, status, { message });
    } finally {
      running -= 1;
    }
  };
}

async function accept(store: DevStore, request: IncomingMessage): Promise<void> {
  const path = (request.url ?? '').split('?')[0];
  if (path !== '/v1/logs' && path !== '/v1/traces') throw new Refusal(404, 'only /v1/logs and /v1/traces are taken');
  if (request.method !== 'POST') throw new Refusal(405, 'only POST is taken');
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) throw new Refusal(415, 'only application/json is taken');
  const body = await plainBody(request);
  if (path === '/v1/logs') store.records(decodeLogs(body));
  else store.spans(decodeSpans(body));
}

async function plainBody(request: IncomingMessage): Promise<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  const body = await wholeBody(request);
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip') throw new Refusal(415, 'only gzip or no content-encoding is taken');
  try {
    // The limit holds for what comes out: a few kilobytes can unfold into gigabytes.
    return await unzip(body, { maxOutputLength: maxOtlpBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new Refusal(400, 'the body is not gzip');
  }
}

/** Read by events, and what is too much read on and thrown away: destroying the socket would take the answer with it. The request's time limit ends it. */
function wholeBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxOtlpBytes) chunks.push(chunk);
      else reject(tooLarge());
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('close', () => reject(new Refusal(400, 'the request ended early')));
  });
}

function tooLarge(): Refusal {
  return new Refusal(413, `the body is larger than ${maxOtlpBytes} bytes`);
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
