// What a WorkerPool is made of: unprivileged pods, closed to the network, as a real API server takes them.
import test from 'ava';
import type { WorkerPool } from '../../operator/api/worker-pool.ts';
import type { KubeObject } from '../../operator/kube/kube.ts';
import { resourceOf, workerPools } from '../../operator/kube/resources.ts';
import { namespaceObjects, poolObjects, type PoolSettings } from '../../operator/plan/pool-objects.ts';
import { workerPod } from '../../operator/plan/worker-pod.ts';
import { podsOfPools } from '../../operator/pod-settings.ts';
import { clusterKinds, startCluster } from '../support/cluster.ts';
import { pool as smallest } from './echo-bot.ts';

const settings: PoolSettings = { proxyImage: 'ghcr.io/apoxy-dev/clrk-proxy:1', doorUrl: 'https://clrk-operator.clrk.svc:8443', imagePullSecrets: ['mirror'], authority: 'PEM' };
const template = {
  image: 'registry.test/worker:9',
  imagePullPolicy: 'Always',
  imagePullSecrets: [{ name: 'regcred' }],
  resources: { requests: { cpu: 2, memory: '4Gi' }, limits: { memory: '8Gi', 'ephemeral-storage': '20Gi' } },
  nodeSelector: { 'kubernetes.io/arch': 'arm64', pool: 'agents' },
  tolerations: [{ key: 'agents', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }, { operator: 'Exists' }],
} as const;
const pool = (spec: object = {}, name = 'small'): WorkerPool => ({ ...smallest, metadata: { name, namespace: 'team-a', uid: 'uid-of-small' }, spec: { replicas: 2, template, ...spec } }) as unknown as WorkerPool;

