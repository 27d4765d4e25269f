// A stolen token of the operator: what RBAC and the admission policies of an installation refuse it.
import test from 'ava';
import { admissionObjects } from '../../operator/install/admission.ts';
import { operatorRules, ownNamespaceRules, rbacObjects } from '../../operator/install/rbac.ts';
import type { WorkerPool } from '../../operator/api/worker-pool.ts';
import type { Kube, KubeObject } from '../../operator/kube/kube.ts';
import { configmaps, namespaces, pods, resourceOf, secrets, workerPools } from '../../operator/kube/resources.ts';
import { namespaceObjects, poolObjects } from '../../operator/plan/pool-objects.ts';
import { secretsGrant } from '../../operator/plan/secrets-role.ts';
import { clusterKinds } from '../support/cluster.ts';
import { clientOf, namespace, operatorAccountIn, put, refusalOf } from './account.ts';
import { pool, secret } from './echo-bot.ts';
import { eventually } from './rig.ts';

const team = 'team-a';
const rbac = 'rbac.authorization.k8s.io/v1';
const role = (rules: readonly object[], metadata: object = {}): KubeObject => ({ apiVersion: rbac, kind: 'Role', metadata: { name: 'clrk-operator-secrets', namespace: team, ...metadata }, rules });
const readOf = (resourceNames: readonly string[], more: object = {}) => ({ apiGroups: [''], resources: ['secrets'], resourceNames, verbs: ['get'], ...more });
const binding = (changes: object = {}): KubeObject => ({ ...secretsGrant(team, ['x'])[1] as KubeObject, ...changes });

/** Applies as the operator does; undefined: it was let through. */
async function refused(kube: Kube, object: KubeObject): Promise<string | undefined> {
  const resource = resourceOf(object);
  if (!resource) throw new Error(object.kind);
  return (await refusalOf(kube.apply(resource, object, { fieldManager: 'thief', force: true, dryRun: true })))?.message;
}

type Spec = { readonly template: { readonly spec: { readonly containers: readonly object[]; readonly volumes: readonly object[] } } };
/** A Deployment of a pool with its pod changed. */
const withPod = (deployment: KubeObject, change: (pod: Spec['template']['spec']) => object): KubeObject => {
  const spec = deployment['spec'] as Spec;
  return { ...deployment, spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, ...change(spec.template.spec) } } } };
};
const firstContainer = (changes: object) => ({ containers }: Spec['template']['spec']) => ({ containers: [{ ...containers[0], ...changes }, ...containers.slice(1)] });
const volume = (source: object) => ({ volumes }: Spec['template']['spec']) => ({ volumes: [...volumes, { name: 'loot', ...source }] });

test('the operator is no administrator: no wildcard, no Secrets everywhere, no pods to write', (t) => {
  for (const rule of [...operatorRules, ...ownNamespaceRules]) t.false([...rule.apiGroups, ...rule.resources, ...rule.verbs].includes('*'), JSON.stringify(rule));
  const everywhere = (resource: string): readonly string[] => operatorRules.filter((rule) => rule.resources.includes(resource) && !rule.resourceNames).flatMap(({ verbs }) => verbs);
  for (const resource of ['secrets', 'roles', 'rolebindings', 'serviceaccounts', 'configmaps', 'clusterroles', 'nodes', 'namespaces']) t.deepEqual(everywhere(resource), [], resource);
  t.deepEqual(everywhere('pods'), ['get', 'list']);
  t.true(admissionObjects().every(({ kind }) => kind.startsWith('ValidatingAdmissionPolicy')) && rbacObjects().length > 0);
});

