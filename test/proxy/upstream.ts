// Real servers for the proxy to reach: HTTPS ones that answer requests, TLS ones that speak bytes.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createRawTls, type TLSSocket } from 'node:tls';
import { issueCertificate } from '../../proxy/x509/issue.ts';
import { dev } from './authorities.ts';

export interface Upstream {
  readonly port: number;
  readonly requests: { readonly method: string; readonly url: string; readonly rawHeaders: readonly string[]; readonly body: Buffer }[];
  close(): void;
}

/** Where a listener of a sandbox is: two of them on one port are two sandboxes that go to one origin. */
export interface At {
  readonly host: string;
  readonly port: number;
}

export const anywhere: At = { host: '127.0.0.1', port: 0 };

const upstreamTls = (host: string) => issueCertificate({ subject: 'upstream', altNames: [host, 'localhost'], usage: 'server', days: 1, issuer: dev });

/** A real HTTPS upstream; `answer` gets the request after its body was read. */
export async function upstream(answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void, host = 'api.anthropic.com'): Promise<Upstream> {
  const pair = upstreamTls(host);
  const requests: Upstream['requests'] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined).on('end', () => {
      const body = Buffer.concat(chunks);
      requests.push({ method: request.method ?? '', url: request.url ?? '', rawHeaders: request.rawHeaders, body });
      answer(request, response, body);
    });
  };
  const server = createTlsServer({ cert: pair.certificate, key: pair.key }, listener);
  await listening(server);
  return { port: portOf(server), requests, close: () => void (server.closeAllConnections(), server.close()) };
}

/** A TLS upstream that speaks bytes. */
export async function rawUpstream(serve: (socket: TLSSocket) => void): Promise<{ port: number; close(): void }> {
  const pair = upstreamTls('api.anthropic.com');
  const open = new Set<Socket>();
  const server = createRawTls({ cert: pair.certificate, key: pair.key }, (socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  await listening(server);
  return { port: portOf(server), close: () => void (open.forEach((s) => s.destroy()), server.close()) };
}

export async function listening(server: Server | HttpsServer, at: At = anywhere): Promise<void> {
  await new Promise<void>((resolve, reject) => void server.once('error', reject).listen(at.port, at.host, resolve));
}

export const portOf = (server: Server | HttpsServer): number => (server.address() as AddressInfo).port;
