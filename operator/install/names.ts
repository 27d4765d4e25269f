// What an installation is called in a cluster: namespaces, accounts, images, ports, audiences, paths. Everybody else derives from here.
import { group } from '../api/group.ts';
import { version } from '../../proxy/telemetry/version.ts';

/** The operator's own, held to the Pod Security level `restricted`. */
export const systemNamespace = 'clrk';
/** Where the DaemonSet runs that lays the seccomp profile on each node; it alone needs a hostPath. */
export const nodeNamespace = 'clrk-node';

/** Everything that `install` makes carries these; `uninstall` finds it by them. */
export const installLabels = { 'app.kubernetes.io/part-of': 'clrk', 'app.kubernetes.io/managed-by': 'kubectl-clrk' } as const;
/** The standard label by which one part is told from another. */
export const componentLabel = 'app.kubernetes.io/component';

export const operatorAccount = 'clrk-operator';
/** How the API server knows whoever shows a token of that account. */
export const operatorUser = `system:serviceaccount:${systemNamespace}:${operatorAccount}`;
/** In {@link systemNamespace}: who holds it acts as the operator of this cluster, be it a pod or a dev session; nobody else does. */
export const operatorLease = { namespace: systemNamespace, name: 'clrk-operator' } as const;
/** Added by the cluster to its own roles view, edit and admin. */
export const userRoles = { view: 'clrk-view', edit: 'clrk-edit' } as const;
/** Account, ConfigMap and DaemonSet in {@link nodeNamespace}. */
export const nodeAccount = 'clrk-node';
/** In {@link systemNamespace}: held by whoever installs or uninstalls. */
export const installLease = 'clrk-install';
/** In the namespace of a pool; made by the operator. Its tokens are good for the operator's door alone. */
export const workerAccount = 'clrk-worker';
/** In the namespace of a pool. Whoever may ask for its token (serviceaccounts/token) may read the logs of that namespace's agents. */
export const readerAccount = 'clrk-reader';
/** Role and RoleBinding that the operator keeps in a namespace: the Secrets that policies there name, by their names, and no other. */
export const secretsRole = 'clrk-operator-secrets';

/** Tokens of these audiences open the operator's door and nothing of the API server. */
export const audiences = { worker: `${group}/worker`, proxy: `${group}/proxy`, reader: `${group}/reader` } as const;
/** Header in which a reader's token travels: the API server's service proxy takes Authorization away. */
export const readerTokenHeader = 'x-clrk-reader-token';

/** On what the operator makes; nothing that `install` makes has it. */
export const madeLabels = { 'app.kubernetes.io/part-of': 'clrk', 'app.kubernetes.io/managed-by': 'clrk-operator' } as const;
/** Values of {@link componentLabel}. */
export const components = { operator: 'operator', worker: 'worker', nodeProfile: 'node-profile' } as const;
/** Deployment, NetworkPolicy and PodDisruptionBudget of a pool. */
export const workersOf = (pool: string): string => `${pool}-workers`;

export const ports = {
  /** Workers and proxies, by mutual TLS. */
  door: 8443,
  /** The API server's service proxy, for readers. */
  reader: 8444,
  /** Plain HTTP, `/healthz` and `/readyz` and nothing else. */
  operatorProbe: 8081,
  workerProbe: 8082,
  proxyProbe: 8083,
  nodeProbe: 8084,
} as const;

/** ConfigMap in a pool's namespace with the certificate of the operator's authority, under the key `ca.crt`. */
export const authorityConfigMap = 'clrk-operator-ca';
/** ConfigMap in a pool's namespace with the certificate of the stand-ins of an offline session, under the key `ca.crt`. */
export const offlineConfigMap = 'clrk-offline-ca';
/** Secret in {@link systemNamespace} with the authority's key. */
export const authoritySecret = 'clrk-operator-ca';

export const imageRegistry = 'ghcr.io/apoxy-dev';
export const imageNames = { operator: 'clrk-operator', proxy: 'clrk-proxy', sandbox: 'clrk-sandbox' } as const;
export type ImageName = keyof typeof imageNames;
export const imageOf = (name: ImageName, registry: string = imageRegistry, tag: string = version): string => `${registry}/${imageNames[name]}:${tag}`;
export type ImageArchitecture = 'amd64' | 'arm64';
/** An image as a file, which `docker load`, `ctr images import` and k3s's folder of images take. */
export const archiveFile = (name: ImageName, architecture: ImageArchitecture, tag: string = version): string => `${imageNames[name]}-${tag}-${architecture}.tar`;

/** Below the kubelet's own folder for seccomp profiles, `/var/lib/kubelet/seccomp`. */
export const seccompProfile = 'clrk/worker.json';

/** In a pod of the DaemonSet: the ConfigMap, and the node's folder. */
export const profilePaths = { source: '/etc/clrk/profile', target: '/host/seccomp' } as const;

/** In a worker pod. */
export const podPaths = {
  /** emptyDir shared by worker and proxy: their sockets. */
  sockets: '/run/clrk/sockets',
  /** emptyDir of the worker alone: images and overlays. */
  workerState: '/var/lib/clrk',
  workerRun: '/run/clrk/worker',
  /** Projected token and authority. Each container mounts its own token. */
  identity: '/var/run/clrk/identity',
} as const;

/** Who the containers are: no root anywhere. */
export const users = { operator: 65_532, worker: 1000, proxy: 1001, group: 1000 } as const;
