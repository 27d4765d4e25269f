// What the cluster of `dev --cluster k3s` is called: k3d's names and labels, so that the k3d command knows it, and our own marks beside them.
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { group } from '../../../operator/api/group.ts';

/** Where nobody names one; of the release of Kubernetes that the tests run. */
export const usualImage = 'rancher/k3s:v1.35.5-k3s1';
/** In the container, and to other containers of its network. */
export const apiPort = 6443;
/** k3d reads the kubeconfig from here, and so do we. */
export const kubeconfigInside = '/output/kubeconfig.yaml';
export const stateInside = '/var/lib/rancher/k3s';
/** k3s takes in every archive here when it starts. */
export const imagesInside = `${stateInside}/agent/images`;
export const kubeletInside = '/var/lib/kubelet';
/** The machine on which the session runs, as containers and pods of the cluster call it. */
export const hostInside = 'host.k3d.internal';

/** The version of k3d whose names and labels these are. */
const k3dVersion = 'v5.8.3';

export interface K3sNames {
  readonly cluster: string;
  readonly container: string;
  readonly network: string;
  readonly stateVolume: string;
  readonly kubeletVolume: string;
}

/** Two state folders are two clusters; that of ~/.clrk has the plain name. */
export function k3sNames(stateDir: string, home: string): K3sNames {
  const cluster = stateDir === join(home, '.clrk') ? 'clrk-dev' : `clrk-dev-${createHash('sha256').update(stateDir).digest('hex').slice(0, 8)}`;
  const prefixed = `k3d-${cluster}`;
  return { cluster, container: `${prefixed}-server-0`, network: prefixed, stateVolume: `${prefixed}-state`, kubeletVolume: `${prefixed}-kubelet` };
}

export const marks = {
  /** Of the configuration that the container was made with. */
  configuration: `${group}/configuration`,
  /** Tells a state folder from a later one at the same path. */
  stateId: `${group}/state-id`,
  stateDir: `${group}/state-dir`,
  machine: `${group}/machine`,
} as const;

/** By the names alone: a state folder is only looked for on the machine that has it. */
export const thisMachine = (): string => hostname();

const isK3d = { app: 'k3d' } as const;

export interface Owner {
  readonly stateId: string;
  readonly stateDir: string;
}

/** On everything that is made, so that k3d lists and deletes it with the cluster, and we know whose it is. */
export const commonLabels = ({ cluster }: K3sNames, { stateId, stateDir }: Owner): Readonly<Record<string, string>> => ({
  ...isK3d,
  'k3d.cluster': cluster,
  [marks.stateId]: stateId,
  [marks.stateDir]: stateDir,
  [marks.machine]: thisMachine(),
});

export interface LabelFacts {
  readonly token: string;
  readonly port: number;
  readonly network: { readonly id: string; readonly subnet: string };
}

/** As k3d puts them on a server of a cluster without a load balancer. */
export const serverLabels = (names: K3sNames, { token, port, network }: LabelFacts): Readonly<Record<string, string>> => ({
  'k3d.version': k3dVersion,
  'k3d.role': 'server',
  'k3d.cluster.token': token,
  'k3d.cluster.url': `https://${names.container}:${apiPort}`,
  'k3d.cluster.network': names.network,
  'k3d.cluster.network.external': 'false',
  'k3d.cluster.network.id': network.id,
  'k3d.cluster.network.iprange': network.subnet,
  'k3d.server.api.host': 'localhost',
  'k3d.server.api.hostIP': '127.0.0.1',
  'k3d.server.api.port': String(port),
  'k3d.server.loadbalancer': '',
});
