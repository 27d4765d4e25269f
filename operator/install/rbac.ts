// What the operator may do in a cluster, and what people get with Kubernetes' own roles: ClusterRoles, Roles and their bindings.
import { group, operatorService } from '../api/group.ts';
import { kinds } from '../api/kinds.ts';
import type { KubeObject } from '../api/object.ts';
import { authorityConfigMap, authoritySecret, offlineConfigMap, operatorAccount, operatorLease, readerAccount, secretsRole, systemNamespace, userRoles, workerAccount } from './names.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';

export interface AccessRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

const read = ['get', 'list', 'watch'] as const;
/** Server-side apply is a patch, and a create where there is nothing yet. Both carry the name in the URL, so that resourceNames limits both. */
const keep = [...read, 'create', 'patch'] as const;

const plurals = kinds.map(({ plural }) => plural);
/** Those that people write; revisions are the operator's. */
const written = plurals.filter((plural) => plural !== 'agentsandboxrevisions');

/** Everywhere. No Secrets: those that policies name are granted by the Role that the operator keeps in their namespace. */
export const operatorRules: readonly AccessRule[] = [
  { apiGroups: [group], resources: plurals, verbs: read },
  { apiGroups: [group], resources: plurals.map((plural) => `${plural}/status`), verbs: ['patch'] },
  { apiGroups: [group], resources: ['agentsandboxrevisions'], verbs: ['create', 'patch', 'delete'] },
  // Where OwnerReferencesPermissionEnforcement is on, owner references that hold up a deletion need it.
  { apiGroups: [group], resources: written.map((plural) => `${plural}/finalizers`), verbs: ['update'] },
  { apiGroups: ['apps'], resources: ['deployments'], verbs: keep },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: keep },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: keep },
  { apiGroups: [''], resources: ['serviceaccounts'], resourceNames: [workerAccount, readerAccount], verbs: keep },
  { apiGroups: [''], resources: ['configmaps'], resourceNames: [authorityConfigMap, offlineConfigMap], verbs: keep },
  // Why workers do not start is told by their pods alone; who enrols is compared with its pod.
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
  { apiGroups: [''], resources: ['events'], verbs: ['get', 'create', 'patch'] },
  { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
  // Escalate and bind for this one name: what may stand in it is held by a ValidatingAdmissionPolicy.
  { apiGroups: [apiGroup], resources: ['roles'], resourceNames: [secretsRole], verbs: [...keep, 'delete', 'escalate', 'bind'] },
  { apiGroups: [apiGroup], resources: ['rolebindings'], resourceNames: [secretsRole], verbs: [...keep, 'delete'] },
];

/** In the operator's own namespace. */
export const ownNamespaceRules: readonly AccessRule[] = [
  // A POST has no name that RBAC could look at.
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: [operatorLease.name], verbs: ['get', 'update', 'delete'] },
  { apiGroups: [''], resources: ['secrets'], resourceNames: [authoritySecret], verbs: ['get', 'create', 'patch', 'update'] },
];

const operatorSubject = { kind: 'ServiceAccount', name: operatorAccount, namespace: systemNamespace } as const;
const bound = (kind: 'ClusterRole' | 'Role', name: string) => ({ apiGroup, kind, name });
const inSystem = (name: string) => ({ name, namespace: systemNamespace });

const logsRole = 'clrk-logs';

/** Reading is added to view, edit and admin; writing to edit and admin. */
function peoplesRoles(): readonly KubeObject[] {
  const aggregated = (...roles: readonly string[]): Record<string, string> => Object.fromEntries(roles.map((role) => [`${apiGroup}/aggregate-to-${role}`, 'true']));
  const reading: readonly AccessRule[] = [
    { apiGroups: [group], resources: plurals, verbs: read },
    // Logs of the agents of a namespace are read with a token of this account, which can do nothing else.
    { apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: [readerAccount], verbs: ['create'] },
  ];
  const writing: readonly AccessRule[] = [{ apiGroups: [group], resources: written, verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] }];
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name: userRoles.view, labels: aggregated('view', 'edit', 'admin') }, rules: reading },
    { apiVersion, kind: 'ClusterRole', metadata: { name: userRoles.edit, labels: aggregated('edit', 'admin') }, rules: writing },
  ];
}

/** The way to the operator's port for readers is open to whoever is logged in to the cluster: what is read there takes a token of the agent's namespace. */
function wayToLogs(): readonly KubeObject[] {
  const rules: readonly AccessRule[] = [{ apiGroups: [''], resources: ['services/proxy'], resourceNames: [`https:${operatorService.name}:${operatorService.portName}`], verbs: ['get'] }];
  return [
    { apiVersion, kind: 'Role', metadata: inSystem(logsRole), rules },
    { apiVersion, kind: 'RoleBinding', metadata: inSystem(logsRole), roleRef: bound('Role', logsRole), subjects: [{ apiGroup, kind: 'Group', name: 'system:authenticated' }] },
  ];
}

/** In the order in which they are applied, after the admission policies that hold the operator to its part. */
export const rbacObjects = (): readonly KubeObject[] => [
  ...peoplesRoles(),
  { apiVersion, kind: 'ClusterRole', metadata: { name: operatorAccount }, rules: operatorRules },
  { apiVersion, kind: 'ClusterRoleBinding', metadata: { name: operatorAccount }, roleRef: bound('ClusterRole', operatorAccount), subjects: [operatorSubject] },
  { apiVersion, kind: 'Role', metadata: inSystem(operatorAccount), rules: ownNamespaceRules },
  { apiVersion, kind: 'RoleBinding', metadata: inSystem(operatorAccount), roleRef: bound('Role', operatorAccount), subjects: [operatorSubject] },
  ...wayToLogs(),
];
