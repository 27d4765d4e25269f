// Decides how an AIProviderRoute fares at its gateways, and which entries it adds there.
import { aiProviderRoute, providers, type AIProviderRoute, type RouteVerdict } from '../api/ai-provider-route.ts';
import { describe, type KubeObject } from '../api/object.ts';
import type { RouteEntry } from '../../proxy/contract.ts';

export const qualified = ({ metadata }: KubeObject): string => `${metadata.namespace ?? 'default'}/${metadata.name}`;

/** Oldest first, then by name: a new route never takes precedence over one that was there. */
export const byAge = (a: KubeObject, b: KubeObject): number =>
  (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '') || (a.metadata.name < b.metadata.name ? -1 : 1);

export const isValidRoute = (route: AIProviderRoute): boolean => aiProviderRoute.check(route).length === 0;

export const attachesTo = (route: AIProviderRoute, gateway: string): boolean => route.spec.parentRefs.some((parent) => parent.name === gateway);

/** One entry for each (rule, match), in the order in which they are written. */
export const routeEntries = (route: AIProviderRoute): readonly RouteEntry[] =>
  route.spec.rules.flatMap((rule) =>
    rule.matches.map((match) => ({
      route: qualified(route),
      provider: providers[match.provider.toLowerCase()] ?? match.provider,
      ...(match.endpoints ? { endpoints: match.endpoints } : {}),
      ...(match.models ? { models: match.models } : {}),
    })),
  );

export function routeVerdicts(route: AIProviderRoute, gateway: string, exists: boolean): readonly RouteVerdict[] {
  const problems = aiProviderRoute.check(route);
  const accepted: RouteVerdict =
    problems.length > 0
      ? { type: 'Accepted', status: 'False', reason: 'UnsupportedValue', message: describe(problems) }
      : exists
        ? { type: 'Accepted', status: 'True', reason: 'Accepted', message: `attached to EgressGateway ${gateway}` }
        : { type: 'Accepted', status: 'False', reason: 'NoMatchingParent', message: `EgressGateway ${gateway} does not exist in namespace ${route.metadata.namespace}` };
  return [accepted, { type: 'ResolvedRefs', status: 'True', reason: 'ResolvedRefs', message: 'calls go to the host that the agent names' }];
}
