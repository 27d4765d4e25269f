// Who vouches for the stand-ins of --offline in a cluster: kept in the state folder, since pods are told it and would be made anew for another.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueCertificate, type Issued } from '../../../proxy/x509/issue.ts';
import { stateSubfolder, writeStateFile } from '../state-folder.ts';

const days = 30;
const renewBeforeMs = 7 * 86_400_000;

function read(folder: string, now: Date): Issued | undefined {
  try {
    const found = { certificate: readFileSync(join(folder, 'offline-ca.crt'), 'utf8'), key: readFileSync(join(folder, 'offline-ca.key'), 'utf8') };
    return Date.parse(new X509Certificate(found.certificate).validTo) - renewBeforeMs > now.getTime() ? found : undefined;
  } catch {
    // Missing or damaged: nobody needs the old one.
    return undefined;
  }
}

export function openOfflineAuthority(stateDir: string, now: Date): Issued {
  const folder = stateSubfolder(stateDir, 'k3s');
  const found = read(folder, now);
  if (found) return found;
  const made = issueCertificate({ subject: 'clrk offline stand-ins', usage: 'ca', days });
  writeStateFile(join(folder, 'offline-ca.key'), made.key, 0o600);
  writeStateFile(join(folder, 'offline-ca.crt'), made.certificate, 0o644);
  return made;
}
