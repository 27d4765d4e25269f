// Judges the Secret that holds the CA of a gateway, and makes a new one.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { authoritySecretName, labels } from '../api/group.ts';
import type { EgressGateway } from '../api/egress-gateway.ts';
import type { KubeObject } from '../kube/kube.ts';
import { issueCertificate } from '../../proxy/x509/issue.ts';
import { ownerOf } from './owner.ts';
import { secretText, type SecretState } from './secret-state.ts';

export type Authority =
  | { readonly state: 'unknown' | 'absent' }
  /** Made for an earlier gateway of the same name: nothing may trust it any more. */
  | { readonly state: 'foreign' }
  | { readonly state: 'unusable'; readonly why: string }
  | { readonly state: 'present'; readonly certificate: string; readonly key: string };

const tenYears = 3650;
const judged = new WeakMap<KubeObject, Authority>();

export function authority(gateway: EgressGateway, found: SecretState): Authority {
  if (found.state === 'unknown' && found.why) return { state: 'unusable', why: `its Secret ${authoritySecretName(gateway.metadata.name)} cannot be read: ${found.why}` };
  if (found.state !== 'present') return { state: found.state };
  const { secret } = found;
  const owner = secret.metadata.ownerReferences?.find((reference) => reference.kind === 'EgressGateway');
  if (owner && owner.uid !== gateway.metadata.uid && secret.metadata.labels?.[labels.egressGateway]) return { state: 'foreign' };
  const known = judged.get(secret);
  if (known) return known;
  const verdict = judge(secret);
  judged.set(secret, verdict);
  return verdict;
}

/** The proxy refuses a whole policy over one bad authority, so a bad one is kept from it. */
function judge(secret: KubeObject): Authority {
  const certificate = secretText(secret, 'tls.crt');
  const key = secretText(secret, 'tls.key');
  const unusable = (what: string): Authority => ({ state: 'unusable', why: `Secret ${secret.metadata.name} ${what}; delete it and a new one is made` });
  if (!certificate || !key) return unusable('lacks tls.crt or tls.key');
  try {
    const parsed = new X509Certificate(certificate);
    const privateKey = createPrivateKey(key);
    if (!parsed.ca) return unusable('holds a certificate that is not a CA');
    if (privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return unusable('holds a key that is not P-256');
    if (!parsed.checkPrivateKey(privateKey)) return unusable('holds a key that does not belong to its certificate');
    if (parsed.validToDate.getTime() < Date.now()) return unusable('holds a certificate that has expired');
    return { state: 'present', certificate, key };
  } catch {
    // The library's message may quote the key.
    return unusable('holds a certificate or key that cannot be read');
  }
}

/** A Secret with a new CA. Makes a key: not the same twice. */
export function newAuthoritySecret(gateway: EgressGateway): KubeObject {
  const { namespace = 'default', name } = gateway.metadata;
  const issued = issueCertificate({ subject: `clrk egress ${namespace}/${name}`.slice(0, 64), organization: 'clrk', usage: 'ca', days: tenYears });
  const encoded = (text: string): string => Buffer.from(text).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: authoritySecretName(name), namespace, labels: { [labels.egressGateway]: name }, ownerReferences: [ownerOf(gateway)] },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': encoded(issued.certificate), 'tls.key': encoded(issued.key) },
  };
}
