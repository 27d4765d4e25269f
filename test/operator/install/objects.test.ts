// What an installation is made of, whatever is chosen.
import test from 'ava';
import { entries, field, type KubeObject } from '../../../operator/api/object.ts';
import { installLabels } from '../../../operator/install/names.ts';
import { installationObjects } from '../../../operator/install/objects.ts';
import { installSettings } from '../../../operator/install/settings.ts';

const all = installationObjects(installSettings());
const podOf = (kind: string, settings = installSettings()): unknown => field(installationObjects(settings).find((object) => object.kind === kind) ?? {}, 'spec', 'template', 'spec');
const container = (kind: string, settings = installSettings()): unknown => entries(field(podOf(kind, settings), 'containers'))[0];

test('every object carries the labels by which it is found again, and stands once', (t) => {
  for (const { kind, metadata } of all) t.like(metadata.labels, installLabels, `${kind} ${metadata.name}`);
  const keys = all.map(({ apiVersion, kind, metadata }) => [apiVersion, kind, metadata.namespace, metadata.name].join('/'));
  t.is(new Set(keys).size, keys.length);
});

test('what an object needs comes before it: its namespace, its account, what holds the operator', (t) => {
  const at = (is: (object: KubeObject) => boolean): number => all.findIndex(is);
  for (const [index, { metadata }] of all.entries()) {
    if (metadata.namespace !== undefined) t.true(at(({ kind, metadata: { name } }) => kind === 'Namespace' && name === metadata.namespace) < index);
  }
  t.true(at(({ kind }) => kind === 'ValidatingAdmissionPolicy') < at(({ kind }) => kind === 'ClusterRoleBinding'));
  t.true(at(({ kind }) => kind === 'ServiceAccount') < at(({ kind }) => kind === 'Deployment'));
});

test('no role is of a wildcard, and none is bound to cluster-admin', (t) => {
  const rules = all.filter(({ kind }) => kind.endsWith('Role')).flatMap((role) => entries(role['rules']));
  t.true(rules.length > 5);
  for (const rule of rules) for (const part of ['verbs', 'resources', 'apiGroups']) t.false(entries(field(rule, part)).includes('*'), JSON.stringify(rule));
  for (const binding of all.filter(({ kind }) => kind.endsWith('RoleBinding'))) t.not(field(binding, 'roleRef', 'name'), 'cluster-admin');
});

test('the operator is no root and can write nowhere; on a node one folder is mounted, and no capability is left', (t) => {
  t.like(podOf('Deployment'), { automountServiceAccountToken: true, securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } } });
  for (const kind of ['Deployment', 'DaemonSet']) t.like(container(kind), { securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } } });
  t.is(field(podOf('Deployment'), 'volumes'), undefined);
  t.like(podOf('DaemonSet'), { automountServiceAccountToken: false });
  t.deepEqual(entries(field(podOf('DaemonSet'), 'volumes')).flatMap((volume) => field(volume, 'hostPath', 'path') ?? []), ['/var/lib/kubelet/seccomp/clrk']);
});

test('images, replicas, pull secrets and folders are as chosen', (t) => {
  const settings = installSettings({ registry: 'registry.example.com/clrk', replicas: 2, imagePullSecret: 'login', kubeletFolder: '/var/lib/k0s/kubelet', workerAppArmor: 'unconfined' });
  t.regex(String(field(container('Deployment', settings), 'image')), /^registry\.example\.com\/clrk\/clrk-operator:/);
  const env = entries(field(container('Deployment', settings), 'env')).map((one) => `${String(field(one, 'name'))}=${String(field(one, 'value'))}`);
  t.true(env.some((one) => one.startsWith('CLRK_PROXY_IMAGE=registry.example.com/clrk/clrk-proxy:')));
  for (const one of ['CLRK_IMAGE_PULL_SECRETS=login', 'CLRK_WORKER_APPARMOR=unconfined']) t.true(env.includes(one), one);
  for (const kind of ['Deployment', 'DaemonSet']) t.deepEqual(field(podOf(kind, settings), 'imagePullSecrets'), [{ name: 'login' }]);
  t.deepEqual(entries(field(podOf('DaemonSet', settings), 'volumes')).flatMap((volume) => field(volume, 'hostPath', 'path') ?? []), ['/var/lib/k0s/kubelet/seccomp/clrk']);
});

test('without the node profile nothing of it is there, its namespace neither', (t) => {
  const objects = installationObjects(installSettings({ nodeProfile: false }));
  t.deepEqual(objects.filter(({ metadata }) => metadata.name === 'clrk-node' || metadata.namespace === 'clrk-node'), []);
});
