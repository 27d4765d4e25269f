// Decides what happens to a new connection: intercept or refuse. Pure: it opens nothing and reads no clock.
import type { Listener } from './contract.ts';
import { hostname } from './hostname.ts';
import { isSynthetic } from './names.ts';
import type { LiveGateway, LivePolicy } from './policy.ts';

/** What is known of a connection before anything is decided. */
export interface Arrival {
  readonly gateway: string;
  /** Where the agent wanted to go. */
  readonly address: string;
  readonly port: number;
  /** The name behind a synthetic address, where this sandbox was given it. */
  readonly name: string | undefined;
  readonly opening: { readonly kind: 'tls'; readonly serverName: string | undefined } | { readonly kind: 'plain' };
}

export type RefusedConnection =
  | 'no_policy' | 'policy' | 'no_listener' | 'shape' | 'server_name' | 'name_mismatch' | 'unknown_address';

export type Admitted = {
  readonly kind: 'intercept';
  readonly gateway: LiveGateway;
  readonly scheme: 'https' | 'http';
  /** The name the connection is for; for plain HTTP to a literal address undefined until the Host header is read. */
  readonly host: string | undefined;
};

export type Verdict = Admitted | { readonly kind: 'refuse'; readonly reason: RefusedConnection };

const refuse = (reason: RefusedConnection): Verdict => ({ kind: 'refuse', reason });

/** SNI, synthetic name and listener must agree; what disagrees is refused, never repaired. */
export function admit(arrival: Arrival, policy: LivePolicy | undefined): Verdict {
  if (policy === undefined) return refuse('no_policy');
  const gateway = policy.gateways.get(arrival.gateway);
  if (gateway === undefined) return refuse('policy');
  const listener = listenerFor(gateway.listeners, arrival.port, arrival.opening.kind);
  if (listener === undefined) return refuse(gateway.listeners.some((l) => covers(l, arrival.port)) ? 'shape' : 'no_listener');
  // A synthetic address whose name is no longer known must not turn into a destination of its own.
  if (isSynthetic(arrival.address) && arrival.name === undefined) return refuse('unknown_address');
  if (arrival.opening.kind === 'plain') return { kind: 'intercept', gateway, scheme: 'http', host: arrival.name };
  if (arrival.opening.serverName === undefined) return { kind: 'intercept', gateway, scheme: 'https', host: arrival.name ?? arrival.address };
  const serverName = hostname(arrival.opening.serverName);
  if (serverName === undefined || arrival.opening.serverName.endsWith('.')) return refuse('server_name');
  if (arrival.name !== undefined && arrival.name !== serverName) return refuse('name_mismatch');
  return { kind: 'intercept', gateway, scheme: 'https', host: serverName };
}

/** A listener with this port beats one for every port; among the same, the shape that fits what was sent. */
function listenerFor(listeners: readonly Listener[], port: number, opening: 'tls' | 'plain'): Listener | undefined {
  const exact = listeners.filter((l) => l.port === port);
  const candidates = exact.length > 0 ? exact : listeners.filter((l) => l.port === undefined);
  return candidates.find((l) => l.shape === (opening === 'tls' ? 'tls-terminate' : 'http'));
}

function covers(listener: Listener, port: number): boolean {
  return listener.port === undefined || listener.port === port;
}

/** Which names the sandbox may resolve: those its policy could let through. */
export function mayResolve(gateway: LiveGateway | undefined, name: string, covered: (provider: string, host: string) => boolean): boolean {
  if (gateway === undefined) return false;
  return gateway.defaultPolicy === 'allow-all' || gateway.routes.some((r) => covered(r.provider, name));
}
