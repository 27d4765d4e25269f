// How a worker or proxy gets its certificate: what it posts to the operator's door, and what it is answered.

/** POST with a bearer token: an {@link EnrolmentRequest}, answered with an {@link Enrolment}. Everything else at the door takes the certificate. */
export const enrolPath = '/v1/enrol';

export interface EnrolmentRequest {
  /** SubjectPublicKeyInfo as PEM, P-256. The key to it never leaves the process that made it. */
  readonly publicKey: string;
}

export interface Enrolment {
  /** PEM of the client certificate, and what stands between it and the authority. Who it is for is the operator's own knowledge. */
  readonly certificate: string;
  /** PEM of everybody who may vouch for the operator from now on: two authorities while one takes the place of the other. */
  readonly authority: string;
  /** From now on. Not a time of day: the clocks of two machines differ. */
  readonly lifeSeconds: number;
}

export const maxEnrolmentBytes = 4096;
export const maxEnrolmentAnswerBytes = 262_144;

const pem = (label: string): RegExp => new RegExp(`^(-----BEGIN ${label}-----\\r?\\n[A-Za-z0-9+/=\\r\\n]+-----END ${label}-----\\s*)+$`);

function field(value: unknown, name: keyof EnrolmentRequest | keyof Enrolment): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** Throws an Error that names what is wrong. */
export function parseEnrolmentRequest(value: unknown): EnrolmentRequest {
  const publicKey = field(value, 'publicKey');
  if (typeof publicKey !== 'string' || !pem('PUBLIC KEY').test(publicKey)) throw new Error('publicKey: is not the PEM of a public key');
  return { publicKey };
}

/** Throws an Error that names what is wrong. */
export function parseEnrolment(value: unknown): Enrolment {
  const [certificate, authority, lifeSeconds] = [field(value, 'certificate'), field(value, 'authority'), field(value, 'lifeSeconds')];
  if (typeof certificate !== 'string' || !pem('CERTIFICATE').test(certificate)) throw new Error('certificate: is not PEM');
  if (typeof authority !== 'string' || !pem('CERTIFICATE').test(authority)) throw new Error('authority: is not PEM');
  if (typeof lifeSeconds !== 'number' || !(lifeSeconds > 0) || lifeSeconds > 31_536_000) throw new Error('lifeSeconds: is no number of seconds up to a year');
  return { certificate, authority, lifeSeconds };
}
