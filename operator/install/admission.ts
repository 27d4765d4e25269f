// Holds the operator's account and the tokens of readers to what they are there for, beyond what RBAC can say.
import { authoritySecretPrefix, group } from '../api/group.ts';
import type { KubeObject } from '../api/object.ts';
import { listInCel } from '../api/schema.ts';
import { audiences, authorityConfigMap, componentLabel, components, offlineConfigMap, operatorAccount, operatorUser, readerAccount, secretsRole, systemNamespace, workerAccount, workersOf } from './names.ts';

const apiVersion = 'admissionregistration.k8s.io/v1';

interface Validation {
  readonly expression: string;
  readonly message: string;
}

interface Held {
  readonly name: string;
  /** `plural`: with a subresource, where it is about one. */
  readonly resource: { readonly apiGroup: string; readonly plural: string };
  /** Of which requests; those of the operator's account when nothing is said. */
  readonly condition?: { readonly name: string; readonly expression: string };
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly Validation[];
}

/** Namespaces of the cluster itself: what lies there opens the whole of it. */
export const closedNamespaces = ['kube-system', 'kube-public', 'kube-node-lease'] as const;

const outsideTheClusterItself: Validation = { expression: `!(object.metadata.namespace in ${listInCel(closedNamespaces)})`, message: `the operator of CLRK writes nothing in ${closedNamespaces.join(', ')}; put agents, policies and pools into a namespace of their own` };

const secretsRules: readonly Validation[] = [
  outsideTheClusterItself,
  { expression: `object.metadata.name == '${secretsRole}'`, message: `the operator of CLRK writes no other Role than ${secretsRole}` },
  {
    // A name that is empty would match a list of all of them.
    expression: `!has(object.rules) || object.rules.all(r, has(r.apiGroups) && r.apiGroups == [''] && has(r.resources) && r.resources == ['secrets'] && !has(r.nonResourceURLs) && has(r.resourceNames) && r.resourceNames.size() > 0 && r.resourceNames.all(n, n != ''))`,
    message: `${secretsRole} grants Secrets, each by its name, and nothing else`,
  },
  {
    expression: `!has(object.rules) || object.rules.all(r, r.verbs.all(v, v in ['get', 'list', 'watch']) || (r.verbs.all(v, v in ['create', 'patch', 'delete']) && has(r.resourceNames) && r.resourceNames.all(n, n.startsWith('${authoritySecretPrefix}'))))`,
    message: `${secretsRole} grants reading (get, list, watch), and writing of ${authoritySecretPrefix}* alone`,
  },
];

const secretsBinding: readonly Validation[] = [
  outsideTheClusterItself,
  { expression: `object.metadata.name == '${secretsRole}' && object.roleRef.apiGroup == 'rbac.authorization.k8s.io' && object.roleRef.kind == 'Role' && object.roleRef.name == '${secretsRole}'`, message: `the operator of CLRK binds no other role than the Role ${secretsRole}` },
  {
    expression: `has(object.subjects) && object.subjects.size() == 1 && object.subjects[0].kind == 'ServiceAccount' && object.subjects[0].name == '${operatorAccount}' && has(object.subjects[0].namespace) && object.subjects[0].namespace == '${systemNamespace}'`,
    message: `${secretsRole} is bound to ServiceAccount ${systemNamespace}/${operatorAccount} and to nobody else`,
  },
];

/** Of a pool, before and after. Whose it is cannot be forged into what somebody else made. */
const ofPool = (object: string): string =>
  `(has(${object}.metadata.ownerReferences) && ${object}.metadata.ownerReferences.exists(o, o.kind == 'WorkerPool' && o.apiVersion.startsWith('${group}/') && ${object}.metadata.name == o.name + '${workersOf('')}'))`;
const ofPoolAlone: readonly Validation[] = [
  outsideTheClusterItself,
  { expression: `${ofPool('object')} && (oldObject == null || ${ofPool('oldObject')})`, message: 'the operator of CLRK writes what belongs to a WorkerPool, and takes over nothing of anybody else' },
];

const configMaps = listInCel([authorityConfigMap, offlineConfigMap]);
const tokens = listInCel([audiences.worker, audiences.proxy]);

