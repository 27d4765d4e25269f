// From a kubeconfig, found and resolved as kubectl does, or from the account of a pod, to a client.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { kubeClient } from './client.ts';
import { KubeError } from './errors.ts';
import { inClusterLogin } from './in-cluster.ts';
import type { Kube } from './kube.ts';
import type { Login } from './login.ts';
import { plainLogin } from './plain-kubeconfig.ts';

export interface Connection {
  readonly kube: Kube;
  /** Namespace of the context, else `default`. */
  readonly namespace: string;
  readonly contextName: string;
  /** PEM; absent when the kubeconfig names none. */
  readonly authority?: string;
}

export interface ConnectOptions {
  /** A file, or several as KUBECONFIG lists them; beats KUBECONFIG, and one of them must exist. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Opens no connection yet: the first request does. Throws {@link KubeError}. */
export async function connect({ kubeconfig, context, env = process.env }: ConnectOptions = {}): Promise<Connection> {
  const files = kubeconfigFiles(kubeconfig, env);
  // A pod has no kubeconfig, but an account.
  const login = files.length === 0 ? inClusterLogin(env) : (plainFile(files, context) ?? (await libraryLogin(files, context)));
  const { namespace, contextName, authority } = login;
  return { kube: kubeClient(login), namespace, contextName, ...(authority === undefined ? {} : { authority }) };
}

/** None: the account of the pod is meant. */
function kubeconfigFiles(explicit: string | undefined, env: ConnectOptions['env'] = {}): readonly string[] {
  if (explicit !== undefined) {
    const given = existsSync(explicit) ? [explicit] : explicit.split(delimiter).filter((file) => existsSync(file));
    if (given.length > 0) return given;
    throw new KubeError(`there is no kubeconfig ${explicit}`, { code: 0, reason: 'BadKubeconfig', hints: ['`kubectl clrk dev` writes one for the local cluster; --local uses it'] });
  }
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean);
  const looked = named.length > 0 ? named : [join(env['HOME'] ?? homedir(), '.kube', 'config')];
  const found = looked.filter((file) => existsSync(file));
  if (found.length === 0 && named.length === 0 && env['KUBERNETES_SERVICE_HOST']) return [];
  if (found.length === 0) throw new KubeError(`there is no kubeconfig at ${looked.join(' or ')}`, { code: 0, reason: 'BadKubeconfig', hints: ['start the local cluster with `kubectl clrk dev` and use --local, or name a kubeconfig with --kubeconfig'] });
  return found;
}

function plainFile(files: readonly string[], context: string | undefined): Login | undefined {
  const [file, ...more] = files;
  if (file === undefined || more.length > 0) return undefined;
  try {
    return plainLogin(readFileSync(file, 'utf8'), context);
  } catch (error) {
    throw new KubeError(`reading kubeconfig ${file}: ${error instanceof Error ? error.message : String(error)}`, { code: 0, reason: 'BadKubeconfig', cause: error });
  }
}

async function libraryLogin(files: readonly string[], context: string | undefined): Promise<Login> {
  const library = await import('./library-kubeconfig.ts');
  return library.libraryLogin(files, context);
}
