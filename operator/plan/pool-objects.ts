// What a WorkerPool is made of in a cluster: accounts, the operator's certificate, Deployment, network policy and disruption budget.
import { apiVersion, labels } from '../api/group.ts';
import type { OwnerReference } from '../api/object.ts';
import type { WorkerPool } from '../api/worker-pool.ts';
import { authorityConfigMap, componentLabel, components, madeLabels, offlineConfigMap, ports, readerAccount, systemNamespace, workerAccount, workersOf } from '../install/names.ts';
import type { KubeObject } from '../kube/kube.ts';
import { networks } from '../../proxy/contract.ts';
import { ownerOf } from './owner.ts';
import { workerLabels, workerPod, type PodSettings } from './worker-pod.ts';

export interface PoolSettings extends PodSettings {
  /** PEM of the authorities that the operator's door may show a certificate of. */
  readonly authority: string;
  /** PEM of the authority of the stand-ins; together with `offlineUpstreams`. */
  readonly offlineAuthority?: string;
}

/** None of them alone: the object stays until the last pool of the namespace is gone. */
const sharedBy = (pools: readonly WorkerPool[]): readonly OwnerReference[] =>
  pools.map(({ metadata: { name, uid = '' } }) => ({ apiVersion, kind: 'WorkerPool', name, uid, controller: false, blockOwnerDeletion: false })).toSorted((a, b) => (a.uid < b.uid ? -1 : 1));

/** What all pools of a namespace share; they go with the last of them. */
export function namespaceObjects(namespace: string, pools: readonly WorkerPool[], { authority, offlineAuthority }: PoolSettings): readonly KubeObject[] {
  const metadata = (name: string) => ({ name, namespace, labels: madeLabels, ownerReferences: sharedBy(pools) });
  const account = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(name), automountServiceAccountToken: false });
  const certificate = (name: string, pem: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(name), data: { 'ca.crt': pem } });
  return [
    account(workerAccount),
    account(readerAccount),
    certificate(authorityConfigMap, authority),
    ...(offlineAuthority === undefined ? [] : [certificate(offlineConfigMap, offlineAuthority)]),
  ];
}

const tcp = (port: number) => ({ protocol: 'TCP', port });

/** `host=172.18.0.1:8443,...` to what a network policy says. */
function standIns(upstreams: string | undefined) {
  const addresses = new Map((upstreams ?? '').split(',').flatMap((entry) => {
    const [, address, port] = /=(\d+\.\d+\.\d+\.\d+):(\d+)$/.exec(entry.trim()) ?? [];
    return address === undefined ? [] : [[`${address}:${port}`, { address, port: Number(port) }] as const];
  }));
  return [...addresses.values()].map(({ address, port }) => ({ to: [{ ipBlock: { cidr: `${address}/32` } }], ports: [tcp(port)] }));
}

/**
 * Nobody reaches a worker; a worker reaches the operator's door, names, and the public Internet by TCP. It holds the pod as a
 * whole: what an agent may reach is decided by the proxy, call by call.
 */
function networkPolicy(metadata: KubeObject['metadata'], pool: string, { offlineUpstreams }: PodSettings): KubeObject {
  const publicly = ({ global: cidr, reserved: except }: { readonly global: string; readonly reserved: readonly string[] }) => ({ ipBlock: { cidr, except } });
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata,
    spec: {
      podSelector: { matchLabels: workerLabels(pool) },
      policyTypes: ['Ingress', 'Egress'],
      egress: [
        { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': systemNamespace } }, podSelector: { matchLabels: { [componentLabel]: components.operator } } }], ports: [tcp(ports.door)] },
        // Wherever the cluster answers names: pods, an address of the node (NodeLocal DNSCache), or port 5353 (OpenShift).
        { ports: [53, 5353].flatMap((port) => [{ protocol: 'UDP', port }, tcp(port)]) },
        { to: [publicly(networks.ipv4), publicly(networks.ipv6)], ports: [{ protocol: 'TCP', port: 1, endPort: 65_535 }] },
        ...standIns(offlineUpstreams),
      ],
    },
  };
}

/** What goes with one pool. */
export function poolObjects(pool: WorkerPool, settings: PodSettings): readonly KubeObject[] {
  const { name, namespace = 'default' } = pool.metadata;
  const metadata = { name: workersOf(name), namespace, labels: { ...madeLabels, [componentLabel]: components.worker, [labels.workerPool]: name }, ownerReferences: [ownerOf(pool)] };
  const selector = { matchLabels: workerLabels(name) };
  return [
    networkPolicy(metadata, name, settings),
    // One at a time, and never none at all: a node can always be drained.
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: { maxUnavailable: 1, selector } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: pool.spec.replicas,
        revisionHistoryLimit: 2,
        progressDeadlineSeconds: 300,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        selector,
        template: workerPod(pool, settings),
      },
    },
  ];
}
