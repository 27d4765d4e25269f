// Reads the command line that k3s's server takes, as far as kubectl clrk and k3d use it; what it does not know it refuses, as k3s does.

export interface ServerArguments {
  readonly tlsSans: readonly string[];
  readonly disabled: readonly string[];
  readonly port: number;
  readonly bindAddress: string;
  readonly nodeName: string;
  readonly kubeconfig: string;
  /** Octal. */
  readonly kubeconfigMode: number;
  readonly token: string | undefined;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly clusterDns: string;
  /** `name=value` each, for the program that the flag names. */
  readonly extra: { readonly apiserver: readonly string[]; readonly kubelet: readonly string[] };
}

/** Taken and without effect: there is no such part here, or no other way. */
const withoutEffect = new Set(['cluster-init', 'disable-network-policy', 'disable-cloud-controller', 'disable-helm-controller', 'flannel-backend', 'snapshotter', 'node-label', 'egress-selector-mode']);
const known = new Set([
  'tls-san', 'disable', 'https-listen-port', 'bind-address', 'node-name', 'write-kubeconfig', 'write-kubeconfig-mode', 'token', 'cluster-cidr', 'service-cidr', 'cluster-dns', 'kube-apiserver-arg', 'kubelet-arg',
]);
const switches = new Set(['cluster-init', 'disable-network-policy', 'disable-cloud-controller', 'disable-helm-controller']);

function flags(words: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (let at = 0; at < words.length; at++) {
    const [, name = '', , value] = /^--?([a-z-]+)(=(.*))?$/s.exec(words[at] ?? '') ?? [];
    if (!known.has(name) && !withoutEffect.has(name)) throw new Error(`flag provided but not defined: ${words[at]}`);
    const given = value ?? (switches.has(name) ? 'true' : words[++at]);
    if (given === undefined) throw new Error(`flag needs an argument: --${name}`);
    found.set(name, [...(found.get(name) ?? []), given]);
  }
  return found;
}

/** Throws where a flag is not k3s's, or not one of those that are kept here. */
export function readArguments(words: readonly string[], env: NodeJS.ProcessEnv, hostname: string): ServerArguments {
  const [command, ...rest] = words;
  if (command !== 'server') throw new Error(`this k3s has no "${command ?? ''}": only server is there`);
  const given = flags(rest);
  const last = (name: string): string | undefined => given.get(name)?.at(-1);
  const port = Number(last('https-listen-port') ?? 6443);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`--https-listen-port must be a port, not ${last('https-listen-port')}`);
  return {
    tlsSans: (given.get('tls-san') ?? []).flatMap((names) => names.split(',')),
    disabled: (given.get('disable') ?? []).flatMap((names) => names.split(',')),
    port,
    bindAddress: last('bind-address') ?? '0.0.0.0',
    nodeName: (last('node-name') ?? env['K3S_NODE_NAME'] ?? hostname).toLowerCase(),
    kubeconfig: last('write-kubeconfig') ?? env['K3S_KUBECONFIG_OUTPUT'] ?? '/etc/rancher/k3s/k3s.yaml',
    kubeconfigMode: Number.parseInt(last('write-kubeconfig-mode') ?? env['K3S_KUBECONFIG_MODE'] ?? '600', 8),
    token: last('token') ?? env['K3S_TOKEN'],
    podCidr: last('cluster-cidr') ?? '10.42.0.0/16',
    serviceCidr: last('service-cidr') ?? '10.43.0.0/16',
    clusterDns: last('cluster-dns') ?? '10.43.0.10',
    extra: { apiserver: given.get('kube-apiserver-arg') ?? [], kubelet: given.get('kubelet-arg') ?? [] },
  };
}
