// What is in every cluster and every namespace without anybody's doing: the first namespaces, the `kubernetes` Service, the default account, the authority's certificate.
import { X509Certificate } from 'node:crypto';
import { coreKinds, namespaces } from '../core/kinds.ts';
import { firstAddress } from '../core/net/addresses.ts';
import { at, type KubeObject } from '../json.ts';
import { keyOf, type Resource } from '../resource.ts';
import type { Parts } from '../rest/call.ts';
import { make, rewrite } from './make.ts';

type Needs = Pick<Parts, 'store'>;

const initial = ['default', 'kube-system', 'kube-public'];
const controller = 'kube-controller-manager';
export const authorityMap = 'kube-root-ca.crt';
const description = 'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

function kind(plural: string): Resource {
  const found = coreKinds.find((one) => one.plural === plural);
  if (!found) throw new Error(`there is no kind ${plural}`);
  return found;
}
const [maps, accounts, services] = [kind('configmaps'), kind('serviceaccounts'), kind('services')];

/** Made once; a start that finds them changes nothing. */
export async function makeNamespaces(parts: Needs): Promise<void> {
  await Promise.all(initial.map((name) => make(parts, namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, 'kube-apiserver')));
}

/** Tools look for it to tell that a cluster is one. */
export async function makeKubernetesService(parts: Needs, targetPort: number): Promise<void> {
  await make(parts, services, {
    apiVersion: 'v1', kind: 'Service', metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: { clusterIP: firstAddress, ipFamilyPolicy: 'SingleStack', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort }], sessionAffinity: 'None', type: 'ClusterIP' },
  }, 'kube-apiserver');
}

/** The certificate that clients inside of the cluster trust this server by; undefined when it was issued by somebody else. */
export function publishedAuthority(certificate: string, authority: string): string | undefined {
  return new X509Certificate(certificate).checkIssued(new X509Certificate(authority)) ? authority : undefined;
}

/** The default account and the authority's certificate are in every namespace, and come back when they are deleted or changed. */
export async function furnish(parts: Needs, namespace: string, authority: string | undefined): Promise<void> {
  await make(parts, accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } }, controller);
  if (authority === undefined) return;
  const data = { 'ca.crt': authority };
  const live = parts.store.head(keyOf(maps, namespace, authorityMap));
  if (!live) await make(parts, maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: authorityMap, namespace, annotations: { 'kubernetes.io/description': description } }, data }, controller);
  else if (at(live, 'data', 'ca.crt') !== authority) await rewrite(parts, maps, live, { data } as Partial<KubeObject>, { agent: controller });
}
