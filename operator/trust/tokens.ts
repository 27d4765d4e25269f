// Whose a bearer token is: one question, asked of the cluster or of the session's own files.
import type { IncomingHttpHeaders } from 'node:http';
import type { Refusal } from '../serve/refusals.ts';
import type { Identity, PodIdentity } from './identity.ts';

export interface Refused {
  readonly kind: 'refused';
  readonly refusal: Refusal;
  /** In our own words. */
  readonly detail?: string;
}

export type Enroller = { readonly kind: 'known'; readonly identity: Identity } | Refused;
export type Reader = { readonly kind: 'allowed'; /** Milliseconds since 1970; a stream ends then. */ readonly until?: number } | Refused;

export interface Tokens {
  /** Who may have a certificate with this token. */
  readonly enroller: (token: string) => Promise<Enroller>;
  /** Whether the pod of a certificate is still there: a certificate lives for an hour, and its pod may be removed because somebody got into it. */
  readonly isLiving: (pod: PodIdentity) => Promise<boolean>;
  /** How often that is asked about who stays. */
  readonly livingMs: number;
  /** Whether who sends these headers may read what agents of this namespace said. */
  readonly reader: (headers: IncomingHttpHeaders, namespace: string) => Promise<Reader>;
}

/** Longer than any token of an API server. */
const maxTokenBytes = 16_384;

/** Of `Authorization: Bearer ...`; undefined when there is none that could be one. */
export function bearerOf(authorization: string | undefined): string | undefined {
  const token = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1];
  return token !== undefined && token.length <= maxTokenBytes ? token : undefined;
}
