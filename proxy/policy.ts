// Turns a parsed Policy into what the proxy decides with: compiled globs, sealed secrets, one authority per gateway.
import { Authority } from './authority.ts';
import type { GatewayPolicy, Listener, Policy } from './contract.ts';
import { compileGlob } from './glob.ts';
import { Sealed } from './telemetry/sealed.ts';

export interface LivePolicy {
  readonly version: string;
  readonly gateways: ReadonlyMap<string, LiveGateway>;
}

export interface LiveGateway {
  readonly gateway: string;
  readonly defaultPolicy: GatewayPolicy['defaultPolicy'];
  readonly listeners: readonly Listener[];
  readonly authority: Authority;
  readonly routes: readonly LiveRoute[];
  readonly credentials: readonly LiveCredential[];
  readonly captureBody?: NonNullable<GatewayPolicy['captureBody']>;
  readonly requestTimeoutMs: number;
}

type Matcher = (text: string) => boolean;

export interface LiveRoute {
  readonly route: string;
  readonly provider: string;
  readonly endpoints?: readonly Matcher[];
  readonly models?: readonly Matcher[];
}

export interface LiveCredential {
  readonly policy: string;
  /** Undefined: every exchange of the gateway. */
  readonly route: string | undefined;
  readonly header: string;
  readonly secret: { readonly state: 'present'; readonly value: Sealed } | { readonly state: 'missing'; readonly why: string };
}

/** Throws when a gateway's authority is unusable: the whole policy is refused then and the old one stays. */
export function livePolicy(policy: Policy, previous?: LivePolicy): LivePolicy {
  const gateways = new Map<string, LiveGateway>();
  for (const entry of policy.gateways) {
    if (gateways.has(entry.gateway)) throw new Error(`policy: gateway ${entry.gateway} occurs twice`);
    gateways.set(entry.gateway, liveGateway(entry, previous?.gateways.get(entry.gateway)));
  }
  return Object.freeze({ version: policy.version, gateways });
}

function liveGateway(entry: GatewayPolicy, previous: LiveGateway | undefined): LiveGateway {
  return Object.freeze({
    gateway: entry.gateway,
    defaultPolicy: entry.defaultPolicy,
    listeners: entry.listeners,
    // The same authority keeps the leaves it has already made.
    authority: previous?.authority.isFor(entry.authority) ? previous.authority : authorityOf(entry),
    routes: entry.routes.map((r) => ({
      route: r.route,
      provider: r.provider,
      ...(r.endpoints === undefined ? {} : { endpoints: compiled(r.endpoints) }),
      ...(r.models === undefined ? {} : { models: compiled(r.models) }),
    })),
    credentials: entry.credentials.map((c) => ({
      policy: c.policy,
      route: c.scope.kind === 'route' ? c.scope.route : undefined,
      header: c.header,
      secret: sealed(c.secret),
    })),
    ...(entry.captureBody === undefined ? {} : { captureBody: entry.captureBody }),
    requestTimeoutMs: entry.requestTimeoutMs,
  });
}

function authorityOf(entry: GatewayPolicy): Authority {
  try {
    return new Authority(entry.authority);
  } catch {
    // The cause is not passed on: OpenSSL's messages may quote the key's text.
    throw new Error(`policy: the certificate authority of gateway ${entry.gateway} is not a usable P-256 certificate and key`);
  }
}

/** A malformed glob is left out, so it matches nothing; a list of only such globs is empty and matches nothing either. */
function compiled(globs: readonly string[]): readonly Matcher[] {
  return globs.map(compileGlob).filter((m) => m !== undefined);
}

function sealed(secret: GatewayPolicy['credentials'][number]['secret']): LiveCredential['secret'] {
  if (secret.state === 'missing') return secret;
  // A newline at the end of a secret is the usual mistake (`echo key | base64`); sent on, it would end the header early.
  if (!/^[\x20-\x7e\x80-\xff\t]+$/.test(secret.value) || secret.value.trim() !== secret.value) {
    return { state: 'missing', why: 'its value has bytes that an HTTP header cannot carry, such as a newline at its end' };
  }
  return { state: 'present', value: Sealed.of(secret.value) };
}
