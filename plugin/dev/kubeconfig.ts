// Writes kubeconfigs with everything embedded: one file, no paths, for its owner alone.
import type { Issued } from '../../proxy/x509/issue.ts';
import { writeStateFile } from './state-folder.ts';

export interface KubeconfigContent {
  /** Name of cluster, context and user. */
  readonly name: string;
  /** `https://...`. */
  readonly server: string;
  /** PEM. */
  readonly authority: string;
  readonly client: Issued;
  /** The context's; default unless said otherwise. */
  readonly namespace?: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

export function kubeconfig({ name, server, authority, client, namespace = 'default' }: KubeconfigContent): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(authority) } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    users: [{ name, user: { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(client.key) } }],
  };
  // JSON is YAML, and our own processes read it without the Kubernetes library, which costs each 50 MB and 100 ms.
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Whole or not at all, and never readable by others, not even for a moment. */
export function writeKubeconfig(file: string, content: KubeconfigContent): void {
  writeStateFile(file, kubeconfig(content), 0o600);
}
