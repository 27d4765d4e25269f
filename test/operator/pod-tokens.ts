// Pods of a pool as a cluster has them, and the tokens that its kubelets would lay into them.
import { labels } from '../../operator/api/group.ts';
import { workerAccount, workersOf } from '../../operator/install/names.ts';
import type { Kube, Resource } from '../../operator/kube/kube.ts';
import { pods, serviceaccounts } from '../../operator/kube/resources.ts';
import { readText } from '../../operator/kube/transport.ts';

const replicaSets: Resource = { group: 'apps', version: 'v1', plural: 'replicasets', kind: 'ReplicaSet', namespaced: true };
export const options = { fieldManager: 'test', force: true };

export interface Pod {
  readonly name: string;
  readonly uid: string;
}

interface PodChange {
  readonly namespace?: string;
  readonly account?: string;
  readonly pool?: string;
  readonly owner?: string;
}

/** A pod as the Deployment of a pool makes it; nobody runs it. */
export async function makePod(kube: Kube, name: string, { namespace = 'default', account = workerAccount, pool = 'main', owner = `${workersOf('main')}-7d9f` }: PodChange = {}): Promise<Pod> {
  await kube.apply(serviceaccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace } }, options);
  // Pods of an owner that is not there are collected.
  const set = await kube.apply(replicaSets, {
    apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: owner, namespace },
    spec: { replicas: 0, selector: { matchLabels: { app: owner } }, template: { metadata: { labels: { app: owner } }, spec: { containers: [{ name: 'worker', image: 'worker:1' }] } } },
  }, options);
  const made = await kube.create(pods, {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name, namespace, labels: { [labels.workerPool]: pool }, ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: set.object.metadata.uid ?? '', controller: true }] },
    spec: { serviceAccountName: account, containers: [{ name: 'worker', image: 'worker:1' }] },
  });
  return { name, uid: made.metadata.uid ?? '' };
}

export interface Asked {
  readonly audience: string;
  readonly namespace?: string;
  readonly account?: string;
  readonly pod?: Pod;
  readonly all?: readonly string[];
}

/** As the kubelet asks for the token that it lays into a pod. */
export async function tokenFor(kube: Kube, { audience, namespace = 'default', account = workerAccount, pod, all = [audience] }: Asked): Promise<string> {
  const bound = pod ? { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', ...pod } } : {};
  const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: all, expirationSeconds: 600, ...bound } });
  const answer = await kube.request('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`, { body });
  const text = await readText(kube.server, answer);
  const { status } = JSON.parse(text) as { status?: { token?: string } };
  if (!status?.token) throw new Error(text);
  return status.token;
}
