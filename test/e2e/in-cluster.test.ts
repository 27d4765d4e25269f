// The main job in a real cluster: a node with kubelet, containerd and kube-proxy, into which CLRK is installed as a person would.
import test, { type ExecutionContext } from 'ava';
import { imageOf } from '../../operator/install/names.ts';
import type { KubeObject } from '../../operator/kube/kube.ts';
import { pods } from '../../operator/kube/resources.ts';
import { sayLacking } from '../support/docker.ts';
import { lacking, openCluster, said, until, type Cluster } from './in-cluster.ts';

let cluster: Cluster | undefined;

test.serial.before(async (t) => {
  t.timeout(300_000);
  const lack = lacking();
  if (lack === undefined) cluster = await openCluster();
  else t.log(`not run: ${lack}`);
});
test.serial.after.always('the cluster is taken down', async () => cluster?.stop());

const inCluster = (title: string, body: (t: ExecutionContext, cluster: Cluster) => Promise<void>): void =>
  test.serial(title, async (t) => {
    t.timeout(240_000);
    if (cluster) await body(t, cluster);
    else sayLacking(t);
  });

const listens = "console.log('hello'); require('node:http').createServer((q, s) => s.end('served')).listen(8080)";
const pod = (name: string, script: string): KubeObject => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: name } },
  spec: { terminationGracePeriodSeconds: 0, restartPolicy: 'Never', containers: [{ name, image: imageOf('sandbox'), command: ['/usr/local/bin/node', '-e', script] }] },
});

inCluster('a pod of an imported image runs on the node, and is reached by its Service\'s name, logs and exec', async (t, { kube, kubectl }) => {
  await kube.apply(pods, pod('one', listens), { fieldManager: 'test' });
  said(await kubectl('expose', 'pod', 'one', '--port=80', '--target-port=8080'));
  said(await kubectl('wait', '--for=condition=Ready', 'pod/one', '--timeout=60s'));
  t.is(said(await kubectl('logs', 'one')), 'hello\n');
  const fetched = await until('the Service', async () => {
    const { code, stdout } = await kubectl('exec', 'one', '--', '/usr/local/bin/node', '-e', "fetch('http://one.default.svc/').then((answer) => answer.text()).then(console.log)");
    return code === 0 ? stdout : undefined;
  });
  t.is(fetched, 'served\n');
  said(await kubectl('delete', 'pod,service', 'one'));
});
