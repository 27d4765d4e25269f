// Which permissions a session needs in a cluster that was there before it, and which of them are missing.
import { group } from '../../../operator/api/group.ts';
import { kinds } from '../../../operator/api/kinds.ts';
import type { Kube, Resource } from '../../../operator/kube/kube.ts';
import { crds, events, leases, namespaces, secrets } from '../../../operator/kube/resources.ts';

interface Need {
  readonly verbs: readonly string[];
  readonly resource: Pick<Resource, 'group' | 'plural'>;
  readonly subresource?: string;
}

const readAndWrite = ['get', 'list', 'watch', 'create', 'patch', 'delete'] as const;

/** Everywhere, not in one namespace: the operator serves agents wherever they are. */
const needs: readonly Need[] = [
  { resource: crds, verbs: ['get', 'list', 'create', 'patch', 'delete'] },
  { resource: namespaces, verbs: ['get', 'create', 'patch', 'delete'] },
  { resource: leases, verbs: ['get', 'create', 'update', 'delete'] },
  { resource: secrets, verbs: readAndWrite },
  { resource: events, verbs: ['get', 'list', 'create', 'patch', 'delete'] },
  ...kinds.flatMap(({ plural }): readonly Need[] => [
    { resource: { group, plural }, verbs: readAndWrite },
    { resource: { group, plural }, subresource: 'status', verbs: ['patch'] },
  ]),
];

/** Questions that are on their way at once. */
const atOnce = 16;

const review: Resource = { group: 'authorization.k8s.io', version: 'v1', plural: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview', namespaced: false };

async function may(kube: Kube, verb: string, resource: { readonly group: string; readonly plural: string }, subresource?: string): Promise<boolean> {
  const resourceAttributes = { verb, group: resource.group, resource: resource.plural, ...(subresource === undefined ? {} : { subresource }) };
  const answer = await kube.create(review, { apiVersion: 'authorization.k8s.io/v1', kind: review.kind, metadata: { name: '' }, spec: { resourceAttributes } });
  return (answer['status'] as { readonly allowed?: unknown } | undefined)?.allowed === true;
}

/** One line for each kind of object: which verbs on it are not allowed. */
export async function missingRights(kube: Kube): Promise<readonly string[]> {
  // Whoever may do everything is not asked seventy times.
  if (await may(kube, '*', { group: '*', plural: '*' })) return [];
  const questions = needs.flatMap((need) => need.verbs.map((verb) => ({ need, verb })));
  const refused = new Map<Need, string[]>();
  for (let at = 0; at < questions.length; at += atOnce) {
    const part = questions.slice(at, at + atOnce);
    const answers = await Promise.all(part.map(({ need, verb }) => may(kube, verb, need.resource, need.subresource)));
    part.forEach(({ need, verb }, index) => {
      if (answers[index] === false) refused.set(need, [...(refused.get(need) ?? []), verb]);
    });
  }
  return [...refused].map(([{ resource, subresource }, verbs]) => `${verbs.join(', ')} ${[resource.plural, subresource].filter(Boolean).join('/')}${resource.group ? `.${resource.group}` : ''}`);
}
