// Compiles gateways, routes and credentials into the policy that proxies obey, and cuts out each pod's part of it.
import { createHash } from 'node:crypto';
import type { AIProviderRoute } from '../api/ai-provider-route.ts';
import { credentialInjectionPolicy, policyTargets, type CredentialInjectionPolicy } from '../api/credential-injection-policy.ts';
import { defaultCapturedContentTypes, defaultRequestTimeout, egressGateway, type EgressGateway } from '../api/egress-gateway.ts';
import { describe } from '../api/object.ts';
import { durationMs } from '../api/values.ts';
import { parsePolicy, type CredentialEntry, type GatewayPolicy, type Policy } from '../../proxy/contract.ts';
import type { Authority } from './authority.ts';
import { credential, hostless } from './credential.ts';
import { attachesTo, byAge, isValidRoute, qualified, routeEntries } from './route.ts';
import type { SecretState } from './secret-state.ts';

export interface EgressFacts {
  readonly gateways: readonly EgressGateway[];
  readonly routes: readonly AIProviderRoute[];
  readonly policies: readonly CredentialInjectionPolicy[];
  readonly authority: (gateway: EgressGateway) => Authority;
  readonly secret: (namespace: string, name: string) => SecretState;
}

/** What the policy says, and which gateways could not be put into it; a gateway that is not in it lets nothing through. */
export interface Compiled {
  readonly policy: Policy;
  readonly leftOut: ReadonlyMap<string, string>;
}

export function compile(facts: EgressFacts): Compiled {
  const leftOut = new Map<string, string>();
  const gateways: GatewayPolicy[] = [];
  for (const gateway of facts.gateways.toSorted((a, b) => (qualified(a) < qualified(b) ? -1 : 1))) {
    const compiled = gatewayPolicy(gateway, facts);
    if (typeof compiled === 'string') leftOut.set(qualified(gateway), compiled);
    else gateways.push(compiled);
  }
  return { policy: { version: contentVersion(gateways), gateways }, leftOut };
}

/** What is left of the policy for a pod whose sandboxes use these gateways. */
export function policyOf({ policy }: Compiled, used: ReadonlySet<string>): Policy {
  const gateways = policy.gateways.filter(({ gateway }) => used.has(gateway));
  return { version: contentVersion(gateways), gateways };
}

/** The same content has the same version, also after a restart; the CA's key in it makes the secrets in it unguessable. */
export const contentVersion = (content: unknown): string => createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);

function gatewayPolicy(gateway: EgressGateway, facts: EgressFacts): GatewayPolicy | string {
  const problems = egressGateway.check(gateway);
  if (problems.length > 0) return describe(problems);
  const authority = facts.authority(gateway);
  if (authority.state !== 'present') return authority.state === 'unusable' ? authority.why : 'its certificate authority is being made';
  const { namespace, name } = gateway.metadata;
  const routes = facts.routes.filter((route) => route.metadata.namespace === namespace && attachesTo(route, name) && isValidRoute(route)).toSorted(byAge);
  const capture = gateway.spec.otlp?.captureBody;
  const compiled: GatewayPolicy = {
    gateway: qualified(gateway),
    defaultPolicy: gateway.spec.defaultPolicy,
    listeners: gateway.spec.listeners.map((listener) => ({
      name: listener.name,
      shape: listener.protocol === 'TLS' ? 'tls-terminate' : 'http',
      ...(listener.port === undefined ? {} : { port: listener.port }),
    })),
    authority: { certificate: authority.certificate, key: authority.key },
    routes: routes.flatMap(routeEntries),
    credentials: credentials(gateway, routes, facts),
    ...(capture ? { captureBody: { maxBytes: capture.maxBytes, includeContentTypes: capture.includeContentTypes ?? defaultCapturedContentTypes } } : {}),
    requestTimeoutMs: Math.round(durationMs(gateway.spec.requestTimeout ?? defaultRequestTimeout) ?? 300_000),
  };
  return refused(compiled) ?? compiled;
}

/** The proxy's own reading decides, gateway by gateway, so that one that it cannot read does not stop the others. */
function refused(compiled: GatewayPolicy): string | undefined {
  try {
    parsePolicy({ version: 'check', gateways: [compiled] });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Those of routes first: all that apply stack, and on the same header the gateway's is written last. */
function credentials(gateway: EgressGateway, routes: readonly AIProviderRoute[], facts: EgressFacts): readonly CredentialEntry[] {
  const policies = facts.policies.filter((policy) => policy.metadata.namespace === gateway.metadata.namespace).toSorted(byAge);
  const ofRoutes: CredentialEntry[] = [];
  const ofGateway: CredentialEntry[] = [];
  for (const policy of policies) {
    const targets = policyTargets(policy);
    const entry = { policy: qualified(policy), header: policy.spec.headerName.toLowerCase() };
    const secretAt = (kind: 'AIProviderRoute' | 'EgressGateway', name: string): CredentialEntry['secret'] => secretOf(policy, facts, hostless({ kind, name }, routes));
    for (const route of routes) {
      const { name } = route.metadata;
      if (targets.some((target) => target.kind === 'AIProviderRoute' && target.name === name)) ofRoutes.push({ ...entry, secret: secretAt('AIProviderRoute', name), scope: { kind: 'route', route: qualified(route) } });
    }
    const { name } = gateway.metadata;
    if (targets.some((target) => target.kind === 'EgressGateway' && target.name === name)) ofGateway.push({ ...entry, secret: secretAt('EgressGateway', name), scope: { kind: 'gateway' } });
  }
  return [...ofRoutes, ...ofGateway];
}

/** A policy that is wrong in itself, or where it points, refuses the calls that it names, as one without its Secret does. */
function secretOf(policy: CredentialInjectionPolicy, facts: EgressFacts, wrongTarget: string | undefined): CredentialEntry['secret'] {
  const problems = credentialInjectionPolicy.check(policy);
  if (problems.length > 0) return { state: 'missing', why: describe(problems).slice(0, 1024) };
  if (wrongTarget !== undefined) return { state: 'missing', why: wrongTarget.slice(0, 1024) };
  const found = credential(policy, facts.secret(policy.metadata.namespace ?? 'default', policy.spec.secretRef.name));
  return found.state === 'present' ? { state: 'present', value: found.value } : { state: 'missing', why: found.why.slice(0, 1024) };
}
