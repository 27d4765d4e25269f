// The HTTPS listener: certificates, bounds on slow and greedy clients, start and stop.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Logger } from '../../proxy/telemetry/log.ts';
import { reveal, type Sealed } from '../../proxy/telemetry/sealed.ts';
import { Caretaker } from './background/caretaker.ts';
import { makeKubernetesService, makeNamespaces, publishedAuthority } from './background/residents.ts';
import { OpenApi } from './openapi/documents.ts';
import { Registry } from './registry.ts';
import { route, type Routes } from './router.ts';
import { ServiceProxy, type ServiceProxySettings } from './backend.ts';
import { Store } from './store/store.ts';

export interface Settings {
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly certificate: string;
  readonly key: Sealed;
  readonly clientAuthority: string;
  readonly serviceProxy: ServiceProxySettings | undefined;
  /** Whether what is whole of a damaged store is saved; else the server does not start on one. */
  readonly salvageStore?: boolean | undefined;
  readonly compactAfterBytes?: number | undefined;
}

export interface Running {
  readonly address: string;
  readonly close: () => Promise<void>;
  /** The disk failed in a way that leaves open what is on it: only a new start can tell. */
  readonly broken: Promise<Error>;
}

function openStore({ dataDir, salvageStore: salvage, compactAfterBytes }: Settings, log: Logger, onBroken: (error: Error) => void): Store {
  return new Store(dataDir, {
    salvage, compactAfterBytes, onBroken,
    onTornTail: (bytes) => log.warn('cut off an unfinished write at the end of the journal', { bytes }),
    onSalvaged: ({ faults, keptAs, objects }) => {
      log.warn(`the store was damaged: saved what is whole, and kept every file as it was in ${join(dataDir, keptAs)}`, { objects });
      for (const { file, offset, why, lost } of faults) log.warn('damage in the store', { file, offset, why, lost });
    },
    onFault: (error) => log.error('writing a snapshot', { error }),
  });
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}

/** Opens the store and serves. */
export async function serve(settings: Settings, log: Logger): Promise<Running> {
  const broken = Promise.withResolvers<Error>();
  const store = openStore(settings, log, broken.resolve);
  const registry = new Registry(store);
  const serviceProxy = new ServiceProxy(settings.serviceProxy);
  const routes: Routes = { store, registry, log, openApi: new OpenApi(registry), serviceProxy };
  // HTTP/1.1 alone: every client speaks it, a watch has a connection of its own, and one reader that stalls cannot hold up others by a shared window.
  const options = {
    cert: settings.certificate, key: reveal(settings.key), ca: settings.clientAuthority, requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'],
    handshakeTimeout: 10_000, headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 120_000, maxHeaderSize: 64 * 1024, connectionsCheckingInterval: 5000,
  } as const;
  const server = createServer({ ...options, ALPNProtocols: [...options.ALPNProtocols] }, (request: IncomingMessage, response: ServerResponse) => void route(routes, request, response));
  server.maxConnections = 2000;
  // A client that breaks off, or speaks something else than TLS, is its own problem.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('clientError', (_error, socket) => socket.destroy());
  try {
    const { address, port, family } = await listen(server, settings.host, settings.port);
    await makeNamespaces({ store });
    await makeKubernetesService({ store }, port);
    const caretaker = new Caretaker({ store, registry, log }, publishedAuthority(settings.certificate, settings.clientAuthority));
    return {
      broken: broken.promise,
      address: `https://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
      async close() {
        server.close();
        server.closeIdleConnections();
        const closed = new Promise<void>((resolve) => server.once('close', resolve));
        // Watches never end by themselves: after a moment for answers under way, every connection is closed.
        setTimeout(() => server.closeAllConnections(), 200).unref();
        await closed;
        await caretaker.stop();
        serviceProxy.close();
        await store.close();
      },
    };
  } catch (error) {
    server.close();
    await store.close();
    throw error;
  }
}
