// The operator's account in a real cluster, as an installation makes it: its rights, what holds it to them, and a client with its token.
import type { ExecutionContext } from 'ava';
import { admissionObjects } from '../../operator/install/admission.ts';
import { operatorAccount, systemNamespace } from '../../operator/install/names.ts';
import { rbacObjects } from '../../operator/install/rbac.ts';
import { kubeClient } from '../../operator/kube/client.ts';
import { KubeError } from '../../operator/kube/errors.ts';
import type { Kube, KubeObject } from '../../operator/kube/kube.ts';
import { keepAliveAgent } from '../../operator/kube/plain-kubeconfig.ts';
import { resourceOf } from '../../operator/kube/resources.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { eventually } from './rig.ts';

export async function put(kube: Kube, ...objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const resource = resourceOf(object);
    if (!resource) throw new Error(object.kind);
    await kube.apply(resource, object, { fieldManager: 'test', force: true });
  }
}

export const namespace = (name: string, labels: Readonly<Record<string, string>> = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
const account = (name: string, within: string): KubeObject => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: within } });

/** A client with a token of this account, and nothing else. */
export async function clientOf(t: ExecutionContext, { kube, server, authority }: TestCluster, name: string, within: string): Promise<{ readonly kube: Kube; readonly token: string }> {
  await put(kube, account(name, within));
  const answer = await kube.request('POST', `/api/v1/namespaces/${within}/serviceaccounts/${name}/token`, { body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } }) });
  const parts: Buffer[] = [];
  for await (const part of answer.body) parts.push(part);
  const { token } = (JSON.parse(Buffer.concat(parts).toString()) as { readonly status: { readonly token: string } }).status;
  const agent = keepAliveAgent(server, { ca: authority });
  const client = kubeClient({ server, access: async () => ({ agent, headers: { authorization: `Bearer ${token}` } }), close: () => agent.destroy() });
  t.teardown(() => client.close());
  return { kube: client, token };
}

/** What the server says when it refuses; undefined: it does not. */
export const refusalOf = async (work: Promise<unknown>): Promise<KubeError | undefined> => {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof KubeError) return error;
    throw error;
  }
};

export interface Account {
  readonly cluster: TestCluster;
  /** The administrator. */
  readonly admin: Kube;
  /** The operator's account. */
  readonly operator: Kube;
  readonly token: string;
}

export async function operatorAccountIn(t: ExecutionContext, controllers: readonly string[] = []): Promise<Account> {
  const cluster = await startCluster(t, { kind: 'real', controllers });
  await put(cluster.kube, ...admissionObjects(), ...rbacObjects());
  const { kube: operator, token } = await clientOf(t, cluster, operatorAccount, systemNamespace);
  // Policies of admission are in force a moment after they are there: this is refused by one of them and by nothing else.
  const forbidden: KubeObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'clrk-worker', namespace: 'kube-system' } };
  const probe = async (): Promise<string> => (await refusalOf(operator.apply(resourceOf(forbidden) ?? fail(), forbidden, { fieldManager: 'probe', dryRun: true })))?.message ?? '';
  await eventually(probe, (message) => message.includes('ValidatingAdmissionPolicy'));
  return { cluster, admin: cluster.kube, operator, token };
}

function fail(): never {
  throw new Error('the kind is not known');
}
