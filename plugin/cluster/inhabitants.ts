// What there is in a namespace, of whichever kind.
import { isNotFound, refusal } from '../../operator/kube/errors.ts';
import type { Kube, KubeObject, Resource, Scope } from '../../operator/kube/kube.ts';
import { readText } from '../../operator/kube/transport.ts';

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
export const inhabitants = async (kube: Kube, namespace: string): Promise<readonly string[]> => (await inhabitantObjects(kube, namespace)).map(nameOf);

export async function inhabitantObjects(kube: Kube, namespace: string): Promise<readonly KubeObject[]> {
  const kinds = await namespacedKinds(kube);
  const found: KubeObject[] = [];
  for (let at = 0; at < kinds.length; at += atOnce) {
    const lists = await Promise.all(kinds.slice(at, at + atOnce).map((kind) => allOf(kube, kind, { namespace })));
    found.push(...lists.flat().filter(({ kind, metadata }) => !ofKubernetes.has(`${kind} ${metadata.name}`)));
  }
  return found;
}
