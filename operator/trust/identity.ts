// Who may stand at the door: a worker or proxy of one pod, as its client certificate says it.
import type { X509Certificate } from 'node:crypto';

export const roles = ['worker', 'proxy'] as const;
export type Role = (typeof roles)[number];

/** One pod of a pool. */
export interface PodIdentity {
  readonly namespace: string;
  readonly pool: string;
  readonly pod: string;
  /** Tells the pod from an earlier one of its name. */
  readonly uid: string;
}

export interface Identity extends PodIdentity {
  readonly role: Role;
}

/** An identity as one certificate has it. */
export interface Certified extends Identity {
  /** Milliseconds since 1970: which of two certificates for one identity is the newer. */
  readonly issuedAt: number;
  readonly endsAt: number;
}

const name = '[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?';
const uri = new RegExp(`^URI:clrk://(${roles.join('|')})/(${name})/(${name})/(${name})/([A-Za-z0-9-]{1,64})/([0-9]{13,15})$`);
const part = new RegExp(`^${name}$`);

/** Whether every part can stand in a certificate: names as Kubernetes has them. */
export const isNameable = ({ namespace, pool, pod, uid }: PodIdentity): boolean => [namespace, pool, pod].every((one) => part.test(one)) && /^[A-Za-z0-9-]{1,64}$/.test(uid);

export function identityUri({ role, namespace, pool, pod, uid }: Identity, issuedAt: number): string {
  return `clrk://${role}/${namespace}/${pool}/${pod}/${uid}/${issuedAt}`;
}

/** What the certificate says, once who signed it has been checked. Undefined for one that is no worker's or proxy's. */
export function certified(certificate: X509Certificate): Certified | undefined {
  // The only name in it: with several, Node would list them side by side.
  const found = uri.exec(certificate.subjectAltName ?? '');
  if (!found || certificate.ca) return undefined;
  const [, role, namespace = '', pool = '', pod = '', uid = '', issuedAt] = found;
  return { role: role === 'worker' ? 'worker' : 'proxy', namespace, pool, pod, uid, issuedAt: Number(issuedAt), endsAt: Date.parse(certificate.validTo) };
}
