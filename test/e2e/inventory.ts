// Everything that is in a cluster, by name and uid: what a session must leave as it found it.
import type { Kube, KubeObject, Resource } from '../../operator/kube/kube.ts';
import { agentSandboxRevisions, aiProviderRoutes, configmaps, crds, credentialInjectionPolicies, daemonAgents, egressGateways, endpoints, events, leases, namespaces, secrets, serviceaccounts, services, workerPools } from '../../operator/kube/resources.ts';
import { allOf } from '../../plugin/cluster/inhabitants.ts';

const looked: readonly Resource[] = [namespaces, crds, secrets, configmaps, services, endpoints, serviceaccounts, leases, events, daemonAgents, workerPools, egressGateways, aiProviderRoutes, credentialInjectionPolicies, agentSandboxRevisions];

/** A controller makes them a moment after the namespace, which may be after the first look. */
const ofEveryNamespace = new Set(['ConfigMap kube-root-ca.crt', 'ServiceAccount default']);

/** Without what the control plane keeps for itself and changes as it likes. */
export async function inventory(kube: Kube): Promise<readonly string[]> {
  const all = (await Promise.all(looked.map((resource) => allOf(kube, resource)))).flat();
  const isOfKubernetes = ({ kind, metadata }: KubeObject): boolean => metadata.namespace === 'kube-system' || (kind === 'Service' && metadata.namespace === 'default' && metadata.name === 'kubernetes') || ofEveryNamespace.has(`${kind} ${metadata.name}`);
  return all.filter((object) => !isOfKubernetes(object)).map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name} ${metadata.uid ?? ''}`).toSorted();
}
