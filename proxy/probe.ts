// Answers the kubelet's probes: plain HTTP on a port of its own, two paths, nothing to learn from it and little to fill.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { limitEachAddress } from './crowd.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export const probeSetting = 'CLRK_PROBE_LISTEN';

/** `host:port`; an IPv6 host with or without brackets. Undefined when it is none. */
export function addressOf(text: string): Address | undefined {
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  return host === '' || port === '' || Number(port) > 65_535 ? undefined : { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

export interface Probe {
  /** `host:port`. */
  readonly address: string;
  readonly close: () => void;
}

/** `waiting` says in a few words what is still missing; undefined: ready. */
export function openProbe({ host, port }: Address, waiting: () => string | undefined): Promise<Probe> {
  const limits = { maxHeaderSize: 8192, headersTimeout: 2000, requestTimeout: 2000, keepAliveTimeout: 1, connectionsCheckingInterval: 1000 };
  const server = createServer(limits, (request, response) => {
    const say = (status: number, text: string): void => void response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(`${text}\n`);
    const path = (request.url ?? '').split('?')[0];
    if (path !== '/healthz' && path !== '/readyz') return say(404, 'there is nothing at this path');
    if (request.method !== 'GET') return say(405, 'only GET');
    const missing = path === '/readyz' ? waiting() : undefined;
    return missing === undefined ? say(200, 'ok') : say(503, missing);
  });
  // Two probes come at a time, from the node; other pods may reach us too where nobody enforces network policies.
  server.maxConnections = 512;
  limitEachAddress(server, 16);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const bound = server.address() as AddressInfo;
      server.unref();
      resolve({
        address: `${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`,
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}
