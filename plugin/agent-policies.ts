// Which policies stop the calls of an agent: those on the way through its gateway whose credential can't be had.
import type { AIProviderRoute } from '../operator/api/ai-provider-route.ts';
import type { CredentialInjectionPolicy } from '../operator/api/credential-injection-policy.ts';
import type { DaemonAgent } from '../operator/api/daemon-agent.ts';
import { KubeError } from '../operator/kube/errors.ts';
import type { Kube } from '../operator/kube/kube.ts';
import { aiProviderRoutes, credentialInjectionPolicies } from '../operator/kube/resources.ts';

/** One line each: the policy, and what its condition says. Whoever may not read policies still sees the agent. */
export async function refusingPolicies(kube: Kube, agent: DaemonAgent): Promise<readonly string[]> {
  const { namespace = 'default' } = agent.metadata;
  if ((agent.spec.egressRefs ?? []).length === 0) return [];
  try {
    // One after the other: a second connection would cost more than it saves, and mostly nothing is wrong.
    const { items: policies } = await kube.list(credentialInjectionPolicies, { namespace });
    const suspects = (policies as unknown as readonly CredentialInjectionPolicy[]).filter(({ status }) => unresolvedOf(status?.ancestors ?? []) !== undefined);
    if (suspects.length === 0) return [];
    const { items: routes } = await kube.list(aiProviderRoutes, { namespace });
    return refusing(agent, suspects, routes as unknown as readonly AIProviderRoute[]);
  } catch (error) {
    if (error instanceof KubeError && [403, 404].includes(error.code)) return [];
    throw error;
  }
}

/** Of the policies and routes of the agent's namespace. */
export function refusing({ spec }: DaemonAgent, policies: readonly CredentialInjectionPolicy[], routes: readonly AIProviderRoute[]): readonly string[] {
  const gateways = new Set((spec.egressRefs ?? []).map(({ gatewayRef }) => gatewayRef));
  const attached = new Set(routes.filter((route) => route.spec.parentRefs.some(({ name }) => gateways.has(name))).map(({ metadata }) => metadata.name));
  return policies.flatMap(({ metadata, status }) => {
    const own = (status?.ancestors ?? []).filter(({ ancestorRef: { kind, name } }) => (kind === 'EgressGateway' ? gateways : attached).has(name));
    const unresolved = unresolvedOf(own);
    return unresolved === undefined ? [] : [`credentialinjectionpolicy/${metadata.name}: ${unresolved.reason}: ${unresolved.message}`];
  });
}

const unresolvedOf = (ancestors: Ancestors): Conditions[number] | undefined => ancestors.flatMap(({ conditions = [] }) => conditions).find(({ type, status }) => type === 'ResolvedRefs' && status !== 'True');

type Ancestors = NonNullable<NonNullable<CredentialInjectionPolicy['status']>['ancestors']>;
type Conditions = NonNullable<Ancestors[number]['conditions']>;
