// Puts credentials into a request's headers; the one place where a secret's bytes leave their seal to be sent.
import type { LiveCredential } from '../policy.ts';
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
 * header winning. `headers` is a flat list of names and values.
 */
export function inject(headers: readonly string[], { credentials, injects }: Injection): string[] {
  const owned = new Map<string, Sealed>();
  for (const c of credentials) if (injects && c.secret.state === 'present') owned.set(c.header, c.secret.value);
  // Some servers read an underscore as a dash, so x_api_key would compete with x-api-key.
  const comparable = (name: string): string => name.toLowerCase().replaceAll('_', '-');
  const names = new Set(credentials.map((c) => comparable(c.header)));
  const result: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (!names.has(comparable(name))) result.push(name, headers[i + 1] ?? '');
  }
  for (const [name, value] of owned) result.push(name, reveal(value));
  return result;
}

/** The header that proves who this proxy is to the operator. */
export function bearer(token: Sealed): string {
  return `Bearer ${reveal(token)}`;
}
