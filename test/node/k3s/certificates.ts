// Makes the certificates and kubeconfigs of the parts: one authority that lasts as long as the state, everything else anew at each start.
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { kubeconfig } from '../../../plugin/dev/kubeconfig.ts';
import { issueCertificate, type CertificateRequest, type Issued } from '../../../proxy/x509/issue.ts';
import type { ServerArguments } from './arguments.ts';

export interface Credentials {
  readonly authority: string;
  readonly serviceAccountKey: string;
  readonly serviceAccountPublicKey: string;
  /** Certificate and key file of a part. */
  pair(name: PairName): { readonly certificate: string; readonly key: string };
  /** Kubeconfig file of a part. */
  kubeconfig(name: ClientName): string;
}

export type ClientName = 'admin' | 'kubelet' | 'kube-proxy' | 'kube-scheduler' | 'kube-controller-manager';
type PairName = ClientName | 'apiserver' | 'apiserver-kubelet' | 'kubelet-server' | 'front-proxy';

type Kind = Omit<CertificateRequest, 'issuer' | 'days'>;
const days = 365;

function kinds({ tlsSans, nodeName, serviceCidr }: ServerArguments, address: string): { readonly [name in PairName]: Kind } {
  const names = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'localhost', '127.0.0.1', serviceCidr.replace(/\.0\/\d+$/, '.1')];
  return {
    admin: { subject: 'system:admin', organization: 'system:masters', usage: 'client' },
    kubelet: { subject: `system:node:${nodeName}`, organization: 'system:nodes', usage: 'client' },
    'kube-proxy': { subject: 'system:kube-proxy', usage: 'client' },
    'kube-scheduler': { subject: 'system:kube-scheduler', usage: 'client' },
    'kube-controller-manager': { subject: 'system:kube-controller-manager', usage: 'client' },
    'apiserver-kubelet': { subject: 'kube-apiserver', organization: 'system:masters', usage: 'client' },
    'front-proxy': { subject: 'system:auth-proxy', usage: 'client' },
    apiserver: { subject: 'kube-apiserver', usage: 'server', altNames: [...new Set([...names, nodeName, address, ...tlsSans])] },
    'kubelet-server': { subject: nodeName, usage: 'server', altNames: [nodeName, address, '127.0.0.1'] },
  };
}

function keptAuthority(folder: string): Issued {
  const [certificate, key] = [join(folder, 'server-ca.crt'), join(folder, 'server-ca.key')];
  if (existsSync(certificate) && existsSync(key)) return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
  const made = issueCertificate({ subject: 'k3s-server-ca', usage: 'ca', days: 3650 });
  writeFileSync(key, made.key, { mode: 0o600 });
  writeFileSync(certificate, made.certificate);
  return made;
}

/** Tokens that were given out stay good over a restart. */
function keptServiceAccountKey(folder: string): void {
  if (existsSync(join(folder, 'service.pub'))) return;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'sec1', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
  writeFileSync(join(folder, 'service.key'), privateKey, { mode: 0o600 });
  writeFileSync(join(folder, 'service.pub'), publicKey);
}

/** Writes all below `folder`, and the administrator's kubeconfig where the arguments say. */
export function openCredentials(folder: string, settings: ServerArguments, address: string): Credentials {
  mkdirSync(folder, { recursive: true });
  const authority = keptAuthority(folder);
  keptServiceAccountKey(folder);
  const wanted = kinds(settings, address);
  const server = `https://127.0.0.1:${settings.port}`;
  for (const [name, kind] of Object.entries(wanted)) {
    const client = issueCertificate({ ...kind, days, issuer: authority });
    writeFileSync(join(folder, `${name}.crt`), client.certificate);
    writeFileSync(join(folder, `${name}.key`), client.key, { mode: 0o600 });
    if (kind.usage === 'client') writeFileSync(join(folder, `${name}.kubeconfig`), kubeconfig({ name: 'default', server, authority: authority.certificate, client }), { mode: 0o600 });
  }
  mkdirSync(dirname(settings.kubeconfig), { recursive: true });
  writeFileSync(settings.kubeconfig, readFileSync(join(folder, 'admin.kubeconfig')), { mode: settings.kubeconfigMode });
  chmodSync(settings.kubeconfig, settings.kubeconfigMode);
  return {
    authority: join(folder, 'server-ca.crt'),
    serviceAccountKey: join(folder, 'service.key'),
    serviceAccountPublicKey: join(folder, 'service.pub'),
    pair: (name) => ({ certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) }),
    kubeconfig: (name) => join(folder, `${name}.kubeconfig`),
  };
}
