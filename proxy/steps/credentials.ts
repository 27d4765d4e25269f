// Puts credentials into a request's headers; the one place where a secret's bytes leave their seal to be sent.
import type { LiveCredential } from '../policy.ts';
import { credentialHeaders } from '../redact.ts';
import { reveal, type Sealed } from '../telemetry/sealed.ts';

export interface Injection {
  readonly credentials: readonly LiveCredential[];
  readonly injects: boolean;
}

/** The credentials that apply: those of the gateway, and those of the route that matched. */
export function applicable(credentials: readonly LiveCredential[], route: string | undefined): readonly LiveCredential[] {
  return credentials.filter((c) => c.route === undefined || c.route === route);
}

/** The first that cannot be put in. One is enough to refuse: a call never leaves without its credential. */
export function missing(credentials: readonly LiveCredential[]): { policy: string; why: string } | undefined {
  for (const c of credentials) if (c.secret.state === 'missing') return { policy: c.policy, why: c.secret.why };
  return undefined;
}

/**
 * Removes every spelling and copy of the headers that credentials own and adds the real values, the last policy on a
 * header winning. With a real credential no other one of the agent's own goes out beside it: an upstream might prefer
 * that, and run the call for somebody else. `headers` is a flat list of names and values.
 */
export function inject(headers: readonly string[], { credentials, injects }: Injection): string[] {
  const owned = new Map<string, Sealed>();
  for (const c of credentials) if (injects && c.secret.state === 'present') owned.set(c.header, c.secret.value);
  // Some servers read an underscore as a dash, so x_api_key would compete with x-api-key.
  const comparable = (name: string): string => name.toLowerCase().replaceAll('_', '-');
  const names = new Set(credentials.map((c) => comparable(c.header)));
  if (owned.size > 0) for (const name of credentialHeaders) names.add(name);
  const result: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (!names.has(comparable(name))) result.push(name, headers[i + 1] ?? '');
  }
  for (const [name, value] of owned) result.push(name, reveal(value));
  return result;
}

const credentialParameters = new Set(['key', 'api_key', 'api-key', 'apikey', 'access_token', 'access-token']);

/** The target without what the agent put there in a credential's place, where a real one goes with it. */
export function withoutKeys(target: string, { credentials, injects }: Injection): string {
  const at = target.indexOf('?');
  if (at === -1 || !injects || credentials.length === 0) return target;
  const kept = target.slice(at + 1).split('&').filter((pair) => !credentialParameters.has(parameterName(pair)));
  return kept.length === 0 ? target.slice(0, at) : `${target.slice(0, at)}?${kept.join('&')}`;
}

/** As a server reads it: a name may be written with escapes. */
function parameterName(pair: string): string {
  const name = pair.split('=', 1)[0] ?? '';
  return name.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))).trim().toLowerCase();
}

/** The header that proves who this proxy is to the operator. */
export function bearer(token: Sealed): string {
  return `Bearer ${reveal(token)}`;
}
