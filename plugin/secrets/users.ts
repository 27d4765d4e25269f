// Who uses a Secret: the policies that inject it, and the gateway whose authority it is.
import type { CredentialInjectionPolicy } from '../../operator/api/credential-injection-policy.ts';
import { labels } from '../../operator/api/group.ts';
import { isNotFound } from '../../operator/kube/errors.ts';
import type { Kube, KubeObject } from '../../operator/kube/kube.ts';
import { credentialInjectionPolicies } from '../../operator/kube/resources.ts';

/** The policies of a namespace, or of all; none where CLRK is not installed. */
export async function policies(kube: Kube, namespace?: string): Promise<readonly CredentialInjectionPolicy[]> {
  try {
    const { items } = await kube.list(credentialInjectionPolicies, namespace === undefined ? {} : { namespace });
    return items as unknown as readonly CredentialInjectionPolicy[];
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** A policy uses the Secrets of its own namespace only. */
export const policiesOf = (secret: { readonly namespace: string; readonly name: string }, all: readonly CredentialInjectionPolicy[]): readonly CredentialInjectionPolicy[] =>
  all.filter(({ metadata, spec }) => metadata.namespace === secret.namespace && spec.secretRef.name === secret.name);

/** `credentialinjectionpolicy/anthropic`, `egressgateway/echo-bot`. */
export function users(secret: KubeObject, all: readonly CredentialInjectionPolicy[]): readonly string[] {
  const { name, namespace = '' } = secret.metadata;
  const gateway = secret.metadata.labels?.[labels.egressGateway];
  return [...policiesOf({ namespace, name }, all).map(({ metadata }) => `credentialinjectionpolicy/${metadata.name}`), ...(gateway === undefined ? [] : [`egressgateway/${gateway}`])];
}
