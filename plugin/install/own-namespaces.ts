// Tells a namespace that an installation made from one that was there before it, and what of others would suffer in it.
import { entries, field } from '../../operator/api/object.ts';
import { installLabels } from '../../operator/install/names.ts';
import { KubeError } from '../../operator/kube/errors.ts';
import type { Kube, KubeObject } from '../../operator/kube/kube.ts';
import { pods } from '../../operator/kube/resources.ts';

const labelsOf = (entry: unknown): object => (field(entry, 'fieldsV1', 'f:metadata', 'f:labels') as object | undefined) ?? {};
const [[partOf, ours]] = Object.entries(installLabels) as [[string, string]];

/**
 * Who made a namespace that was there before: undefined for one of ours. A server writes the label with the name into each new
 * one and counts it to whoever made it, but not to who applied it server-side, as `install` does. By plain `kubectl apply` of
 * our text both the name and our labels are of one hand.
 */
export function madeBefore({ metadata }: KubeObject): string | undefined {
  const maker = entries(metadata.managedFields).find((entry) => field(entry, 'subresource') === undefined && 'f:kubernetes.io/metadata.name' in labelsOf(entry));
  return maker === undefined || `f:${partOf}` in labelsOf(maker) ? undefined : String(field(maker, 'manager'));
}

/** Pods of others: an installation closes the network of its namespaces, and holds their pods to a level of Pod Security. */
export async function othersPods(kube: Kube, namespace: string): Promise<readonly string[]> {
  try {
    return (await kube.list(pods, { namespace })).items.filter(({ metadata }) => metadata.labels?.[partOf] !== ours).map(({ metadata }) => metadata.name);
  } catch (error) {
    if (error instanceof KubeError && error.code === 403) return [];
    throw error;
  }
}
