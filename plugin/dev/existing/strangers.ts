// Who else uses a cluster's kinds and namespaces: objects that no session of ours has created.
import { field, entries as listed } from '../../../operator/api/object.ts';
import { isNotFound, refusal } from '../../../operator/kube/errors.ts';
import type { Kube, KubeObject, Resource, Scope } from '../../../operator/kube/kube.ts';
import { agentSandboxRevisions, aiProviderRoutes, credentialInjectionPolicies, daemonAgents, egressGateways, workerPools } from '../../../operator/kube/resources.ts';
import { readText } from '../../../operator/kube/transport.ts';
import { isOf, type Ledger } from './ledger.ts';

const ourKinds = [daemonAgents, workerPools, egressGateways, aiProviderRoutes, credentialInjectionPolicies, agentSandboxRevisions] as const;

/** `DaemonAgent default/echo-bot`. */
export const nameOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;

/** Nothing where there is no such kind. */
export async function allOf(kube: Kube, resource: Resource, scope: Scope = {}): Promise<readonly KubeObject[]> {
  try {
    return (await kube.list(resource, scope)).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

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

interface Discovered {
  readonly kind?: string;
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly { readonly version: string; readonly freshness?: string; readonly resources?: readonly { readonly resource: string; readonly responseKind?: { readonly kind?: string }; readonly scope: string; readonly verbs?: readonly string[] }[] }[];
  }[];
}

/** Kinds of which a person can have objects in a namespace, each in one version. */
async function namespacedKinds(kube: Kube): Promise<readonly Resource[]> {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const documents = await Promise.all(['/api', '/apis'].map(async (path) => {
    const answer = await kube.request('GET', path, { headers: { accept } });
    const body = await readText(kube.server, answer);
    if (answer.status !== 200) throw refusal(answer.status, body, kube.server);
    const found = JSON.parse(body) as Discovered;
    // An older server answers with another list, and a kind that is not known of is a kind that is not looked at.
    if (found.kind !== 'APIGroupDiscoveryList') throw new Error('the server does not tell all its kinds at once');
    const silent = found.items?.find(({ versions = [] }) => versions.some(({ freshness }) => freshness === 'Stale'));
    if (silent) throw new Error(`the server of ${silent.metadata?.name ?? 'an API group'} does not answer, so nobody knows what is left`);
    return found;
  }));
  const seen = new Set<string>();
  return documents.flatMap(({ items = [] }) => items.flatMap(({ metadata, versions = [] }) => versions.flatMap(({ version, resources = [] }) => resources.flatMap((found): readonly Resource[] => {
    const group = metadata?.name ?? '';
    const key = `${group}/${found.resource}`;
    const isKept = found.scope === 'Namespaced' && ['list', 'create', 'delete'].every((verb) => found.verbs?.includes(verb)) && found.resource !== 'events' && !seen.has(key);
    seen.add(key);
    return isKept ? [{ group, version, plural: found.resource, kind: found.responseKind?.kind ?? found.resource, namespaced: true }] : [];
  }))));
}

/** What Kubernetes itself puts into every namespace. */
const ofKubernetes = new Set(['ConfigMap kube-root-ca.crt', 'ServiceAccount default']);
const atOnce = 8;

/** Names of what is in a namespace, besides what Kubernetes put there. Throws when that cannot be told. */
export async function inhabitants(kube: Kube, namespace: string): Promise<readonly string[]> {
  const kinds = await namespacedKinds(kube);
  const found: string[] = [];
  for (let at = 0; at < kinds.length; at += atOnce) {
    const lists = await Promise.all(kinds.slice(at, at + atOnce).map((kind) => allOf(kube, kind, { namespace })));
    found.push(...lists.flat().filter(({ kind, metadata }) => !ofKubernetes.has(`${kind} ${metadata.name}`)).map(nameOf));
  }
  return found;
}
