import test from 'ava';
import { credentialsOf } from '../../../../plugin/dev/k3s/await-api.ts';
import { capabilitiesOf, refusesPrivilege } from '../../../../plugin/dev/k3s/capabilities.ts';
import { isOlder, standing, type Found } from '../../../../plugin/dev/k3s/drift.ts';
import type { StateId } from '../../../../plugin/dev/k3s/identity.ts';
import { k3sNames, marks } from '../../../../plugin/dev/k3s/names.ts';
import { configurationHash, nodeContainer } from '../../../../plugin/dev/k3s/node-container.ts';
import { addressIn } from '../../../../plugin/dev/k3s/reach.ts';
import { isRolledOut } from '../../../../plugin/dev/k3s/rollout.ts';
import { sessionObjects } from '../../../../plugin/dev/k3s/session-objects.ts';

const names = k3sNames('/home/me/.clrk', '/home/me');
const owner = { stateId: 'mine', stateDir: '/home/me/.clrk' };
const network = { id: 'n1', subnet: '172.18.0.0/16' };
const settings = { names, owner, image: 'rancher/k3s:v1.35.5-k3s1', token: 'the-token', port: 40_123, network };

test('the cluster of ~/.clrk has the names that k3d gives a cluster clrk-dev, and another state folder has others', (t) => {
  t.deepEqual(names, { cluster: 'clrk-dev', container: 'k3d-clrk-dev-server-0', network: 'k3d-clrk-dev', stateVolume: 'k3d-clrk-dev-state', kubeletVolume: 'k3d-clrk-dev-kubelet' });
  t.regex(k3sNames('/tmp/other', '/home/me').container, /^k3d-clrk-dev-[0-9a-f]{8}-server-0$/);
});

interface Body {
  readonly Labels: Readonly<Record<string, string>>;
  readonly Cmd: readonly string[];
  readonly HostConfig: { readonly Privileged?: boolean; readonly CapAdd?: readonly string[]; readonly PortBindings: unknown; readonly Devices?: readonly unknown[] };
}

test('the container carries the labels by which k3d knows a server and its cluster', (t) => {
  const { Labels } = nodeContainer(settings, 'privileged', () => true) as Body;
  t.like(Labels, { app: 'k3d', 'k3d.cluster': 'clrk-dev', 'k3d.role': 'server', 'k3d.cluster.token': 'the-token', 'k3d.cluster.network': 'k3d-clrk-dev', 'k3d.cluster.url': 'https://k3d-clrk-dev-server-0:6443', 'k3d.server.api.port': '40123', 'k3d.server.api.hostIP': '127.0.0.1' });
});

test('the API server is published on loopback alone, and parts that nobody needs are left out', (t) => {
  const { Cmd, HostConfig } = nodeContainer(settings, 'privileged', () => true) as Body;
  t.deepEqual(HostConfig.PortBindings, { '6443/tcp': [{ HostIp: '127.0.0.1', HostPort: '40123' }] });
  t.deepEqual(Cmd.slice(0, 7), ['server', '--disable', 'traefik', '--disable', 'servicelb', '--disable', 'metrics-server']);
  t.true(HostConfig.Privileged);
});

test('where the engine gives no full privilege, capabilities are named and devices that are missing left out', (t) => {
  const { HostConfig } = nodeContainer(settings, ['SYS_ADMIN'], (path) => path === '/dev/fuse') as Body;
  t.is(HostConfig.Privileged, undefined);
  t.deepEqual(HostConfig.CapAdd, ['SYS_ADMIN']);
  t.is(HostConfig.Devices?.length, 1);
  t.true(refusesPrivilege('OCI runtime create failed: unable to apply caps: operation not permitted: unknown'));
  t.false(refusesPrivilege('port is already allocated'));
  t.deepEqual(capabilitiesOf('0000000000000021'), ['CHOWN', 'KILL']);
  t.deepEqual(capabilitiesOf('nonsense'), []);
});

test('the configuration is the same whatever the port, the token and the network, and another with another image', (t) => {
  const hash = configurationHash(names, settings.image);
  const labelled = (of: typeof settings): string | undefined => (nodeContainer(of, 'privileged', () => true) as Body).Labels[marks.configuration];
  t.regex(hash, /^[0-9a-f]{12}$/);
  t.is(labelled(settings), hash);
  t.is(labelled({ ...settings, port: 1, token: 'other', network: { id: 'n2', subnet: '' } }), hash);
  t.not(labelled({ ...settings, image: 'rancher/k3s:v1.34.1-k3s1' }), hash);
});

