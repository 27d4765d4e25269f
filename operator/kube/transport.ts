// Sends requests to one API server over kept-alive HTTP/1.1 connections, and reads answers with bounds.
import { X509Certificate } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { Answer, RequestOptions } from './kube.ts';
import { certificateEnded, KubeError, unreachable } from './errors.ts';

/** Who we are to the server; asked before every request, since a token may run out. */
export interface Access {
  readonly agent: http.Agent;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM of the client certificate, if that is how we log in. */
  readonly certificate?: string;
}

export interface Target {
  readonly server: string;
  /** URL of the proxy in between. */
  readonly proxy?: string;
  readonly access: () => Promise<Access>;
  readonly close: () => void;
}

const quietTimeoutMs = 30_000;
/** Until the first byte of an answer. Writes may wait for admission webhooks, which a server gives up to 30 s. */
const answerTimeoutMs = { read: 10_000, write: 40_000 } as const;
/** For the connection and its TLS: a listener that never says a word is no API server. */
const connectTimeoutMs = 10_000;
const maxAnswerBytes = 256 * 1024 * 1024;

function address(server: string, path: string, query: RequestOptions['query'] = {}): URL {
  const root = new URL(server);
  const url = new URL(root.pathname.replace(/\/$/, '') + path, root);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

/** Resolves with any answer, whatever its status. Throws {@link KubeError}, or the reason of the aborted signal. */
export async function send(target: Target, method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
  const access = await target.access();
  options.signal?.throwIfAborted();
  const url = address(target.server, path, options.query);
  try {
    const answer = await attempt(url, method, access, options);
    if (answer.status === 401) await refuseEnded(target, access, answer);
    return answer;
  } catch (error) {
    if (error instanceof KubeError) throw error;
    options.signal?.throwIfAborted();
    // The server may close a kept-alive connection in the same moment as we send. A POST could have been obeyed, so it is not sent twice.
    if (!(error instanceof Stale) || method === 'POST') throw unreachable(target.server, error instanceof Stale ? error.cause : error, target.proxy);
    return attempt(url, method, access, options).catch((again: unknown) => {
      options.signal?.throwIfAborted();
      throw unreachable(target.server, again instanceof Stale ? again.cause : again, target.proxy);
    });
  }
}

class Stale extends Error {}

/** A server only says that it does not know us; of a certificate that is over we know it ourselves. */
async function refuseEnded({ server }: Target, { certificate }: Access, answer: Answer): Promise<void> {
  const [pem] = certificate?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/) ?? [];
  const end = pem === undefined ? undefined : new X509Certificate(pem).validToDate;
  if (end === undefined || end > new Date()) return;
  // The connection is free again only then.
  await readText(server, answer, 1 << 20);
  throw certificateEnded(end);
}

function attempt(url: URL, method: string, access: Access, { headers, body, signal, idleTimeoutMs = quietTimeoutMs, answerTimeoutMs: answerWithinMs = method === 'GET' ? answerTimeoutMs.read : answerTimeoutMs.write }: RequestOptions): Promise<Answer> {
  const { request: open } = url.protocol === 'http:' ? http : https;
  return new Promise((resolve, reject) => {
    const request = open(url, {
      agent: access.agent,
      method,
      ...(signal ? { signal } : {}),
      headers: {
        accept: 'application/json',
        'user-agent': 'kubectl-clrk',
        ...access.headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        ...headers,
      },
    });
    const giveUp = (afterMs: number): void => void request.destroy(Object.assign(new Error(`nothing came for ${Math.round(afterMs / 1000)} s`), { code: 'ETIMEDOUT' }));
    // The idle time of a socket begins anew with each sign of life, and does not see a TLS handshake that never ends.
    const answering = setTimeout(giveUp, answerWithinMs, answerWithinMs);
    const connecting = setTimeout(giveUp, Math.min(connectTimeoutMs, answerWithinMs), connectTimeoutMs);
    const connected = (): void => clearTimeout(connecting);
    request.on('socket', (socket) => (request.reusedSocket ? connected() : socket.once(url.protocol === 'http:' ? 'connect' : 'secureConnect', connected)));
    request.on('close', () => [answering, connecting].forEach((timer) => clearTimeout(timer)));
    request.setTimeout(idleTimeoutMs, giveUp.bind(undefined, idleTimeoutMs));
    request.on('error', (error: Error & { code?: string }) =>
      reject(request.reusedSocket && error.code === 'ECONNRESET' ? new Stale('stale connection', { cause: error }) : error),
    );
    request.on('response', (response) => {
      clearTimeout(answering);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response as AsyncIterable<Buffer> });
    });
    request.end(body);
  });
}

/** The whole body as text. */
export async function readText(server: string, answer: Answer, maxBytes = maxAnswerBytes): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer.body) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new KubeError(`the API server ${server} answered with more than ${maxBytes} bytes`, { code: 0, reason: 'TooLarge' });
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof KubeError ? error : unreachable(server, error);
  }
  return Buffer.concat(chunks).toString('utf8');
}
