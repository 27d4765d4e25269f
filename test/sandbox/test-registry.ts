// A small registry for tests: answers as registries do, and misbehaves where a test tells it to.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Made } from './images.ts';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

/** Gives true when it has answered. */
export type Misbehaviour = (request: Request, answer: ServerResponse, url: URL) => boolean;

export class TestRegistry {
  readonly requests: Request[] = [];
  misbehave: Misbehaviour = () => false;
  readonly #images = new Map<string, Made>();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  /** With a certificate it speaks TLS. */
  constructor(tls?: { readonly certificate: string; readonly key: string }) {
    const serve = (asked: IncomingMessage, answer: ServerResponse): void => this.#serve(asked, answer);
    this.#server = tls === undefined ? createServer(serve) : createTlsServer({ cert: tls.certificate, key: tls.key }, serve);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => {
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** `name:tag` is the last of the images; the others are there by digest. */
  put(name: string, tag: string, images: readonly Made[]): string {
    for (const made of images) this.#images.set(`${name}@${made.digest}`, made);
    const last = images.at(-1);
    if (last !== undefined) this.#images.set(`${name}@${tag}`, last);
    return `${this.host}/${name}:${tag}`;
  }

  count(method: string, path: RegExp): number {
    return this.requests.filter((request) => request.method === method && path.test(request.path)).length;
  }

  #serve(asked: IncomingMessage, answer: ServerResponse): void {
    const url = new URL(asked.url ?? '/', `http://${this.host}`);
    const { authorization, range } = asked.headers;
    const request: Request = { method: asked.method ?? '', path: url.pathname, authorization, range };
    this.requests.push(request);
    if (this.misbehave(request, answer, url)) return;
    const [, name, kind, what = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(url.pathname) ?? [];
    if (kind === 'manifests') {
      const made = this.#images.get(`${name}@${what}`);
      if (made === undefined) return void answer.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
      answer.writeHead(200, { 'content-type': made.mediaType, 'docker-content-digest': made.digest, 'content-length': made.manifest.length });
      return void answer.end(asked.method === 'HEAD' ? undefined : made.manifest);
    }
    const bytes = this.bytes(what);
    if (bytes === undefined) return void answer.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const headers = from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {};
    answer.writeHead(from > 0 ? 206 : 200, { ...headers, 'content-length': bytes.length - from }).end(bytes.subarray(from));
  }

  bytes(digest: string): Buffer | undefined {
    return [...this.#images.values()].map((made) => made.blobs.get(digest)).find((found) => found !== undefined);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