const wished = { owner, machine: 'here', hash: 'h1', image: 'k3s:1' };
const mine: Found = { labels: { [marks.stateId]: 'mine', [marks.stateDir]: owner.stateDir, [marks.machine]: 'here', [marks.configuration]: 'h1' } };
const theirs = (more: Readonly<Record<string, string>> = {}): Found => ({ labels: { ...mine.labels, [marks.stateId]: 'other', [marks.stateDir]: '/home/other/.clrk', ...more } });
const gone = (): StateId => ({ kind: 'gone' });
const there = (id: string) => (): StateId => ({ kind: 'there', id });

for (const [title, found, idThere, kind] of [
  ['one that is as it is wanted is used', mine, gone, 'same'],
  ['one of another configuration has drifted', { labels: { ...mine.labels, [marks.configuration]: 'h0' } }, gone, 'drifted'],
  ['one whose state folder is gone is an orphan', theirs(), gone, 'orphan'],
  ['one whose state folder was made anew is an orphan', theirs({ [marks.stateDir]: owner.stateDir }), there('mine'), 'orphan'],
  ['one whose state folder is there belongs to it', theirs(), there('other'), 'foreign'],
  ['one whose state folder may not be read belongs to somebody', theirs(), () => ({ kind: 'unreadable' }), 'foreign'],
  ['one of another machine belongs to it', theirs({ [marks.machine]: 'elsewhere' }), gone, 'foreign'],
  ['one without our marks is a stranger', { labels: { app: 'k3d' } }, gone, 'stranger'],
] as const satisfies readonly (readonly [string, Found, () => StateId, string])[]) {
  test(`a container that is there: ${title}`, (t) => t.is(standing(found, wished, idThere).kind, kind));
}

test('an older k3s is known by its version, and an image that tells none is never older', (t) => {
  t.true(isOlder('rancher/k3s:v1.34.9-k3s1', 'rancher/k3s:v1.35.0-k3s1'));
  t.true(isOlder('rancher/k3s:v1.35.4-k3s1', 'rancher/k3s:v1.35.10-k3s1'));
  t.false(isOlder('rancher/k3s:v1.35.5-k3s1', 'rancher/k3s:v1.35.5-k3s2'));
  t.false(isOlder('rancher/k3s:latest', 'rancher/k3s:v1.35.5-k3s1'));
});

test('of the kubeconfig that k3s writes only the keys are taken, and a half one is none', (t) => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const whole = `clusters:\n- cluster: {server: https://127.0.0.1:6443, certificate-authority-data: ${base64('CA')}}\nusers:\n- user: {client-certificate-data: ${base64('CERT')}, client-key-data: ${base64('KEY')}}\n`;
  t.deepEqual(credentialsOf(whole), { authority: 'CA', client: { certificate: 'CERT', key: 'KEY' } });
  for (const text of ['', 'clusters: [', whole.slice(0, 120), '"words"', 'clusters: 3']) t.is(credentialsOf(text), undefined, text);
});

test('the machine is found in a container\'s file of hosts', (t) => {
  const hosts = '127.0.0.1 localhost\nfe80::1 host.k3d.internal\n192.168.65.254\thost.k3d.internal # ours\n';
  t.is(addressIn(hosts, 'host.k3d.internal'), '192.168.65.254');
  t.is(addressIn(hosts, 'other'), undefined);
});

test('a session lays its settings over the same objects as an installation', (t) => {
  const objects = sessionObjects({ telemetry: 'http://172.18.0.1:4318', telemetryToken: 'telemetry-token', offline: { upstreams: 'api.anthropic.com=172.18.0.1:9', authority: 'PEM' } });
  const deployment = objects.find(({ kind }) => kind === 'Deployment');
  const text = JSON.stringify(deployment);
  t.true(text.includes('"CLRK_OTLP_FORWARD","value":"http://172.18.0.1:4318"'));
  t.true(text.includes('"CLRK_OFFLINE_UPSTREAMS","value":"api.anthropic.com=172.18.0.1:9"'));
  t.false(text.includes('telemetry-token'), 'a token is in a Secret and nowhere else');
  const order = (kind: string): number => objects.findIndex((object) => object.kind === kind);
  t.true(order('Namespace') < order('Secret') && order('Secret') < order('Deployment'));
  t.is(order('CustomResourceDefinition'), -1);
});

test('a rollout is over when the newest pods serve and no old one is left', (t) => {
  const deployment = (status: object): Parameters<typeof isRolledOut>[0] => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x', generation: 2 }, spec: { replicas: 1 }, status });
  t.true(isRolledOut(deployment({ observedGeneration: 2, replicas: 1, updatedReplicas: 1, availableReplicas: 1 })));
  t.false(isRolledOut(deployment({ observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 })));
  t.false(isRolledOut(deployment({ observedGeneration: 2, replicas: 2, updatedReplicas: 1, availableReplicas: 1 })));
  t.false(isRolledOut(deployment({ observedGeneration: 2 })));
});
