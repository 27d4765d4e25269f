// Decides one request by policy: whether it passes, by which route, and whether credentials go with it. Pure.
import { ownHosts } from '../contract.ts';
import type { LiveCredential, LiveGateway } from '../policy.ts';
import type { RefusalCode } from '../refusals.ts';
import { applicable, missing } from './credentials.ts';
import { route, routeCleartext } from './route.ts';

export interface Asked {
  readonly scheme: 'https' | 'http';
  readonly host: string;
  readonly path: string;
  readonly model: string | undefined;
}

export interface Allowed {
  readonly kind: 'allowed';
  readonly route: string | undefined;
  readonly credentials: readonly LiveCredential[];
  /** False: the host is the agent's choice, so the headers of the credentials are removed and nothing is put in their place. */
  readonly injects: boolean;
}

export interface Denied {
  readonly kind: 'refused';
  readonly route: string | undefined;
  readonly credentials: readonly LiveCredential[];
  readonly code: RefusalCode;
  readonly detail: string;
}

export function decide(gateway: LiveGateway, asked: Asked): Allowed | Denied {
  const routed = asked.scheme === 'https' ? route(gateway, asked.host, asked.path, asked.model) : routeCleartext(gateway, asked.host);
  if (routed.kind === 'refused') return { ...routed, route: undefined, credentials: [] };
  const entry = routed.kind === 'matched' ? routed.entry : undefined;
  const credentials = applicable(gateway.credentials, entry?.route);
  const refuse = (code: RefusalCode, detail: string): Denied => ({ kind: 'refused', route: entry?.route, credentials, code, detail });
  const [first] = credentials;
  if (first !== undefined && asked.scheme === 'http') return refuse('credential_cleartext', first.policy);
  const injects = entry !== undefined && ownHosts.has(entry.provider);
  const ofRoute = credentials.find((c) => c.route !== undefined);
  if (!injects && ofRoute !== undefined) return refuse('credential_host', `policy ${ofRoute.policy}, host ${asked.host}`);
  const lacking = injects ? missing(credentials) : undefined;
  if (lacking !== undefined) return refuse('credential_missing', `policy ${lacking.policy}: ${lacking.why}`);
  return { kind: 'allowed', route: entry?.route, credentials, injects };
}
