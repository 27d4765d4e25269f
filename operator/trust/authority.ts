// The operator's own certificate authority as a value: when another one is made, when it signs, and when the last one is forgotten. Pure.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Issued } from '../../proxy/x509/issue.ts';

/** All PEM; keys are secrets. */
export interface AuthorityState {
  /** Signs. */
  readonly current: Issued;
  /** Trusted by everybody already, and does not sign yet. */
  readonly next?: Issued;
  /** Does not sign any more; what it signed is still good. */
  readonly previous?: { readonly certificate: string; readonly until: Date };
}

export interface AuthorityTimes {
  readonly lifeDays: number;
  /** From when a new authority is told to everybody until it signs: longer than a kubelet takes for a ConfigMap, and than a certificate lives. */
  readonly spreadMs: number;
  /** How long the one before is trusted after that: longer than a certificate that it signed lives. */
  readonly overlapMs: number;
}

const hourMs = 3_600_000;
export const usualTimes: AuthorityTimes = { lifeDays: 365, spreadMs: 48 * hourMs, overlapMs: 48 * hourMs };

const span = (certificate: string): { readonly from: number; readonly to: number } => {
  const { validFrom, validTo } = new X509Certificate(certificate);
  return { from: Date.parse(validFrom), to: Date.parse(validTo) };
};

/** The same value when nothing is due. `make` makes a key: it is called only when it is needed. */
export function advance(state: AuthorityState | undefined, now: Date, times: AuthorityTimes, make: () => Issued): AuthorityState {
  const at = now.getTime();
  // One that has ended vouches for nobody: nothing can be handed over from it.
  if (!state || span(state.current.certificate).to <= at) return state?.next && span(state.next.certificate).to > at ? { current: state.next } : { current: make() };
  const { from, to } = span(state.current.certificate);
  if (state.next) {
    const isKnown = at - span(state.next.certificate).from >= times.spreadMs;
    return isKnown ? { current: state.next, previous: { certificate: state.current.certificate, until: new Date(at + times.overlapMs) } } : state;
  }
  if (at - from >= ((to - from) * 2) / 3) return { ...state, next: make() };
  if (state.previous && state.previous.until.getTime() <= at) return { current: state.current };
  return state;
}

/** PEM of everybody who vouches, now or soon. */
export function bundleOf({ current, next, previous }: AuthorityState): string {
  return [current.certificate, next?.certificate, previous?.certificate].filter((pem) => pem !== undefined).map((pem) => `${pem.trim()}\n`).join('');
}

/** Undefined unless both can be used together. The library's message may quote the key, so it goes nowhere. */
export function usablePair({ certificate, key }: Issued): Issued | undefined {
  try {
    const parsed = new X509Certificate(certificate);
    const own = createPrivateKey(key);
    return parsed.ca && own.asymmetricKeyDetails?.namedCurve === 'prime256v1' && parsed.checkPrivateKey(own) ? { certificate, key } : undefined;
  } catch {
    return undefined;
  }
}
