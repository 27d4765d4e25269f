// Asks the API server which of a list of permissions are missing.
import type { Kube, Resource } from '../../operator/kube/kube.ts';

/** Something that has to be allowed. */
export interface Need {
  readonly verbs: readonly string[];
  readonly resource: Pick<Resource, 'group' | 'plural'>;
  readonly subresource?: string;
  /** Absent: in all namespaces, or for a kind that lives in none. */
  readonly namespace?: string;
}

/** Questions that are on their way at once. */
const atOnce = 16;

const review: Resource = { group: 'authorization.k8s.io', version: 'v1', plural: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview', namespaced: false };

export async function may(kube: Kube, verb: string, { resource, subresource, namespace }: Pick<Need, 'resource' | 'subresource' | 'namespace'>): Promise<boolean> {
  const resourceAttributes = { verb, group: resource.group, resource: resource.plural, ...(subresource === undefined ? {} : { subresource }), ...(namespace === undefined ? {} : { namespace }) };
  const answer = await kube.create(review, { apiVersion: 'authorization.k8s.io/v1', kind: review.kind, metadata: { name: '' }, spec: { resourceAttributes } });
  return (answer['status'] as { readonly allowed?: unknown } | undefined)?.allowed === true;
}

/** One line for each kind of object: which verbs on it are not allowed. */
export async function missingRights(kube: Kube, needs: readonly Need[]): Promise<readonly string[]> {
  // Whoever may do everything is not asked seventy times.
  if (await may(kube, '*', { resource: { group: '*', plural: '*' } })) return [];
  const questions = needs.flatMap((need) => need.verbs.map((verb) => ({ need, verb })));
  const refused = new Map<Need, string[]>();
  for (let at = 0; at < questions.length; at += atOnce) {
    const part = questions.slice(at, at + atOnce);
    const answers = await Promise.all(part.map(({ need, verb }) => may(kube, verb, need)));
    part.forEach(({ need, verb }, index) => {
      if (answers[index] === false) refused.set(need, [...(refused.get(need) ?? []), verb]);
    });
  }
  return [...refused].map(([{ resource, subresource, namespace }, verbs]) => `${verbs.join(', ')} ${[resource.plural, subresource].filter(Boolean).join('/')}${resource.group ? `.${resource.group}` : ''}${namespace === undefined ? '' : ` in namespace ${namespace}`}`);
}
