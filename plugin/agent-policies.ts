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
    const [policies, routes] = await Promise.all([credentialInjectionPolicies, aiProviderRoutes].map((resource) => kube.list(resource, { namespace })));
    return refusing(agent, (policies?.items ?? []) as unknown as readonly CredentialInjectionPolicy[], (routes?.items ?? []) as unknown as readonly AIProviderRoute[]);
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
    const unresolved = own.flatMap(({ conditions = [] }) => conditions).find(({ type, status: holds }) => type === 'ResolvedRefs' && holds !== 'True');
    return unresolved === undefined ? [] : [`credentialinjectionpolicy/${metadata.name}: ${unresolved.reason}: ${unresolved.message}`];
  });
}
