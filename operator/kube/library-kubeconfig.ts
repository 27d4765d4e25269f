// Reads any kubeconfig with the Kubernetes library: merged files, certificate files, tokens, exec plugins, OIDC, proxies.
import { readFileSync } from 'node:fs';
import type http from 'node:http';
import { KubeConfig } from '@kubernetes/client-node';
import { KubeError } from './errors.ts';
import type { Login } from './login.ts';
import { keepAliveAgent } from './plain-kubeconfig.ts';
import type { Access } from './transport.ts';

const configError = (message: string, hint: string, cause?: unknown): KubeError =>
  new KubeError(message, { code: 0, reason: 'BadKubeconfig', hints: [hint], ...(cause === undefined ? {} : { cause }) });

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 300) ?? '';

/** What a program printed may be a token: the parser's complaint, which cites it, is not passed on. */
const loginFault = (error: unknown): string => {
  if (error instanceof SyntaxError) return 'it printed something that is no ExecCredential';
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT' ? 'there is no such program on the PATH' : firstLine(error);
};

/** As kubectl merges: of entries with the same name the first file's counts. */
function merged(files: readonly string[]): KubeConfig {
  const config = new KubeConfig();
  config.loadFromOptions({ clusters: [], users: [], contexts: [], currentContext: '' });
  for (const file of files) {
    const next = new KubeConfig();
    try {
      next.loadFromFile(file);
    } catch (error) {
      throw configError(`reading kubeconfig ${file}: ${firstLine(error)}`, 'name another with --kubeconfig or KUBECONFIG', error);
    }
    for (const cluster of next.getClusters()) if (!config.getCluster(cluster.name)) config.addCluster(cluster);
    for (const user of next.getUsers()) if (!config.getUser(user.name)) config.addUser(user);
    for (const context of next.getContexts()) if (!config.getContextObject(context.name)) config.addContext(context);
    if (!config.getCurrentContext() && next.getCurrentContext()) config.setCurrentContext(next.getCurrentContext());
  }
  return config;
}

export function libraryLogin(files: readonly string[], contextName?: string): Login {
  const config = merged(files);
  const name = contextName ?? config.getCurrentContext();
  const context = name ? config.getContextObject(name) : null;
  const known = config.getContexts().map((entry) => entry.name);
  if (config.getContexts().length + config.getClusters().length + config.getUsers().length === 0) {
    throw configError(`${files.join(', ')} ${files.length > 1 ? 'are no kubeconfigs' : 'is not a kubeconfig'}: no cluster, user or context in it`, 'name another with --kubeconfig or KUBECONFIG');
  }
  if (!context) {
    throw configError(name ? `there is no context ${name} in ${files.join(', ')}` : `no context is chosen in ${files.join(', ')}`, known.length > 0 ? `choose one with --context: ${known.slice(0, 20).join(', ')}` : 'the kubeconfig holds no context at all');
  }
  config.setCurrentContext(name);
  const cluster = config.getCurrentCluster();
  if (!cluster?.server) throw configError(`context ${name} names the cluster ${context.cluster}, which is not in ${files.join(', ')}`, 'check it with `kubectl config view`');
  const access = accessOf(config, cluster.server, cluster.proxyUrl);
  return { server: cluster.server, namespace: context.namespace ?? 'default', contextName: name, ...authorityOf(cluster), ...(cluster.proxyUrl ? { proxy: cluster.proxyUrl } : {}), ...access };
}

function authorityOf({ caData, caFile }: { readonly caData?: string; readonly caFile?: string }): Pick<Login, 'authority'> {
  if (caData) return { authority: Buffer.from(caData, 'base64').toString('utf8') };
  try {
    return caFile ? { authority: readFileSync(caFile, 'utf8') } : {};
  } catch {
    // Logging in will complain about the same file in its own words.
    return {};
  }
}

interface LibraryOptions {
  ca?: unknown;
  cert?: unknown;
  key?: unknown;
  servername?: string;
  rejectUnauthorized?: boolean;
  headers?: Record<string, string>;
  auth?: string;
  agent?: http.Agent;
}

/** A program that logs in may ask a person in a browser; one that waits for an answer on its stdin never gets it. */
const loginTimeoutMs = 60_000;

async function logIn(config: KubeConfig): Promise<LibraryOptions> {
  const options: LibraryOptions = {};
  await config.applyToHTTPSOptions(options as Parameters<KubeConfig['applyToHTTPSOptions']>[0]);
  return options;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`it did not end within ${loginTimeoutMs / 1000} s`)), loginTimeoutMs);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}

function accessOf(config: KubeConfig, server: string, proxyUrl: string | undefined): Pick<Login, 'access' | 'close'> {
  const user = config.getCurrentUser();
  const changes = Boolean(user?.exec ?? user?.authProvider);
  let current: { readonly key: string; readonly access: Access } | undefined;
  // Shared by all requests that wait for it: dozens of watches begin anew at once when a token has run out.
  let loggingIn: Promise<LibraryOptions> | undefined;
  const access = async (): Promise<Access> => {
    if (current && !changes) return current.access;
    let options: LibraryOptions;
    try {
      options = await inTime(loggingIn ??= logIn(config).finally(() => { loggingIn = undefined; }));
    } catch (error) {
      const command = user?.exec ? ` with \`${String((user.exec as { command?: unknown }).command)}\`` : '';
      throw configError(`logging in to ${server} as ${user?.name ?? 'nobody'}${command}: ${loginFault(error)}`, 'run the command yourself, or check the user in `kubectl config view --minify`', error);
    }
    const { ca, cert, key, servername, rejectUnauthorized, headers = {}, auth } = options;
    const basic = auth ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
    const identity = JSON.stringify([String(ca), String(cert), String(key)]);
    const agent = current?.key === identity ? current.access.agent : proxyUrl && options.agent ? options.agent : keepAliveAgent(server, { ca, cert, key, servername, rejectUnauthorized });
    if (current && current.access.agent !== agent) current.access.agent.destroy();
    current = { key: identity, access: { agent, headers: { ...headers, ...basic }, ...(cert === undefined ? {} : { certificate: String(cert) }) } };
    return current.access;
  };
  return { access, close: () => current?.access.agent.destroy() };
}
