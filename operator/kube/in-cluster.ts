// Logs in to the API server with the account of the pod that we run in, from the files that the kubelet keeps fresh.
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { KubeError } from './errors.ts';
import type { Login } from './login.ts';
import { keepAliveAgent } from './plain-kubeconfig.ts';
import type { Access } from './transport.ts';

/** Where every pod finds its account, unless its spec says that it has none. */
export const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

const hint = 'the pod needs `automountServiceAccountToken: true`, and its ServiceAccount must exist';

/** KUBERNETES_SERVICE_HOST is an address as a rule, and then one of IPv6 has no brackets. */
function server({ KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' }: Readonly<Record<string, string | undefined>>): string {
  const url = `https://${isIPv6(host) ? `[${host}]` : host}:${port || '443'}`;
  if (host === '' || !URL.canParse(url)) throw new KubeError(`KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT give no address: ${host}, ${port}`, { code: 0, reason: 'BadKubeconfig' });
  return url;
}

/** Throws {@link KubeError} when the files are not there. */
export function inClusterLogin(env: Readonly<Record<string, string | undefined>>, folder = accountFolder): Login {
  const url = server(env);
  const read = (name: string): string => {
    try {
      return readFileSync(join(folder, name), 'utf8').trim();
    } catch (cause) {
      throw new KubeError(`logging in to ${url} as this pod: ${join(folder, name)} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { code: 0, reason: 'BadKubeconfig', hints: [hint], cause });
    }
  };
  let authority = read('ca.crt');
  let agent = keepAliveAgent(url, { ca: authority });
  let token = read('token');
  /** The kubelet writes new ones long before the old ones end, into the same files. Reading them costs less than asking whether they changed. */
  const refresh = (): void => {
    try {
      token = read('token') || token;
      const found = read('ca.crt');
      if (found === authority || found === '') return;
      agent.destroy();
      authority = found;
      agent = keepAliveAgent(url, { ca: authority });
    } catch {
      // What was read before is good for a while; when it is not any more, the server says so.
    }
  };
  const access = async (): Promise<Access> => {
    refresh();
    return { agent, headers: { authorization: `Bearer ${token}` } };
  };
  return { server: url, namespace: read('namespace') || 'default', contextName: 'in-cluster', authority, access, close: () => agent.destroy() };
}