test('a worker pod has no privilege, no token of the API server, and nothing of its node', (t) => {
  const { spec } = workerPod(pool(), settings);
  t.like(spec, { serviceAccountName: 'clrk-worker', automountServiceAccountToken: false, enableServiceLinks: false });
  t.deepEqual(spec.containers.map(({ name }) => name), ['worker', 'proxy']);
  for (const { securityContext } of spec.containers) t.like(securityContext, { runAsNonRoot: true, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
  t.deepEqual(spec.containers.map(({ securityContext }) => [securityContext.runAsUser, securityContext.seccompProfile]), [[1000, { type: 'Localhost', localhostProfile: 'clrk/worker.json' }], [1001, { type: 'RuntimeDefault' }]]);
  t.false(JSON.stringify(spec).includes('hostPath'));
  const mounts = spec.containers.map(({ volumeMounts }) => volumeMounts.map(({ name }) => name));
  t.deepEqual(mounts.map((names) => names.filter((name) => name.endsWith('-identity'))), [['worker-identity'], ['proxy-identity']], 'neither can enrol as the other');
});

test('what the pool says of its pods is in them, and what it does not say is left to Kubernetes', (t) => {
  const { spec } = workerPod(pool(), settings);
  t.like(spec, { imagePullSecrets: [{ name: 'regcred' }, { name: 'mirror' }], nodeSelector: template.nodeSelector, tolerations: template.tolerations });
  t.like(spec.containers[0], { image: template.image, imagePullPolicy: 'Always', resources: { requests: { cpu: '2', memory: '4Gi' }, limits: { memory: '8Gi', 'ephemeral-storage': '20Gi' } } });
  const bare = workerPod(pool({ template: { image: 'w' } }), { ...settings, imagePullSecrets: [] }).spec;
  t.deepEqual([bare.imagePullSecrets, bare.nodeSelector, bare.tolerations, bare.containers[0]?.resources], [undefined, undefined, undefined, { requests: { cpu: '200m', memory: '512Mi' } }]);
  const little = workerPod(pool({ template: { image: 'w', resources: { limits: { memory: '256Mi' } } } }), settings).spec;
  t.deepEqual(little.containers[0]?.resources.requests, { cpu: '200m', memory: '256Mi' }, 'a request beyond the limit would be refused');
  t.deepEqual(workerPod(pool(), { ...settings, appArmor: { type: 'Unconfined' } }).spec.containers.map(({ securityContext }) => 'appArmorProfile' in securityContext), [true, false]);
});

test('nobody reaches a worker, and a worker reaches the door, names and public addresses', (t) => {
  const [policy] = poolObjects(pool(), settings);
  const { egress, ...rest } = (policy?.['spec'] ?? {}) as { readonly egress: readonly { readonly to?: readonly { readonly ipBlock?: { readonly cidr: string; readonly except: readonly string[] } }[] }[] };
  t.like(rest, { policyTypes: ['Ingress', 'Egress'], ingress: undefined });
  const [v4, v6] = (egress[2]?.to ?? []).map(({ ipBlock }) => ipBlock);
  for (const closed of ['10.0.0.0/8', '169.254.0.0/16', '192.168.0.0/16', '100.64.0.0/10']) t.true(v4?.except.includes(closed), closed);
  t.is(v6?.cidr, '2000::/3', 'fc00::/7 and fe80::/10 are outside');
  t.is(egress.length, 3);
  const offline = poolObjects(pool(), { ...settings, offlineUpstreams: 'api.anthropic.com=172.18.0.1:41234,api.openai.com=172.18.0.1:41234' })[0]?.['spec'] as { readonly egress: readonly unknown[] } | undefined;
  t.deepEqual(offline?.egress.slice(3), [{ to: [{ ipBlock: { cidr: '172.18.0.1/32' } }], ports: [{ protocol: 'TCP', port: 41234 }] }]);
});

test('what the operator is told about pods is read once, and a slip is named', (t) => {
  t.is(podsOfPools({}), undefined, 'not in a cluster');
  t.deepEqual(podsOfPools({ CLRK_PROXY_IMAGE: 'p:1', CLRK_IMAGE_PULL_SECRETS: 'a, b', CLRK_WORKER_APPARMOR: 'localhost/clrk/worker' }, ''), {
    settings: { proxyImage: 'p:1', doorUrl: 'https://clrk-operator.clrk.svc:8443', imagePullSecrets: ['a', 'b'], appArmor: { type: 'Localhost', localhostProfile: 'clrk/worker' } },
  });
  const door = (resolver: string): string | undefined => podsOfPools({ CLRK_PROXY_IMAGE: 'p' }, resolver)?.settings.doorUrl;
  t.is(door('nameserver 10.43.0.10\nsearch clrk.svc.cluster.local svc.cluster.local cluster.local corp.test\noptions ndots:5\n'), 'https://clrk-operator.clrk.svc.cluster.local:8443', 'in full where the domain is known');
  t.is(door('search clrk.svc.k8s.corp.test svc.k8s.corp.test k8s.corp.test\n'), 'https://clrk-operator.clrk.svc.k8s.corp.test:8443');
  t.is(door('search corp.test\n'), 'https://clrk-operator.clrk.svc:8443');
  for (const [name, value] of [['CLRK_PROXY_IMAGE', 'a b'], ['CLRK_DOOR_URL', 'http://x'], ['CLRK_IMAGE_PULL_SECRETS', 'A_B'], ['CLRK_WORKER_APPARMOR', 'none'], ['CLRK_OFFLINE_UPSTREAMS', 'a=10.0.0.1:1']] as const) {
    t.throws(() => podsOfPools({ CLRK_PROXY_IMAGE: 'p', [name]: value }), { message: name === 'CLRK_OFFLINE_UPSTREAMS' ? /CLRK_OFFLINE_CA_FILE/ : new RegExp(`^${name}: `) });
  }
});

if (clusterKinds.includes('real')) test('real: the API server takes what a pool is made of, and a second time nothing changes', async (t) => {
  t.timeout(120_000);
  const { kube } = await startCluster(t, { kind: 'real' });
  const apply = async (object: KubeObject): Promise<string> => {
    const resource = resourceOf(object);
    if (!resource) throw new Error(object.kind);
    return (await kube.apply(resource, object, { fieldManager: 'clrk-operator', force: true, onWarning: (text) => t.fail(`${object.kind}: ${text}`) })).outcome;
  };
  const labelled = { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/warn': 'restricted' };
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a', labels: labelled } });
  const stored = (await kube.apply(workerPools, { ...pool(), metadata: { name: 'small', namespace: 'team-a' } } as unknown as KubeObject, { fieldManager: 'test' })).object as unknown as WorkerPool;
  const offline = { ...settings, offlineUpstreams: 'api.anthropic.com=172.18.0.1:41234', offlineAuthority: 'PEM' };
  for (const given of [settings, offline]) {
    const objects = [...namespaceObjects('team-a', [stored], given), ...poolObjects(stored, given)];
    for (const object of objects) await apply(object);
    for (const object of objects) t.is(await apply(object), 'unchanged', object.kind);
  }
});
