// Speaks to one Docker engine over its HTTP API: connection, version, bounded answers, errors in plain words.
import { Agent, request, type Dispatcher } from 'undici';
import type { Readable } from 'node:stream';
import { nameOf, type Endpoint } from './endpoint.ts';
import { EngineError, refused, unreachable } from './errors.ts';

/** The newest version of the API that this client was written for; an engine that speaks less is spoken to in its own. */
const newest = '1.44';
/** Of Docker 18.09: what is older has no exec and no archives as they are used here. */
const oldest = '1.39';
const mostBytes = 8 << 20;
const answerMs = 30_000;

export interface EngineCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** Below the version, e.g. `/containers/json`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly json?: unknown;
  /** A tar archive, in place of JSON. */
  readonly archive?: Buffer | Readable;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** What is being done, for the words of an error: `starting container x`. */
  readonly doing: string;
  /** Until the answer begins; 0 waits for ever. */
  readonly answerMs?: number;
  /** Between two pieces of the answer; 0 waits for ever. */
  readonly quietMs?: number;
}

export interface EngineAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

export interface EngineVersion {
  /** Of the engine, e.g. `27.3.1`. */
  readonly version: string;
  readonly api: string;
  readonly os: string;
  readonly architecture: string;
}

export interface Engine {
  /** As a person writes its address. */
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly version: EngineVersion;
  /** The answer as it comes; one that is no success is thrown. */
  open(call: EngineCall): Promise<EngineAnswer>;
  /** The whole answer as JSON; undefined when it has none. */
  ask<T>(call: EngineCall): Promise<T>;
  close(): Promise<void>;
}

const numbers = (version: string): number => version.split('.').reduce((sum, part) => sum * 1000 + (Number.parseInt(part, 10) || 0), 0);
const lesser = (one: string, other: string): string => (numbers(one) <= numbers(other) ? one : other);

/** The version to speak, or why none will do. */
export function agreedVersion(server: { readonly ApiVersion?: unknown; readonly MinAPIVersion?: unknown }): { readonly api: string } | { readonly problem: string } {
  const most = typeof server.ApiVersion === 'string' ? server.ApiVersion : oldest;
  const least = typeof server.MinAPIVersion === 'string' ? server.MinAPIVersion : '1.0';
  if (numbers(most) < numbers(oldest)) return { problem: `it speaks version ${most} of the engine API at most, and ${oldest} is needed: it is too old` };
  if (numbers(least) > numbers(newest)) return { problem: `it speaks no version of the engine API below ${least}, and this program knows them up to ${newest}` };
  return { api: lesser(most, newest) };
}

function dispatcher(endpoint: Endpoint): { readonly agent: Agent; readonly origin: string } {
  const limits = { headersTimeout: answerMs, bodyTimeout: answerMs, keepAliveTimeout: 4000, pipelining: 1 };
  if (endpoint.kind === 'socket') return { agent: new Agent({ ...limits, connect: { socketPath: endpoint.path, timeout: 10_000 } }), origin: 'http://docker' };
  const { host, port, tls } = endpoint;
  const { ca, cert, key, skipsVerification } = tls ?? { skipsVerification: false };
  const secured = tls ? { rejectUnauthorized: !skipsVerification, ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) } : {};
  return { agent: new Agent({ ...limits, connect: { timeout: 10_000, ...secured } }), origin: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}` };
}

/** Reads an answer to its end, and no more than fits. */
export async function wholeBody(body: Readable, doing: string, limit = mostBytes): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) throw new EngineError(`${doing}: the engine answered with more than ${limit} bytes`, { status: 0 });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

class Connection implements Engine {
  readonly endpoint: Endpoint;
  readonly name: string;
  readonly #agent: Agent;
  readonly #origin: string;
  #version: EngineVersion = { version: '', api: '', os: '', architecture: '' };

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
    this.name = nameOf(endpoint);
    ({ agent: this.#agent, origin: this.#origin } = dispatcher(endpoint));
  }

  get version(): EngineVersion {
    return this.#version;
  }

  async negotiate(withinMs: number, signal: AbortSignal | undefined): Promise<void> {
    const said = await this.ask<Readonly<Record<string, unknown>> | undefined>({ path: '/version', doing: `asking the Docker engine at ${this.name} for its version`, answerMs: withinMs, quietMs: withinMs, ...(signal ? { signal } : {}) });
    if (typeof said?.['Version'] !== 'string') throw new EngineError(`${this.name} answers, but not as a Docker engine`, { status: 0, hints: ['check DOCKER_HOST'] });
    const agreed = agreedVersion(said);
    if ('problem' in agreed) throw new EngineError(`the Docker engine at ${this.name} cannot be used: ${agreed.problem}`, { status: 0, hints: ['use another engine with DOCKER_HOST, or none: --cluster embedded'] });
    this.#version = { version: said['Version'], api: agreed.api, os: String(said['Os'] ?? ''), architecture: String(said['Arch'] ?? '') };
  }

  async open(call: EngineCall): Promise<EngineAnswer> {
    const answer = await this.#send(call);
    const { statusCode: status, headers, body } = answer;
    if (status < 400) return { status, headers, body };
    throw refused(call.doing, status, (await wholeBody(body, call.doing, 1 << 16).catch(() => Buffer.alloc(0))).toString('utf8'));
  }

  async ask<T>(call: EngineCall): Promise<T> {
    const { body } = await this.open(call);
    let text: string;
    try {
      text = (await wholeBody(body, call.doing)).toString('utf8');
    } catch (error) {
      call.signal?.throwIfAborted();
      throw error instanceof EngineError ? error : unreachable(this.name, error);
    }
    try {
      return (text.trim() === '' ? undefined : JSON.parse(text)) as T;
    } catch {
      throw new EngineError(`${call.doing}: the engine's answer is not JSON`, { status: 0 });
    }
  }

  async #send({ method = 'GET', path, query = {}, json, archive, headers, signal, answerMs: headersTimeout = answerMs, quietMs: bodyTimeout = answerMs }: EngineCall): Promise<Dispatcher.ResponseData> {
    signal?.throwIfAborted();
    const url = new URL(`${this.#version.api === '' ? '' : `/v${this.#version.api}`}${path}`, this.#origin);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
    const typed = json === undefined ? (archive === undefined ? {} : { 'content-type': 'application/x-tar' }) : { 'content-type': 'application/json' };
    const body = json === undefined ? archive : JSON.stringify(json);
    try {
      return await request(url, { dispatcher: this.#agent, method, headers: { ...typed, ...headers }, headersTimeout, bodyTimeout, ...(body === undefined ? {} : { body }), ...(signal ? { signal } : {}) });
    } catch (error) {
      signal?.throwIfAborted();
      throw unreachable(this.name, error);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** Connects and agrees on a version. Throws {@link EngineError} when nobody answers within the time, or not as an engine. */
export async function openEngine(endpoint: Endpoint, { withinMs = 5000, signal }: { readonly withinMs?: number; readonly signal?: AbortSignal } = {}): Promise<Engine> {
  const connection = new Connection(endpoint);
  try {
    await connection.negotiate(withinMs, signal);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
