// Where the Docker engine answers: $DOCKER_HOST, else the chosen docker context, else the socket that is usual here.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { UserError } from '../../exit.ts';

export interface EngineTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly skipsVerification: boolean;
}

export type Endpoint =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls?: EngineTls };

interface Around {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

const usualSocket = '/var/run/docker.sock';
const largestFile = 1 << 20;

/** As a person would write it. */
export const nameOf = (endpoint: Endpoint): string =>
  endpoint.kind === 'socket' ? `unix://${endpoint.path}` : `tcp://${endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`;

/** Whether the engine runs on this machine, as far as its address tells: a socket, or a loopback address. */
export const isLocal = (endpoint: Endpoint): boolean => endpoint.kind === 'socket' || endpoint.host === 'localhost' || endpoint.host === '::1' || (isIPv4(endpoint.host) && endpoint.host.startsWith('127.'));

/** What a URL of an engine means; `tls` is what goes with a tcp one. Throws, with `source` named, what cannot be used. */
export function parseEngineUrl(text: string, source: string, tls?: EngineTls): Endpoint {
  const hint = 'engines are reached at unix:///path or tcp://host:port; an ssh one through a tunnel: ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST';
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length);
    if (!path.startsWith('/')) throw new UserError(`${source}: ${text} names no absolute path`, [hint]);
    return { kind: 'socket', path };
  }
  if (text.startsWith('npipe://')) return { kind: 'socket', path: text.slice('npipe:'.length).replaceAll('/', '\\') };
  const url = /^(tcp|https?):\/\//.test(text) ? URL.parse(text.replace(/^tcp:/, 'http:')) : null;
  if (url === null || url.hostname === '') throw new UserError(`${source}: ${JSON.stringify(text)} is no address of a Docker engine that can be used`, [hint]);
  const port = Number(url.port) || (tls ? 2376 : 2375);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const secured = tls ?? (text.startsWith('https:') ? { skipsVerification: false } : undefined);
  return { kind: 'tcp', host, port, ...(secured ? { tls: secured } : {}) };
}

function readSmall(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  if (statSync(file).size > largestFile) throw new UserError(`${file} is too large to be what it should be`, ['look at it']);
  return readFileSync(file, 'utf8');
}

function tlsOf(folder: string, skipsVerification: boolean): EngineTls {
  const one = (name: 'ca' | 'cert' | 'key'): Partial<Record<typeof name, string>> => {
    const text = readSmall(join(folder, `${name}.pem`));
    return text === undefined ? {} : { [name]: text };
  };
  return { ...one('ca'), ...one('cert'), ...one('key'), skipsVerification };
}

const parsed = (text: string | undefined, file: string): Readonly<Record<string, unknown>> => {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // The same complaint as for a document of another kind.
  }
  throw new UserError(`${file} is not JSON`, ['mend it, or say where the engine is: DOCKER_HOST=unix:///var/run/docker.sock']);
};

/** The docker command keeps its contexts in folders that are called after the digest of their name. */
function ofContext(name: string, folder: string): Endpoint {
  const digest = createHash('sha256').update(name).digest('hex');
  const file = join(folder, 'contexts/meta', digest, 'meta.json');
  const meta = parsed(readSmall(file), file);
  const { docker } = (meta['Endpoints'] ?? {}) as { readonly docker?: { readonly Host?: unknown; readonly SkipTLSVerify?: unknown } };
  if (typeof docker?.Host !== 'string') throw new UserError(`there is no docker context ${name}`, ['`docker context ls` lists them; another one: DOCKER_CONTEXT=NAME']);
  const certificates = join(folder, 'contexts/tls', digest, 'docker');
  return parseEngineUrl(docker.Host, `docker context ${name}`, existsSync(certificates) ? tlsOf(certificates, docker.SkipTLSVerify === true) : undefined);
}

/** As the docker command finds its engine. */
export function endpointOf({ env, home }: Around): Endpoint {
  const folder = env['DOCKER_CONFIG'] || join(home, '.docker');
  const isVerified = Boolean(env['DOCKER_TLS_VERIFY']);
  if (env['DOCKER_HOST']) {
    const wantsTls = isVerified || Boolean(env['DOCKER_TLS']);
    return parseEngineUrl(env['DOCKER_HOST'], '$DOCKER_HOST', wantsTls ? tlsOf(env['DOCKER_CERT_PATH'] || folder, !isVerified) : undefined);
  }
  const file = join(folder, 'config.json');
  const current = env['DOCKER_CONTEXT'] || parsed(readSmall(file), file)['currentContext'];
  if (typeof current === 'string' && current !== '' && current !== 'default') return ofContext(current, folder);
  if (process.platform === 'win32') return { kind: 'socket', path: '\\\\.\\pipe\\docker_engine' };
  // Docker Desktop lets people do without the socket in /var/run, which only root can make.
  const own = join(home, '.docker/run/docker.sock');
  return { kind: 'socket', path: !existsSync(usualSocket) && existsSync(own) ? own : usualSocket };
}
