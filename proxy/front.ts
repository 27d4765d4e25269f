// The HTTP server in front: strict parsing of what an agent sends, one exchange per request, a time limit on every wait.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerRaw } from './answer.ts';
import { Exchange, type ExchangeParts } from './exchange.ts';
import type { Flow, Running } from './flow.ts';
import { providerOf } from './providers/list.ts';
import type { RefusalCode } from './refusals.ts';
import { tlsFailure } from './tls-failure.ts';

const maxHeaderBytes = 32_768;
const firstRequestMs = 30_000;
const nextRequestMs = 75_000;
/** One at work and one sent ahead: the next request may come before Node has told that the answer to the last one is out. */
const maxPipelined = 2;

export interface FrontParts extends ExchangeParts {
  /** The connection ended without an exchange; `reason` where it was not simply closed. */
  readonly onIdle: (flow: Flow, reason: string | undefined) => void;
  /** For tests of the limits; the real ones are minutes. */
  readonly firstRequestMs?: number;
}

interface Connection {
  readonly flow: Flow;
  readonly running: Set<Running>;
  exchanges: number;
  bytesAtWait: number;
  failure: string | undefined;
  timer: NodeJS.Timeout | undefined;
}

export class Front {
  readonly #parts: FrontParts;
  readonly #server: Server;
  readonly #connections = new Map<Duplex, Connection>();
  #isDraining = false;

  constructor(parts: FrontParts) {
    this.#parts = parts;
    // Node would answer a missing Host header itself, without a record; normalise does it here. Its own timeouts only
    // run in a server that listens, which this one never does.
    this.#server = createServer({ maxHeaderSize: maxHeaderBytes, insecureHTTPParser: false, requireHostHeader: false, keepAliveTimeout: 0 });
    // Node drops headers beyond its count in silence; here their bytes are bounded and normalise counts them.
    this.#server.maxHeadersCount = 0;
    this.#server.on('request', (request, response) => this.#exchange(request, response));
    this.#server.on('checkContinue', (request, response) => this.#exchange(request, response));
    this.#server.on('checkExpectation', (request, response) => this.#exchange(request, response));
    this.#server.on('connect', (_request, socket) => this.#unreadable(socket, 'method'));
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const connection = this.#connections.get(socket);
      // In TLS 1.3 a client's refusal of our certificate arrives after the handshake is over for us.
      if (connection !== undefined && error.code?.startsWith('ERR_SSL_')) connection.failure = tlsFailure(error);
      this.#unreadable(socket, parseFailure(error));
    });
  }

  get running(): number {
    let count = 0;
    for (const connection of this.#connections.values()) count += connection.running.size;
    return count;
  }

  /** Takes a connection whose bytes are plain HTTP now. */
  take(flow: Flow): void {
    const { socket } = flow;
    const connection: Connection = { flow, running: new Set(), exchanges: 0, bytesAtWait: 0, failure: undefined, timer: undefined };
    this.#connections.set(socket, connection);
    socket.once('close', () => this.#closed(connection));
    this.#wait(connection);
    this.#server.emit('connection', socket);
    // It was paused to be looked at, and what was put back would wait for ever.
    socket.resume();
  }

  /** Ends connections without a request at once, the others with their last answer. */
  drain(): void {
    this.#isDraining = true;
    for (const [socket, connection] of this.#connections) if (connection.running.size === 0) socket.destroy();
  }

  destroy(): void {
    for (const socket of this.#connections.keys()) socket.destroy();
  }

  #exchange(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#connections.get(request.socket);
    if (connection === undefined || connection.running.size >= maxPipelined) {
      if (connection !== undefined && !request.socket.destroyed) this.#parts.onIdle(connection.flow, 'pipelining');
      request.socket.destroy();
      return;
    }
    clearTimeout(connection.timer);
    connection.exchanges++;
    if (this.#isDraining) response.shouldKeepAlive = false;
    const onOver = (): void => {
      connection.running.delete(exchange);
      if (this.#isDraining && connection.running.size === 0) request.socket.end();
      else if (connection.running.size === 0) this.#wait(connection);
    };
    const exchange = new Exchange(request, response, connection.flow, { ...this.#parts, onOver });
    connection.running.add(exchange);
    void exchange.run();
  }

  /** Bytes that are no request, or no rest of one. */
  #unreadable(socket: Duplex, code: RefusalCode | undefined): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined || code === undefined) {
      socket.destroy();
      return;
    }
    if (connection.running.size > 0) {
      for (const exchange of connection.running) exchange.malformed();
      return;
    }
    this.#reject(connection, code);
  }

  #reject(connection: Connection, code: RefusalCode): void {
    const { flow } = connection;
    // It counts as what this connection carried, so that its end leaves no second record.
    connection.exchanges++;
    this.#parts.onIdle(flow, code);
    answerRaw(flow.socket, { code }, (flow.host === undefined ? undefined : providerOf(flow.host)?.dialect) ?? 'plain');
  }

  #wait(connection: Connection): void {
    const { socket } = connection.flow;
    clearTimeout(connection.timer);
    if (socket.destroyed) return;
    // The first bytes of plain HTTP were already read when it was looked at.
    connection.bytesAtWait = connection.exchanges === 0 && connection.flow.scheme === 'http' ? 0 : socket.bytesRead;
    const limit = connection.exchanges === 0 ? (this.#parts.firstRequestMs ?? firstRequestMs) : nextRequestMs;
    connection.timer = setTimeout(() => {
      if (socket.bytesRead > connection.bytesAtWait) this.#reject(connection, 'header_timeout');
      else socket.destroy();
    }, limit);
  }

  #closed(connection: Connection): void {
    clearTimeout(connection.timer);
    this.#connections.delete(connection.flow.socket);
    // An answer that waits behind another one is never told by Node that its connection is gone.
    for (const exchange of connection.running) exchange.gone();
    if (connection.exchanges === 0) this.#parts.onIdle(connection.flow, connection.failure);
  }
}

/** Undefined where the connection broke: there is nobody to answer. */
function parseFailure(error: NodeJS.ErrnoException): RefusalCode | undefined {
  if (error.code === 'HPE_HEADER_OVERFLOW' || error.code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return 'headers_too_large';
  return error.code?.startsWith('HPE_') === true ? 'bad_request' : undefined;
}
