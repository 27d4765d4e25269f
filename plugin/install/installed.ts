// What of an installation is in a cluster: which objects, of which versions, and which of them nobody wants any more.
import { annotations, group } from '../../operator/api/group.ts';
import { installLabels, nodeNamespace, systemNamespace } from '../../operator/install/names.ts';
import { installSelector } from '../../operator/install/marks.ts';
import { isNotFound, KubeError } from '../../operator/kube/errors.ts';
import type { Kube, KubeObject, Resource } from '../../operator/kube/kube.ts';
import * as resources from '../../operator/kube/resources.ts';
import { isLater } from '../cluster/foreign.ts';

/** Every kind that any version of an installation has had objects of, in the order in which they are applied. */
export const installKinds: readonly Resource[] = [
  resources.namespaces, resources.crds, resources.serviceaccounts, resources.admissionPolicies, resources.admissionPolicyBindings,
  resources.clusterroles, resources.clusterrolebindings, resources.roles, resources.rolebindings, resources.networkpolicies, resources.configmaps, resources.daemonsets, resources.services, resources.deployments,
];

export interface Found {
  readonly resource: Resource;
  readonly object: KubeObject;
}

/** By its place, not by what it says. */
export const keyOf = ({ apiVersion, kind, metadata: { namespace = '', name } }: KubeObject): string => `${apiVersion.split('/').slice(0, -1).join('')}/${kind}/${namespace}/${name}`;

export const isMarked = ({ metadata }: KubeObject): boolean => Object.entries(installLabels).every(([name, value]) => metadata.labels?.[name] === value);

const ownNamespaces: readonly string[] = [systemNamespace, nodeNamespace];

/**
 * Whether any version of an installation makes something there. Labels can be set by whoever may write into a namespace of
 * their own: what they mark there is neither counted, nor believed, nor taken out.
 */
function isPlaceOfOurs({ kind }: Resource, { metadata: { name, namespace } }: KubeObject): boolean {
  if (namespace !== undefined) return ownNamespaces.includes(namespace);
  if (kind === 'Namespace') return ownNamespaces.includes(name);
  return kind === 'CustomResourceDefinition' ? name.endsWith(`.${group}`) : name.startsWith(`${systemNamespace}-`);
}

/** Everything with the marks of an installation where one can have made it. `mustSee`: throws rather than find nothing where it may not look. */
export async function installed(kube: Kube, { mustSee = false }: { readonly mustSee?: boolean } = {}): Promise<readonly Found[]> {
  let forbidden: KubeError | undefined;
  const lists = await Promise.all(installKinds.map(async (resource) => {
    try {
      const { items } = await kube.list(resource, { labelSelector: installSelector });
      return items.filter((object) => isPlaceOfOurs(resource, object)).map((object) => ({ resource, object }));
    } catch (error) {
      // No such kind, or none that we may see; whoever changes something asks for the right beforehand.
      if (isNotFound(error)) return [];
      if (!(error instanceof KubeError) || error.code !== 403) throw error;
      forbidden ??= error;
      return [];
    }
  }));
  const found = lists.flat();
  if (mustSee && found.length === 0 && forbidden !== undefined) throw forbidden;
  return found;
}

export interface InstalledState {
  readonly kind: 'none' | 'same' | 'older' | 'newer' | 'mixed';
  /** In no order; empty where nothing says its version. */
  readonly releases: readonly string[];
  /** How many of the wanted objects are there. */
  readonly present: number;
}

/** How what is there stands to this program's version. */
export function stateOf(found: readonly KubeObject[], wanted: readonly KubeObject[], release: string): InstalledState {
  const keys = new Set(wanted.map(keyOf));
  const present = found.filter((object) => keys.has(keyOf(object))).length;
  const releases = [...new Set(found.flatMap(({ metadata }) => metadata.annotations?.[annotations.version] ?? []))];
  if (found.length === 0) return { kind: 'none', releases, present };
  if (releases.some((one) => isLater(one, release))) return { kind: 'newer', releases, present };
  if (releases.every((one) => one === release)) return { kind: 'same', releases, present };
  return { kind: releases.length === 1 ? 'older' : 'mixed', releases, present };
}

/** What an earlier installation made and this one does not have. Definitions of kinds are never among them: objects go with them. */
export const superseded = (found: readonly Found[], wanted: readonly KubeObject[]): readonly Found[] => {
  const keys = new Set(wanted.map(keyOf));
  return found.filter(({ resource, object }) => resource.kind !== 'CustomResourceDefinition' && resource.kind !== 'Namespace' && !keys.has(keyOf(object)));
};
