// Passes requests on to what stands behind a Service: streams both ways, with the server's own credential in place of the client's.
import { readFileSync } from 'node:fs';
import { request as plainRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { Agent, request as secureRequest } from 'node:https';
import { isIP } from 'node:net';
import { pipeline } from 'node:stream';
import { namespaces } from './core/kinds.ts';
import { at, objects, text, type KubeObject } from './json.ts';
import type { Call } from './rest/call.ts';
import { keyOf } from './resource.ts';
import { badRequest, notFound, unavailable } from './status.ts';

export interface ServiceProxySettings {
  readonly tokenFile: string;
  readonly authorityFile: string;
}

interface Backend {
  readonly secure: boolean;
  readonly address: string;
  readonly port: number;
}

const services = { group: '', plural: 'services', kind: 'Service', namespaced: true } as const;
const endpoints = { group: '', plural: 'endpoints', kind: 'Endpoints', namespaced: true } as const;

/** `[scheme:]name[:port]`, as in the path. */
function readTarget(name: string): { readonly secure: boolean; readonly name: string; readonly port: string } {
  const parts = name.split(':');
  const [scheme, service, port] = parts.length === 3 ? parts : ['', ...parts];
  if (parts.length > 3 || !service || (scheme !== '' && scheme !== 'http' && scheme !== 'https')) throw badRequest(`invalid service request ${JSON.stringify(name)}`);
  return { secure: scheme === 'https', name: service, port: port ?? '' };
}

function findPort(service: KubeObject, subset: unknown, wanted: string): number | undefined {
  const ports = objects(at(service, 'spec', 'ports'));
  const servicePort = wanted ? ports.find((port) => port['name'] === wanted || String(port['port']) === wanted) : ports[0];
  if (!servicePort) return undefined;
  const open = objects(at(subset, 'ports'));
  const found = open.find((port) => text(port['name']) === text(servicePort['name'])) ?? (open.length === 1 ? open[0] : undefined);
  return typeof found?.['port'] === 'number' ? found['port'] : undefined;
}

function findBackend(call: Call): Backend {
  const target = readTarget(call.name ?? '');
  const { store, namespace } = call;
  if (!store.get(keyOf(namespaces, undefined, namespace ?? ''))) throw notFound(namespaces, namespace ?? '');
  const service = store.get(keyOf(services, namespace, target.name));
  if (!service) throw notFound(services, target.name);
  for (const subset of objects(store.get(keyOf(endpoints, namespace, target.name))?.['subsets'])) {
    const address = text(objects(subset['addresses'])[0]?.['ip']);
    const port = findPort(service, subset, target.port);
    if (isIP(address) && port !== undefined) return { secure: target.secure, address, port };
  }
  throw unavailable(`no endpoints available for service ${JSON.stringify(call.name)}`);
}

/** Headers of one connection only, and the client's credentials, stay here. */
const dropped = new Set(['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'authorization', 'cookie', 'host', 'expect']);

function passed(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = new Set(text(headers.connection).toLowerCase().split(',').map((one) => one.trim()));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name) && !named.has(name) && !name.startsWith('x-remote-')));
}

export class ServiceProxy {
  readonly #settings: ServiceProxySettings | undefined;
  #agent: Agent | undefined;

  constructor(settings: ServiceProxySettings | undefined) {
    this.#settings = settings;
  }

  /** Resolves when the answer has been passed on whole. Throws a 503 when nothing answers. */
  async pass(call: Call, rest: string): Promise<void> {
    const backend = findBackend(call);
    const { request, response } = call;
    const search = (request.url ?? '').split('?').slice(1).join('?');
    const token = backend.secure && this.#settings ? readFileSync(this.#settings.tokenFile, 'utf8').trim() : '';
    const options: RequestOptions = {
      host: backend.address, port: backend.port, method: request.method ?? 'GET', path: `/${rest}${search && `?${search}`}`,
      headers: { ...passed(request.headers), host: `${isIP(backend.address) === 6 ? `[${backend.address}]` : backend.address}:${backend.port}`, ...(token && { authorization: `Bearer ${token}` }) },
      ...(backend.secure && { agent: this.#secureAgent() }), timeout: 0,
    };
    await new Promise<void>((resolve, reject) => {
      const upstream = (backend.secure ? secureRequest : plainRequest)(options, (answer) => {
        const { statusCode = 0 } = answer;
        // Node refuses to pass on what is no status, by an error that nobody would catch here.
        if (statusCode < 200) {
          answer.destroy();
          return reject(unavailable(`error trying to reach service: it answered with the status ${statusCode}`));
        }
        response.writeHead(statusCode, passed(answer.headers));
        response.flushHeaders();
        pipeline(answer, response, () => resolve());
      });
      upstream.on('error', (error: NodeJS.ErrnoException) => reject(unavailable(`error trying to reach service: ${error.code ?? error.message}`)));
      response.on('close', () => {
        upstream.destroy();
        resolve();
      });
      pipeline(request, upstream, () => {});
    });
  }

  close(): void {
    this.#agent?.destroy();
  }

  #secureAgent(): Agent {
    if (!this.#settings) throw unavailable('the API server has no credential for services: set CLRK_SERVICE_PROXY_TOKEN_FILE and CLRK_SERVICE_PROXY_CA_FILE');
    this.#agent ??= new Agent({ keepAlive: true, maxFreeSockets: 4, ca: readFileSync(this.#settings.authorityFile) });
    return this.#agent;
  }
}
