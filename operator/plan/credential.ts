// Decides what one CredentialInjectionPolicy injects: the value of its Secret, or why there is none and what to do.
import { policyTargets, type CredentialInjectionPolicy, type PolicyTarget, type PolicyVerdict } from '../api/credential-injection-policy.ts';
import { credentialInjectionPolicy } from '../api/credential-injection-policy.ts';
import type { AIProviderRoute } from '../api/ai-provider-route.ts';
import { describe } from '../api/object.ts';
import { ownHosts } from '../../proxy/contract.ts';
import { attachesTo, isValidRoute, routeEntries } from './route.ts';
import { secretKeys, secretText, type SecretState } from './secret-state.ts';

export type Credential =
  | { readonly state: 'present'; readonly value: string }
  | { readonly state: 'missing'; readonly reason: 'SecretNotFound' | 'SecretKeyNotFound' | 'InvalidSecretValue'; readonly why: string };

const longestValue = 65_536;

/** Never puts the value, or a part of it, into a message. */
export function credential(policy: CredentialInjectionPolicy, found: SecretState): Credential {
  const { secretRef, secretKey } = policy.spec;
  const namespace = policy.metadata.namespace ?? 'default';
  const name = `Secret ${namespace}/${secretRef.name}`;
  const fix = `make it with \`kubectl clrk secrets set ${secretRef.name} -n ${namespace} --from-env ${secretKey}=ENVVAR\``;
  if (found.state === 'unknown') return { state: 'missing', reason: 'SecretNotFound', why: found.why ? `${name} cannot be read: ${found.why}` : `${name} is being looked up` };
  if (found.state === 'absent') return { state: 'missing', reason: 'SecretNotFound', why: `${name} does not exist; ${fix}` };
  const value = secretText(found.secret, secretKey);
  if (value === undefined) {
    const keys = secretKeys(found.secret);
    const has = keys.length > 0 ? `it has ${keys.slice(0, 10).join(', ')}` : 'it has none';
    return { state: 'missing', reason: 'SecretKeyNotFound', why: `${name} has no key ${secretKey} (${has}); ${fix}, or name another key in secretKey` };
  }
  if (value === '') return { state: 'missing', reason: 'InvalidSecretValue', why: `key ${secretKey} of ${name} is empty; ${fix}` };
  if (value.length > longestValue) return { state: 'missing', reason: 'InvalidSecretValue', why: `key ${secretKey} of ${name} has more than ${longestValue} bytes, which no header takes` };
  // A line break at the end is the classic (`echo key | base64`): sent on, it would end the header early.
  if (!/^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/.test(value)) return { state: 'missing', reason: 'InvalidSecretValue', why: `key ${secretKey} of ${name} has a line break, a space at an end or another byte that a header cannot carry; ${fix}` };
  return { state: 'present', value };
}

/** The two conditions of the policy at one of its targets. */
export function policyVerdicts(policy: CredentialInjectionPolicy, target: PolicyTarget, facts: { readonly exists: boolean; readonly credential: Credential; readonly hostless: string | undefined }): readonly PolicyVerdict[] {
  const problems = credentialInjectionPolicy.check(policy);
  const accepted: PolicyVerdict =
    problems.length > 0
      ? { type: 'Accepted', status: 'False', reason: 'Invalid', message: describe(problems) }
      : !facts.exists
        ? { type: 'Accepted', status: 'False', reason: 'TargetNotFound', message: `${target.kind} ${target.name} does not exist in namespace ${policy.metadata.namespace}` }
        : facts.hostless !== undefined
          ? { type: 'Accepted', status: 'False', reason: 'HostNotNamed', message: facts.hostless }
          : { type: 'Accepted', status: 'True', reason: 'Accepted', message: `applies to ${target.kind} ${target.name}` };
  const resolved: PolicyVerdict =
    facts.credential.state === 'present'
      ? { type: 'ResolvedRefs', status: 'True', reason: 'ResolvedRefs', message: `key ${policy.spec.secretKey} of Secret ${policy.spec.secretRef.name} is written into ${policy.spec.headerName.toLowerCase()}` }
      : { type: 'ResolvedRefs', status: 'False', reason: facts.credential.reason, message: `${facts.credential.why}; until then the calls that it applies to are refused` };
  return [accepted, resolved];
}

/**
 * Why a credential may not go where a target leads, or undefined: a host that the agent chooses would get it. `routes` are
 * those of the target's namespace.
 */
export function hostless({ kind, name }: Pick<PolicyTarget, 'kind' | 'name'>, routes: readonly AIProviderRoute[]): string | undefined {
  const owned = 'openai, anthropic, google or bedrock';
  const valid = routes.filter(isValidRoute);
  const entries = valid.filter((route) => (kind === 'EgressGateway' ? attachesTo(route, name) : route.metadata.name === name)).flatMap(routeEntries);
  if (kind === 'EgressGateway') {
    if (entries.some(({ provider }) => ownHosts.has(provider))) return undefined;
    return `EgressGateway ${name} has no route to a provider with hosts of its own, so the credential goes nowhere; attach an AIProviderRoute for ${owned}`;
  }
  const open = [...new Set(entries.map(({ provider }) => provider).filter((provider) => !ownHosts.has(provider)))];
  if (open.length === 0) return undefined;
  return `AIProviderRoute ${name} has a match for ${open.join(' and ')}, where the agent chooses the host and would choose who gets the credential: the calls of this route are refused; target a route that is only for ${owned}`;
}

/** The targets without repetition. */
export const distinctTargets = (policy: CredentialInjectionPolicy): readonly PolicyTarget[] =>
  [...new Map(policyTargets(policy).map((target) => [`${target.kind}/${target.name}`, target])).values()];
