// Reads a kubeconfig that has its credentials inside without the Kubernetes library, which costs 50 MB and 100 ms.
import http from 'node:http';
import https from 'node:https';
import { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import { blockYaml } from './block-yaml.ts';
import type { Login } from './login.ts';

interface Named {
  readonly name?: unknown;
}
interface PlainConfig {
  readonly 'current-context'?: string;
  readonly contexts?: readonly (Named & { readonly context?: { readonly cluster?: string; readonly user?: string; readonly namespace?: string } })[];
  readonly clusters?: readonly (Named & { readonly cluster?: Readonly<Record<string, unknown>> })[];
  readonly users?: readonly (Named & { readonly user?: Readonly<Record<string, unknown>> })[];
}

const clusterFields = new Set(['server', 'certificate-authority-data']);
const userFields = new Set(['client-certificate-data', 'client-key-data', 'token']);

const onlyHas = (value: Readonly<Record<string, unknown>>, known: ReadonlySet<string>): boolean =>
  Object.entries(value).every(([name, entry]) => known.has(name) && typeof entry === 'string');

const decoded = (value: unknown): string | undefined => (typeof value === 'string' && value ? Buffer.from(value, 'base64').toString('utf8') : undefined);

/** Undefined for whatever is not that simple, broken files included: the library then decides, and complains in its own words. */
export function plainLogin(file: string, contextName?: string): Login | undefined {
  try {
    const config = (file.trimStart().startsWith('{') ? JSON.parse(file) : blockYaml(file)) as PlainConfig | undefined;
    if (!config) return undefined;
    const name = contextName ?? config['current-context'];
    const context = config.contexts?.find((entry) => entry.name === name)?.context;
    const cluster = config.clusters?.find((entry) => entry.name === context?.cluster)?.cluster;
    const user = config.users?.find((entry) => entry.name === context?.user)?.user;
    if (!name || !context || !cluster || !user || !onlyHas(cluster, clusterFields) || !onlyHas(user, userFields)) return undefined;
    const server = String(cluster['server']);
    const authority = decoded(cluster['certificate-authority-data']);
    const certificate = decoded(user['client-certificate-data']);
    const agent = keepAliveAgent(server, {
      ca: authority,
      cert: certificate,
      key: decoded(user['client-key-data']),
    });
    const headers = typeof user['token'] === 'string' ? { authorization: `Bearer ${user['token']}` } : {};
    return { server, namespace: context.namespace ?? 'default', contextName: name, ...(authority === undefined ? {} : { authority }), access: async () => ({ agent, headers, ...(certificate === undefined ? {} : { certificate }) }), close: () => agent.destroy() };
  } catch {
    return undefined;
  }
}

/** Connections are reused: a TLS handshake costs eight times a request. Their number has no limit, since each watch holds one. */
export function keepAliveAgent(server: string, options: { readonly [name: string]: unknown }): http.Agent {
  const settings = { keepAlive: true, keepAliveMsecs: 30_000 };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  if (server.startsWith('http:')) return new http.Agent(settings);
  // In brackets, so no name; Node's own test would compile an expression of 5 ms first.
  const [, address] = /^\[(.*)\]$/.exec(new URL(server).hostname) ?? [];
  const identity = address !== undefined && !given['servername'] ? { checkServerIdentity: (_host: string, { raw }: PeerCertificate) => isFor(address, raw) } : {};
  return new https.Agent({ ...settings, ...identity, ...given });
}

/** Node's own check takes an IPv6 address for a host name since 22.23, and then no certificate fits it. */
function isFor(address: string, certificate: Buffer): Error | undefined {
  if (new X509Certificate(certificate).checkIP(address)) return undefined;
  return Object.assign(new Error(`the certificate is not for ${address}`), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
}
