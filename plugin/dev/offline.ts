// Brings up the stand-ins of `--offline`, with certificates that live as long as the session, and says what answers for what.
import { accessSync, constants } from 'node:fs';
import { credentialInjectionPolicies, secrets } from '../../operator/kube/resources.ts';
import type { Kube } from '../../operator/kube/kube.ts';
import { issueCertificate, type Issued } from '../../proxy/x509/issue.ts';
import { reveal } from '../../proxy/telemetry/sealed.ts';
import { anthropicHost, startAnthropic } from '../offline/anthropic.ts';
import { AcceptedKeys, digestOf } from '../offline/keys.ts';
import type { SecretContent } from '../secrets/flag.ts';
import type { Ground } from './programs.ts';

/** Images that the worker makes of this machine's own read-only files: that of the first example. */
export const hostImages = ['ghcr.io/apoxy-dev/clrk-echo-bot:latest'] as const;
/** What an agent of such an image needs of this machine. */
const hostPrograms = ['sh', 'curl'] as const;
const programFolders = ['/bin', '/usr/bin', '/usr/local/bin'];

export interface Offline {
  readonly keys: AcceptedKeys;
  readonly settings: NonNullable<Ground['offline']>;
  /** What a person is told about it. */
  readonly notices: readonly string[];
  close(): Promise<void>;
}

function isThere(program: string): boolean {
  return programFolders.some((folder) => {
    try {
      accessSync(`${folder}/${program}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Where pods have to reach the stand-ins: not on loopback, and with who vouches for them the same in each session. */
export interface OfflinePlace {
  readonly listen: string;
  readonly port: number;
  readonly authority: Issued;
}

export async function startOffline(given: readonly SecretContent[], place?: OfflinePlace): Promise<Offline> {
  const keys = new AcceptedKeys();
  for (const { values } of given) for (const value of values.values()) keys.add(digestOf(reveal(value)));
  const issuer = place?.authority ?? issueCertificate({ subject: 'clrk offline stand-ins', usage: 'ca', days: 30 });
  const leaf = issueCertificate({ subject: anthropicHost, altNames: [anthropicHost], usage: 'server', days: 30, issuer });
  const standIn = await startAnthropic({ keys, certificate: `${leaf.certificate}${issuer.certificate}`, key: leaf.key, ...(place ? { host: place.listen, port: place.port } : {}) });
  const missing = hostPrograms.filter((program) => !isThere(program));
  return {
    keys,
    settings: { upstreams: `${anthropicHost}=${standIn.address}`, authority: issuer.certificate, hostImages },
    notices: [
      `offline: ${anthropicHost} answers from the bundled stand-in`,
      // Pods have files of their own.
      ...(place ? [] : [`offline: the image ${hostImages.join(', ')} is made of this machine's own files, read-only`]),
      ...(place ? [] : missing).map((program) => `offline: the example image needs ${program}, which this machine lacks; hint: apt-get install ${program}`),
    ],
    close: () => standIn.close(),
  };
}

interface PolicySpec {
  readonly secretRef?: { readonly name?: string };
  readonly secretKey?: string;
}

/** Digests of every credential that a policy in the cluster names now; the values are let go at once. */
export async function storedDigests(kube: Kube): Promise<readonly Buffer[]> {
  const { items } = await kube.list(credentialInjectionPolicies);
  const digests: Buffer[] = [];
  for (const { metadata, ...policy } of items) {
    const spec = policy['spec'] as PolicySpec | undefined;
    const name = spec?.secretRef?.name;
    if (name === undefined) continue;
    const secret = await kube.get(secrets, { namespace: metadata.namespace ?? 'default', name });
    const encoded = (secret?.['data'] as Readonly<Record<string, string>> | undefined)?.[spec?.secretKey ?? 'token'];
    if (encoded !== undefined) digests.push(digestOf(Buffer.from(encoded, 'base64')));
  }
  return digests;
}
