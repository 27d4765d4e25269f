// The pod of a worker: two unprivileged containers, `worker` and `proxy`, that share a folder of sockets and nothing else.
import { labels } from '../api/group.ts';
import type { WorkerPool } from '../api/worker-pool.ts';
import { audiences, authorityConfigMap, componentLabel, components, madeLabels, offlineConfigMap, podPaths, ports, seccompProfile, users, workerAccount } from '../install/names.ts';

/** What the operator was told about pods when it was started. */
export interface PodSettings {
  readonly proxyImage: string;
  /** URL of the operator's door, for workers and proxies. */
  readonly doorUrl: string;
  /** Secrets of each pool's namespace with which nodes pull the images, beside those that the pool names. */
  readonly imagePullSecrets: readonly string[];
  /** Where nodes have AppArmor: the default profile of container runtimes denies mount, which every sandbox needs. */
  readonly appArmor?: { readonly type: 'Unconfined' } | { readonly type: 'Localhost'; readonly localhostProfile: string };
  /** Stand-ins that answer for providers: `host=address:port,...`. */
  readonly offlineUpstreams?: string;
}

/** By which the pods of a pool are found; never changes, since a Deployment's selector cannot. */
export const workerLabels = (pool: string): Readonly<Record<string, string>> => ({ [componentLabel]: components.worker, [labels.workerPool]: pool });