if (clusterKinds.includes('real')) test('real: a stolen token reads no Secret that is not granted, and writes nothing that would open one', async (t) => {
  t.timeout(180_000);
  const { cluster, admin, operator } = await operatorAccountIn(t);
  await put(admin, namespace(team), { ...secret, metadata: { name: 'treasure', namespace: team } });
  const stored = (await admin.apply(workerPools, { ...pool, metadata: { name: 'small', namespace: team } }, { fieldManager: 'test' })).object as unknown as WorkerPool;
  const settings = { proxyImage: 'p', doorUrl: 'https://clrk-operator.clrk.svc:8443', imagePullSecrets: [], authority: 'PEM' };
  const made = [...namespaceObjects(team, [stored], settings), ...poolObjects(stored, settings)];
  const deployment = made.find(({ kind }) => kind === 'Deployment') as KubeObject;
  const account = made.find(({ kind }) => kind === 'ServiceAccount') as KubeObject;
  const network = made.find(({ kind }) => kind === 'NetworkPolicy') as KubeObject;
  for (const object of [...made, ...secretsGrant(team, ['x'])]) t.is(await refused(operator, object), undefined, `${object.kind} as the operator writes it`);

  const reads: readonly [string, () => Promise<unknown>][] = [
    ['a Secret that nobody named', () => operator.get(secrets, { namespace: team, name: 'treasure' })],
    ['a Secret by watching its name', async () => { for await (const _ of operator.watch(secrets, { namespace: team, fieldSelector: 'metadata.name=treasure', signal: AbortSignal.timeout(5000) })) return; }],
    ['all Secrets of a namespace', () => operator.list(secrets, { namespace: team })],
    ['all Secrets', () => operator.list(secrets)],
    ['ConfigMaps of others', () => operator.list(configmaps)],
    ['a token of a worker', async () => { if ((await operator.request('POST', `/api/v1/namespaces/${team}/serviceaccounts/clrk-worker/token`, { body: '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest"}' })).status === 403) await operator.get(namespaces, { name: 'x' }); }],
    ['a pod', () => operator.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', namespace: team }, spec: { containers: [{ name: 'x', image: 'x' }] } })],
    ['a pool', () => operator.apply(workerPools, { ...pool, metadata: { name: 'own', namespace: team } }, { fieldManager: 'thief' })],
  ];
  for (const [what, act] of reads) t.is((await refusalOf(act()))?.code, 403, what);

  const writes: readonly [string, KubeObject][] = [
    ['another Role', role([readOf(['treasure'])], { name: 'other' })],
    ['a ClusterRole', { apiVersion: rbac, kind: 'ClusterRole', metadata: { name: 'clrk-operator' }, rules: [] }],
    ['a ClusterRoleBinding', { apiVersion: rbac, kind: 'ClusterRoleBinding', metadata: { name: 'x' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' } }],
    ['all Secrets of the namespace', role([{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }])],
    ['no name at all', role([readOf([])])],
    ['the empty name, which a list has', role([readOf([''], { verbs: ['list'] })])],
    ['every verb', role([readOf(['treasure'], { verbs: ['*'] })])],
    ['writing a Secret', role([readOf(['treasure'], { verbs: ['get', 'update'] })])],
    ['writing two, one of which is an authority', role([readOf(['treasure', 'clrk-egressgateway-ca-x'], { verbs: ['patch'] })])],
    ['every resource', role([readOf(['treasure'], { resources: ['*'] })])],
    ['pods', role([readOf(['treasure']), readOf(['treasure'], { resources: ['pods'] })])],
    ['every group', role([readOf(['treasure'], { apiGroups: ['*'] })])],
    ['Secrets of the cluster itself', role([readOf(['treasure'])], { namespace: 'kube-system' })],
    ['the Role for somebody else', binding({ subjects: [{ kind: 'ServiceAccount', name: 'thief', namespace: team }] })],
    ['the Role for two', binding({ subjects: [{ kind: 'ServiceAccount', name: 'clrk-operator', namespace: 'clrk' }, { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'thief' }] })],
    ['the Role for everybody', binding({ subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:authenticated' }] })],
    ['admin under the name of the binding', binding({ roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' } })],
    ['a Deployment with another account', withPod(deployment, () => ({ serviceAccountName: 'default' }))],
    ['a Deployment with a token', withPod(deployment, () => ({ automountServiceAccountToken: true }))],
    ['a Deployment that mounts a Secret', withPod(deployment, volume({ secret: { secretName: 'treasure' } }))],
    ['a Deployment that projects a Secret', withPod(deployment, volume({ projected: { sources: [{ secret: { name: 'treasure' } }] } }))],
    ['a Deployment with a token for the API server', withPod(deployment, volume({ projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }))],
    ['a Deployment with a folder of its node', withPod(deployment, volume({ hostPath: { path: '/' } }))],
    ['a Deployment with a Secret in its environment', withPod(deployment, firstContainer({ env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'treasure', key: 'x' } } }] }))],
    ['a Deployment with all of a Secret in its environment', withPod(deployment, firstContainer({ envFrom: [{ secretRef: { name: 'treasure' } }] }))],
    ['a Deployment with privilege', withPod(deployment, firstContainer({ securityContext: { privileged: true } }))],
    ['a Deployment in the network of its node', withPod(deployment, () => ({ hostNetwork: true }))],
    ['a Deployment with an init container', withPod(deployment, ({ containers }) => ({ initContainers: [{ ...containers[0], name: 'first' }] }))],
    ['a Deployment of no pool', { ...deployment, metadata: { name: 'mine', namespace: team } }],
    ['an account with a role in the cloud', { ...account, metadata: { ...account.metadata, annotations: { 'eks.amazonaws.com/role-arn': 'x' } } }],
    ['an account with a Secret', { ...account, imagePullSecrets: [{ name: 'treasure' }] }],
    ['another account', { ...account, metadata: { ...account.metadata, name: 'default' } }],
    ['another ConfigMap', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt', namespace: team }, data: {} }],
    ['a network policy about all pods', { ...network, spec: { podSelector: {}, policyTypes: ['Ingress'] } }],
    ['an end of what holds it', { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'clrk-operator-roles' } }],
  ];
  for (const [what, object] of writes) t.regex((await refused(operator, object)) ?? 'it was let through', /forbidden|denied/i, what);

  // What others made is not taken over, even by writing into it what would be let through as new.
  await put(admin, { ...deployment, metadata: { name: 'small-workers', namespace: 'default' } });
  t.regex((await refused(operator, { ...deployment, metadata: { ...deployment.metadata, namespace: 'default' } })) ?? '', /takes over nothing/);
  // The policies are about this account alone.
  t.is(await refused(admin, withPod(deployment, () => ({ serviceAccountName: 'default' }))), undefined);

  // What remains: who has the token can name any Secret that it knows the name of, outside of the cluster's own namespaces.
  await Promise.all(secretsGrant(team, ['treasure']).map(async (object) => operator.apply(resourceOf(object) ?? secrets, object, { fieldManager: 'thief', force: true })));
  const read = await eventually(() => operator.get(secrets, { namespace: team, name: 'treasure' }).catch(() => undefined), (found) => found !== undefined);
  t.is(read?.metadata.name, 'treasure');
  t.is((await refusalOf(operator.list(secrets, { namespace: team })))?.code, 403, 'and it has to know it');

  const { kube: worker } = await clientOf(t, cluster, 'clrk-worker', team);
  for (const resource of [secrets, pods, configmaps, workerPools]) t.is((await refusalOf(worker.list(resource, { namespace: team })))?.code, 403, `a worker's account may not list ${resource.plural}`);
});
