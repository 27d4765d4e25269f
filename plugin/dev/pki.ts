// The session's certificates, kept in the state folder: made once, renewed when they near their end or can't be read.
import { X509Certificate, createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueCertificate, type CertificateRequest, type Issued } from '../../proxy/x509/issue.ts';
import { stateSubfolder, writeStateFile } from './state-folder.ts';

export interface Pki {
  readonly folder: string;
  readonly authority: Issued;
  readonly apiserver: Issued;
  readonly admin: Issued;
  readonly operatorClient: Issued;
  /** Of the operator: it vouches for itself, the worker and the proxy, and for nobody at the API server. */
  readonly operatorAuthority: Issued;
  /** One sentence for each certificate that had to be made anew, and why. */
  readonly renewed: readonly string[];
}

type Kind = Omit<CertificateRequest, 'issuer'>;

const authorityKind: Kind = { subject: 'clrk-dev', usage: 'ca', days: 3650 };
const operatorAuthorityKind: Kind = { subject: 'clrk-operator-ca', organization: 'clrk', usage: 'ca', days: 3650 };
const loopback = ['localhost', '127.0.0.1', '::1'];

/** Organisation `system:masters` is how Kubernetes says "may do everything". */
const kinds = {
  apiserver: { subject: 'kube-apiserver', usage: 'server', days: 365, altNames: [...loopback, 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'] },
  admin: { subject: 'clrk-dev-admin', organization: 'system:masters', usage: 'client', days: 365 },
  operatorClient: { subject: 'system:serviceaccount:clrk:clrk-operator', organization: 'system:masters', usage: 'client', days: 365 },
} as const satisfies Readonly<Record<string, Kind>>;

/** Name of its files in the folder, without what tells key from certificate. */
export const operatorAuthorityFile = 'operator-ca';

const dayMs = 86_400_000;
const renewBeforeMs = 30 * dayMs;

function readableKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** Why a pair can't be used any more; undefined: it is good. */
function flaw(pair: Issued, kind: Kind, issuer: string, now: Date): string | undefined {
  try {
    const certificate = new X509Certificate(pair.certificate);
    const from = new X509Certificate(issuer);
    const key = readableKey(pair.key);
    if (!key) return 'had an unreadable key';
    if (!certificate.checkPrivateKey(key)) return 'did not belong to its key';
    if (!certificate.verify(from.publicKey)) return 'was of another authority';
    if (now.getTime() > Date.parse(certificate.validTo) - renewBeforeMs) return 'was near its end';
    if (now.getTime() < Date.parse(certificate.validFrom)) return 'was not yet valid';
    if (certificate.ca !== (kind.usage === 'ca')) return 'was for another use';
    const names = certificate.subjectAltName ?? '';
    if ((kind.altNames ?? []).some((name) => name !== '::1' && !names.includes(name))) return 'lacked a name';
    return certificate.subject.includes(kind.subject) ? undefined : 'was for another name';
  } catch {
    return 'was unreadable';
  }
}

function read(folder: string, name: string): Issued | undefined {
  try {
    return { certificate: readFileSync(join(folder, `${name}.crt`), 'utf8'), key: readFileSync(join(folder, `${name}.key`), 'utf8') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return { certificate: '', key: '' };
  }
}

/** Reads what there is, and makes what is missing or no longer good. */
export function openPki(stateDir: string, now: Date): Pki {
  const folder = stateSubfolder(stateDir, 'pki');
  const renewed: string[] = [];
  const ensure = (name: string, kind: Kind, issuer?: Issued): Issued => {
    const found = read(folder, name);
    const why = found && flaw(found, kind, (issuer ?? found).certificate, now);
    if (found && why === undefined) return found;
    if (why !== undefined) renewed.push(`the certificate ${join(folder, name)}.crt ${why} and was made anew`);
    const made = issueCertificate({ ...kind, ...(issuer ? { issuer } : {}) });
    writeStateFile(join(folder, `${name}.key`), made.key, 0o600);
    writeStateFile(join(folder, `${name}.crt`), made.certificate, 0o644);
    return made;
  };
  const authority = ensure('ca', authorityKind);
  return {
    folder,
    authority,
    apiserver: ensure('apiserver', kinds.apiserver, authority),
    admin: ensure('admin', kinds.admin, authority),
    operatorClient: ensure('operator-client', kinds.operatorClient, authority),
    operatorAuthority: ensure(operatorAuthorityFile, operatorAuthorityKind),
    renewed,
  };
}