const fieldOfPod = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } });
const variables = (values: Readonly<Record<string, string>>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const mount = (name: string, mountPath: string, more: object = {}) => ({ name, mountPath, ...more });

/** The token ages with the pod: the kubelet writes a new one into the same file. */
const identity = (name: string, audience: string) => ({
  name,
  projected: {
    defaultMode: 0o440,
    sources: [
      { serviceAccountToken: { audience, expirationSeconds: 3600, path: 'token' } },
      { configMap: { name: authorityConfigMap, items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    ],
  },
});

const offlineFolder = '/var/run/clrk/offline';

const common = (pool: string, { doorUrl }: PodSettings, probePort: number) => [
  fieldOfPod('POD_NAME', 'metadata.name'),
  fieldOfPod('POD_NAMESPACE', 'metadata.namespace'),
  fieldOfPod('POD_IP', 'status.podIP'),
  ...variables({
    CLRK_POOL_NAME: pool,
    CLRK_OPERATOR_URL: doorUrl,
    CLRK_OPERATOR_CA_FILE: `${podPaths.identity}/ca.crt`,
    CLRK_OPERATOR_TOKEN_FILE: `${podPaths.identity}/token`,
    CLRK_PROXY_SOCKET_DIR: podPaths.sockets,
    // Whichever family of addresses the cluster has.
    CLRK_PROBE_LISTEN: `$(POD_IP):${probePort}`,
  }),
];

const probes = (port: number) => {
  const asked = (path: string) => ({ path, port, scheme: 'HTTP' });
  return {
    livenessProbe: { httpGet: asked('/healthz'), initialDelaySeconds: 10, periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 3, successThreshold: 1 },
    readinessProbe: { httpGet: asked('/readyz'), periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 3, successThreshold: 1 },
  };
};

const unprivileged = (runAsUser: number, seccomp: object) => ({
  runAsUser,
  runAsGroup: users.group,
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: seccomp,
});

/** Written as text, as a server stores them. */
const amounts = (given: Readonly<Record<string, string | number | undefined>> = {}) =>
  Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));

function worker({ metadata: { name }, spec: { template } }: WorkerPool, settings: PodSettings) {
  const limits = amounts(template.resources?.limits);
  return {
    name: 'worker',
    image: template.image,
    ...(template.imagePullPolicy === undefined ? {} : { imagePullPolicy: template.imagePullPolicy }),
    env: [
      ...common(name, settings, ports.workerProbe),
      ...variables({ CLRK_STATE_DIR: podPaths.workerState, CLRK_RUN_DIR: podPaths.workerRun, TMPDIR: '/tmp', ...(settings.offlineUpstreams === undefined ? {} : { CLRK_OFFLINE: '1' }) }),
    ],
    ports: [{ name: 'worker-probe', containerPort: ports.workerProbe, protocol: 'TCP' }],
    ...probes(ports.workerProbe),
    // A request beyond the limit would be refused.
    resources: { requests: { cpu: limits['cpu'] ?? '200m', memory: limits['memory'] ?? '512Mi', ...amounts(template.resources?.requests) }, ...(Object.keys(limits).length > 0 ? { limits } : {}) },
    securityContext: { ...unprivileged(users.worker, { type: 'Localhost', localhostProfile: seccompProfile }), ...(settings.appArmor ? { appArmorProfile: settings.appArmor } : {}) },
    volumeMounts: [mount('sockets', podPaths.sockets), mount('state', podPaths.workerState), mount('run', podPaths.workerRun), mount('worker-tmp', '/tmp'), mount('worker-identity', podPaths.identity, { readOnly: true })],
  };
}

function proxy({ metadata: { name } }: WorkerPool, settings: PodSettings) {
  const { offlineUpstreams } = settings;
  const offline = offlineUpstreams === undefined ? {} : { CLRK_OFFLINE_UPSTREAMS: offlineUpstreams, CLRK_OFFLINE_CA_FILE: `${offlineFolder}/ca.crt` };
  return {
    name: 'proxy',
    image: settings.proxyImage,
    env: [...common(name, settings, ports.proxyProbe), ...variables({ TMPDIR: '/tmp', ...offline })],
    ports: [{ name: 'proxy-probe', containerPort: ports.proxyProbe, protocol: 'TCP' }],
    ...probes(ports.proxyProbe),
    resources: { requests: { cpu: '100m', memory: '128Mi' } },
    securityContext: unprivileged(users.proxy, { type: 'RuntimeDefault' }),
    volumeMounts: [mount('sockets', podPaths.sockets), mount('proxy-tmp', '/tmp'), mount('proxy-identity', podPaths.identity, { readOnly: true }), ...(offlineUpstreams === undefined ? [] : [mount('offline', offlineFolder, { readOnly: true })])],
  };
}

/** The template of a Deployment's pods. */
export function workerPod(pool: WorkerPool, settings: PodSettings) {
  const { template } = pool.spec;
  const pullSecrets = [...new Set([...(template.imagePullSecrets ?? []).map(({ name }) => name), ...settings.imagePullSecrets])].map((name) => ({ name }));
  const empty = (name: string, more: object = {}) => ({ name, emptyDir: more });
  return {
    metadata: { labels: { ...madeLabels, ...workerLabels(pool.metadata.name) }, annotations: { 'kubectl.kubernetes.io/default-container': 'worker' } },
    spec: {
      serviceAccountName: workerAccount,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // Names of providers are whole, and the operator's is too: without this each is first asked for below the cluster's own domains.
      dnsConfig: { options: [{ name: 'ndots', value: '1' }] },
      securityContext: { runAsNonRoot: true, runAsUser: users.worker, runAsGroup: users.group, fsGroup: users.group, fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' } },
      terminationGracePeriodSeconds: 30,
      ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets } : {}),
      ...(template.nodeSelector === undefined ? {} : { nodeSelector: template.nodeSelector }),
      ...(template.tolerations === undefined ? {} : { tolerations: template.tolerations }),
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: workerLabels(pool.metadata.name) } }],
      containers: [worker(pool, settings), proxy(pool, settings)],
      volumes: [
        empty('sockets', { medium: 'Memory', sizeLimit: '1Mi' }),
        empty('state'),
        empty('run'),
        empty('worker-tmp'),
        empty('proxy-tmp', { sizeLimit: '64Mi' }),
        identity('worker-identity', audiences.worker),
        identity('proxy-identity', audiences.proxy),
        ...(settings.offlineUpstreams === undefined ? [] : [{ name: 'offline', configMap: { name: offlineConfigMap, defaultMode: 0o444 } }]),
      ],
    },
  };
}
