// Issues certificates with a new P-256 key each: authorities, servers and clients.
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { encodeCertificate, signerOf } from './encode.ts';

export interface CertificateRequest {
  /** Common name, at most 64 characters (X.520). */
  readonly subject: string;
  readonly organization?: string;
  /** DNS names, IP addresses and URIs. */
  readonly altNames?: readonly string[];
  readonly usage: 'ca' | 'server' | 'client';
  readonly days: number;
  /** PEM; without it the certificate signs itself. */
  readonly issuer?: { readonly certificate: string; readonly key: string };
  /** The present time, unless said otherwise. */
  readonly now?: Date;
}

/** PEM, the key as PKCS#8. The key is a secret. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

/** Clocks of two machines differ: a certificate is valid from five minutes before it was made. */
export const clockSkewMs = 5 * 60_000;

/** Makes a key and a certificate for it. */
export function issueCertificate(request: CertificateRequest): Issued {
  if (request.subject.length === 0 || request.subject.length > 64) {
    throw new Error(`issuing a certificate for "${request.subject.slice(0, 80)}": its common name must have 1 to 64 characters`);
  }
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = (request.now ?? new Date()).getTime();
  const contents = {
    subject: request.subject,
    ...(request.organization === undefined ? {} : { organization: request.organization }),
    altNames: request.altNames ?? [],
    usage: request.usage,
    notBefore: new Date(now - clockSkewMs),
    notAfter: new Date(now + request.days * 86_400_000),
    publicKey,
  };
  const signer = request.issuer === undefined
    ? privateKey
    : signerOf(request.issuer.certificate, createPrivateKey(request.issuer.key));
  return { certificate: encodeCertificate(contents, signer), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}
