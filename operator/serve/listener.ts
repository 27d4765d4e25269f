// One HTTPS listener of the operator: its certificate is exchanged while it serves, and what goes wrong in an answer ends there.
import { constants } from 'node:crypto';
import https from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { limitEachAddress } from '../../proxy/crowd.ts';
import type { Address } from '../../proxy/probe.ts';
import type { Logger } from '../../proxy/telemetry/log.ts';
import type { Trust } from '../trust/trust.ts';
import { refuse } from './refusals.ts';

export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

export interface ListenerOptions extends Address {
  readonly trust: Trust;
  /** Clients are asked for their certificate; who shows none, or a wrong one, is let in all the same and told by the answer. */
  readonly asksClients: boolean;
  /** Connections that one address may have open; absent where all come from one. */
  readonly ofEachAddress?: number;
  readonly answer: (visit: Visit) => void | Promise<void>;
  readonly log: Logger;
}

export interface Listener {
  readonly address: string;
  readonly close: () => Promise<void>;
}

const maxConnections = 4096;

export function listen({ host, port, trust, asksClients, ofEachAddress, answer, log }: ListenerOptions): Promise<Listener> {
  const material = (): TlsOptions => {
    const { certificate, key, ca } = trust.serving();
    // A resumed session would bring back a client certificate that has ended meanwhile, and a second handshake another one.
    return { cert: certificate, key, minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION, ...(asksClients ? { ca } : {}) };
  };
  const limits = { ALPNProtocols: ['http/1.1'], handshakeTimeout: 10_000, headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 65_000, connectionsCheckingInterval: 5000 };
  const server = https.createServer({ ...material(), ...limits, requestCert: asksClients, rejectUnauthorized: false }, (request, response) => {
    const url = URL.parse(request.url ?? '', 'https://operator');
    if (url === null) return refuse(response, 'notFound');
    const visit = async (): Promise<void> => answer({ request, response, url });
    visit().catch((error: unknown) => {
      // A client that goes away in the middle is its own affair.
      if (request.destroyed && !request.complete) return;
      log.error(`answering ${request.method} ${url.pathname}`, { error });
      refuse(response, 'fault');
    });
  });
  server.maxConnections = maxConnections;
  if (ofEachAddress !== undefined) limitEachAddress(server, ofEachAddress);
  const forget = trust.onChange(() => server.setSecureContext(material()));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const { address, port: bound, family } = server.address() as AddressInfo;
      resolve({
        address: `https://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
        close: () =>
          new Promise((closed) => {
            forget();
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}
