// The Role and RoleBinding by which the operator reads, in one namespace, the Secrets that objects there name, and no other.
import { authoritySecretPrefix } from '../api/group.ts';
import { madeLabels, operatorAccount, secretsRole, systemNamespace } from '../install/names.ts';
import type { KubeObject } from '../kube/kube.ts';

const apiGroup = 'rbac.authorization.k8s.io';

/** In the order in which they are applied. `names` are sorted and without repetition; those of authorities of gateways may be written, too. */
export function secretsGrant(namespace: string, names: readonly string[]): readonly KubeObject[] {
  const metadata = { name: secretsRole, namespace, labels: madeLabels };
  const authorities = names.filter((name) => name.startsWith(authoritySecretPrefix));
  const rule = (resourceNames: readonly string[], verbs: readonly string[]) => (resourceNames.length > 0 ? [{ apiGroups: [''], resources: ['secrets'], resourceNames, verbs }] : []);
  return [
    { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata, rules: [...rule(names, ['get', 'list', 'watch']), ...rule(authorities, ['create', 'patch', 'delete'])] },
    { apiVersion: `${apiGroup}/v1`, kind: 'RoleBinding', metadata, roleRef: { apiGroup, kind: 'Role', name: secretsRole }, subjects: [{ kind: 'ServiceAccount', name: operatorAccount, namespace: systemNamespace }] },
  ];
}