const workerPods: readonly Validation[] = [
  ...ofPoolAlone,
  {
    expression: `has(variables.pod.serviceAccountName) && variables.pod.serviceAccountName == '${workerAccount}' && has(variables.pod.automountServiceAccountToken) && !variables.pod.automountServiceAccountToken`,
    message: `workers run as ServiceAccount ${workerAccount} and get no token of the API server`,
  },
  {
    expression: `(!has(variables.pod.hostNetwork) || !variables.pod.hostNetwork) && (!has(variables.pod.hostPID) || !variables.pod.hostPID) && (!has(variables.pod.hostIPC) || !variables.pod.hostIPC) && !has(variables.pod.initContainers) && !has(variables.pod.priorityClassName) && !has(variables.pod.runtimeClassName) && !has(variables.pod.nodeName)`,
    message: 'workers share nothing with their node and are no more urgent than others',
  },
  {
    expression: `has(variables.pod.securityContext) && has(variables.pod.securityContext.runAsNonRoot) && variables.pod.securityContext.runAsNonRoot && variables.pod.containers.all(c, has(c.securityContext) && (!has(c.securityContext.privileged) || !c.securityContext.privileged) && (!has(c.securityContext.runAsNonRoot) || c.securityContext.runAsNonRoot) && has(c.securityContext.runAsUser) && c.securityContext.runAsUser > 0 && has(c.securityContext.allowPrivilegeEscalation) && !c.securityContext.allowPrivilegeEscalation && has(c.securityContext.capabilities) && has(c.securityContext.capabilities.drop) && c.securityContext.capabilities.drop == ['ALL'] && !has(c.securityContext.capabilities.add))`,
    message: 'workers are unprivileged: no root, no capabilities, no new privileges',
  },
  {
    expression: `variables.pod.containers.all(c, !has(c.envFrom) && (!has(c.env) || c.env.all(e, !has(e.valueFrom) || has(e.valueFrom.fieldRef))) && (!has(c.ports) || c.ports.all(p, !has(p.hostPort))) && !has(c.volumeDevices))`,
    message: 'workers take no Secret or ConfigMap into their environment, and no port of their node',
  },
  {
    expression: `!has(variables.pod.volumes) || variables.pod.volumes.all(v, has(v.emptyDir) || (has(v.configMap) && v.configMap.name in ${configMaps}) || (has(v.projected) && v.projected.sources.all(s, (has(s.configMap) && s.configMap.name in ${configMaps}) || (has(s.serviceAccountToken) && has(s.serviceAccountToken.audience) && s.serviceAccountToken.audience in ${tokens}))))`,
    message: 'workers mount empty folders, the certificate of the operator and tokens for its door, and nothing else',
  },
];

const workersSelected = (path: string): Validation => ({
  expression: `has(${path}.matchLabels) && '${componentLabel}' in ${path}.matchLabels && ${path}.matchLabels['${componentLabel}'] == '${components.worker}'`,
  message: 'the operator of CLRK writes rules about workers, and about no other pods',
});

const accounts: readonly Validation[] = [
  outsideTheClusterItself,
  { expression: 'has(object.automountServiceAccountToken) && !object.automountServiceAccountToken', message: 'accounts of workers and readers have no token of the API server in their pods' },
  {
    // An annotation may be worth a role in the cloud.
    expression: `oldObject == null ? (!has(object.metadata.annotations) && !has(object.imagePullSecrets) && !has(object.secrets)) : (object.metadata.?annotations == oldObject.metadata.?annotations && object.?imagePullSecrets == oldObject.?imagePullSecrets && object.?secrets == oldObject.?secrets)`,
    message: 'the operator of CLRK gives its accounts no annotations and no Secrets, and takes none away',
  },
];

/** Whoever may view a namespace may ask for these tokens: they must be worth nothing else, and not for longer than the right to ask. */
const readerTokens: readonly Validation[] = [
  { expression: `object.spec.audiences == ['${audiences.reader}']`, message: `a token of ${readerAccount} is for reading logs: its one audience is ${audiences.reader}` },
  { expression: `!has(object.spec.expirationSeconds) || object.spec.expirationSeconds <= 3600`, message: `a token of ${readerAccount} lives for an hour at most` },
];

const writtenByOperator = { name: 'written-by-the-operator', expression: `request.userInfo.username == '${operatorUser}'` };

const pod = [{ name: 'pod', expression: 'object.spec.template.spec' }];
const rbac = 'rbac.authorization.k8s.io';

const held: readonly Held[] = [
  { name: 'clrk-operator-roles', resource: { apiGroup: rbac, plural: 'roles' }, validations: secretsRules },
  { name: 'clrk-operator-rolebindings', resource: { apiGroup: rbac, plural: 'rolebindings' }, validations: secretsBinding },
  { name: 'clrk-operator-deployments', resource: { apiGroup: 'apps', plural: 'deployments' }, variables: pod, validations: workerPods },
  { name: 'clrk-operator-networkpolicies', resource: { apiGroup: 'networking.k8s.io', plural: 'networkpolicies' }, validations: [...ofPoolAlone, workersSelected('object.spec.podSelector')] },
  { name: 'clrk-operator-poddisruptionbudgets', resource: { apiGroup: 'policy', plural: 'poddisruptionbudgets' }, validations: [...ofPoolAlone, workersSelected('object.spec.selector')] },
  { name: 'clrk-operator-serviceaccounts', resource: { apiGroup: '', plural: 'serviceaccounts' }, validations: accounts },
  { name: 'clrk-reader-tokens', resource: { apiGroup: '', plural: 'serviceaccounts/token' }, condition: { name: 'of-a-reader', expression: `request.name == '${readerAccount}'` }, validations: readerTokens },
];

const policy = ({ name, resource, condition = writtenByOperator, variables = [], validations }: Held): KubeObject => ({
  apiVersion,
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  spec: {
    failurePolicy: 'Fail',
    // With what a server would fill in: it is one value to server-side apply, which would conflict with itself under another manager.
    matchConstraints: {
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      resourceRules: [{ apiGroups: [resource.apiGroup], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: [resource.plural], scope: '*' }],
    },
    matchConditions: [condition],
    ...(variables.length > 0 ? { variables } : {}),
    validations,
  },
});

const binding = ({ name }: Held): KubeObject => ({ apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name }, spec: { policyName: name, validationActions: ['Deny'] } });

/** ValidatingAdmissionPolicies and their bindings; Kubernetes 1.30 or newer has them. */
export const admissionObjects = (): readonly KubeObject[] => held.flatMap((one) => [policy(one), binding(one)]);
