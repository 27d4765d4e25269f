// The operator's door: one HTTPS server, a table of paths with the roles that may use them.
import https from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { policyPath, policyStatusPath } from '../../proxy/contract.ts';
import type { Logger } from '../../proxy/telemetry/log.ts';
import { ordersPath, statusPath } from '../../sandbox/contract.ts';
import type { Controllers } from '../controllers/controllers.ts';
import { readAgent } from './agents.ts';
import { streamPolicy, takePolicyStatus } from './proxies.ts';
import { refuse } from './refusals.ts';
import type { Role } from './roles.ts';
import { takeTelemetry, type TelemetryStore } from './telemetry.ts';
import { WorkerDoor } from './workers.ts';

export interface DoorOptions {
  readonly host: string;
  readonly port: number;
  /** PEM. */
  readonly tls: { readonly cert: string; readonly key: string };
  readonly roleOf: (authorization: string | undefined) => Role | undefined;
  readonly controllers: Controllers;
  readonly store: TelemetryStore;
  readonly log: Logger;
}

interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

interface Path {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  /** Empty: anybody, without a token. */
  readonly roles: readonly Role[];
  readonly act: (visit: Visit) => void | Promise<void>;
}

export interface Door {
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** A path that ends in a slash stands for everything below it. */
function pathTable({ controllers, store }: DoorOptions): readonly Path[] {
  const { world, delivery } = controllers;
  const workers = new WorkerDoor(world.workers, delivery);
  return [
    { method: 'GET', path: '/healthz', roles: [], act: ({ response }) => tell(response, 200, 'ok') },
    { method: 'GET', path: '/readyz', roles: [], act: ({ response }) => (controllers.isReady() ? tell(response, 200, 'ok') : tell(response, 503, 'waiting for the API server')) },
    { method: 'GET', path: ordersPath, roles: ['worker'], act: ({ url, response }) => workers.streamOrders(url.searchParams, response) },
    { method: 'PUT', path: statusPath, roles: ['worker'], act: ({ request, url, response }) => workers.takeStatus(request, url.searchParams, response) },
    { method: 'GET', path: policyPath, roles: ['proxy'], act: ({ url, response }) => streamPolicy(world.proxies, delivery.policy, url.searchParams, response) },
    { method: 'PUT', path: policyStatusPath, roles: ['proxy'], act: ({ request, response }) => takePolicyStatus(world.proxies, request, response) },
    { method: 'POST', path: '/v1/traces', roles: ['worker', 'proxy'], act: ({ request, response }) => takeTelemetry(store, '/v1/traces', request, response) },
    { method: 'POST', path: '/v1/logs', roles: ['worker', 'proxy'], act: ({ request, response }) => takeTelemetry(store, '/v1/logs', request, response) },
    { method: 'GET', path: '/v1/agents/', roles: ['reader'], act: ({ url, response }) => readAgent(store, url, response) },
  ];
}

function tell(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${text}\n`);
}

function visitor(options: DoorOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const table = pathTable(options);
  const { roleOf, log } = options;
  return (request, response) => {
    const url = URL.parse(request.url ?? '', 'https://operator');
    const here = table.filter(({ path }) => (path.endsWith('/') ? url?.pathname.startsWith(path) : url?.pathname === path));
    const entry = here.find(({ method }) => method === request.method);
    const role = roleOf(request.headers.authorization);
    if (url === null || here.length === 0) return refuse(response, 'notFound');
    const [first] = here;
    if (first && first.roles.length > 0 && role === undefined) return refuse(response, 'unauthorized');
    if (!entry) return refuse(response, 'methodNotAllowed');
    if (entry.roles.length > 0 && (role === undefined || !entry.roles.includes(role))) return refuse(response, 'forbidden');
    const visit = async (): Promise<void> => entry.act({ request, response, url });
    visit().catch((error: unknown) => {
      // A client that goes away in the middle is its own affair.
      if (request.destroyed && !request.complete) return;
      log.error(`answering ${request.method} ${url.pathname}`, { error });
      refuse(response, 'fault');
    });
  };
}

export function openDoor(options: DoorOptions): Promise<Door> {
  const { host, port, tls } = options;
  const server = https.createServer({ ...tls, minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'], headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 65_000 }, visitor(options));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const { address, port: bound, family } = server.address() as AddressInfo;
      resolve({
        address: `https://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}
