// Who else uses a cluster's kinds and namespaces: objects that no session of ours has created.
import { field, entries as listed } from '../../../operator/api/object.ts';
import type { Kube, KubeObject } from '../../../operator/kube/kube.ts';
import { agentSandboxRevisions, aiProviderRoutes, credentialInjectionPolicies, daemonAgents, egressGateways, workerPools } from '../../../operator/kube/resources.ts';
import { allOf } from '../../cluster/inhabitants.ts';
import { isOf, type Ledger } from './ledger.ts';

const ourKinds = [daemonAgents, workerPools, egressGateways, aiProviderRoutes, credentialInjectionPolicies, agentSandboxRevisions] as const;

/** Objects of our kinds that are not in the ledger, nor belong to one that is. */
export async function strangers(kube: Kube, ledger: Ledger): Promise<readonly KubeObject[]> {
  return strangersAmong((await Promise.all(ourKinds.map((resource) => allOf(kube, resource)))).flat(), ledger);
}

export function strangersAmong(all: readonly KubeObject[], ledger: Ledger): readonly KubeObject[] {
  const own = ledger.entries;
  const ours = new Set(own.flatMap(({ uid }) => (uid === undefined ? [] : [uid])));
  return all.filter((object) => {
    if (ours.has(object.metadata.uid ?? '') || own.some((entry) => entry.resource.kind === object.kind && entry.name === object.metadata.name && isOf(entry, object))) return false;
    return !object.metadata.ownerReferences?.some(({ uid }) => ours.has(uid));
  });
}

const text = (value: unknown): readonly string[] => (typeof value === 'string' ? [value] : []);

/** What an object of ours names, as {@link nameOf} writes it: without that it would stop to work. */
export function namedBy(object: KubeObject): readonly string[] {
  const { kind, metadata } = object;
  const names = (target: string, found: readonly unknown[]): readonly string[] => found.flatMap(text).map((name) => `${target} ${metadata.namespace ?? 'default'}/${name}`);
  const spec = (...path: readonly string[]): unknown => field(object, 'spec', ...path);
  if (kind === 'DaemonAgent') return [...names('WorkerPool', [spec('workerPoolRef')]), ...names('EgressGateway', listed(spec('egressRefs')).map((ref) => field(ref, 'gatewayRef')))];
  if (kind === 'AIProviderRoute') return names('EgressGateway', listed(spec('parentRefs')).map((ref) => field(ref, 'name')));
  if (kind !== 'CredentialInjectionPolicy') return [];
  const targets = [...listed(spec('targetRefs')), ...listed(spec('parentRefs'))].flatMap((ref) => text(field(ref, 'kind')).flatMap((target) => names(target, [field(ref, 'name')])));
  return [...names('Secret', [spec('secretRef', 'name')]), ...targets];
}
