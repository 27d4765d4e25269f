// A process in a pod logs in with the pod's account: a token of the cluster, from files that are exchanged while it runs.
import test, { type ExecutionContext } from 'ava';
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { connect as connectTcp, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeClient } from '../../operator/kube/client.ts';
import { connect } from '../../operator/kube/connect.ts';
import { inClusterLogin } from '../../operator/kube/in-cluster.ts';
import type { Kube } from '../../operator/kube/kube.ts';
import { namespaces, serviceaccounts } from '../../operator/kube/resources.ts';
import { clusterKinds, startCluster } from '../support/cluster.ts';

/** As TokenRequest gives one to the kubelet. */
async function tokenOf(kube: Kube, name: string): Promise<string> {
  await kube.apply(serviceaccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'clrk' } }, { fieldManager: 'test' });
  const answer = await kube.request('POST', `/api/v1/namespaces/clrk/serviceaccounts/${name}/token`, { body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } }) });
  const parts: Buffer[] = [];
  for await (const part of answer.body) parts.push(part);
  return (JSON.parse(Buffer.concat(parts).toString()) as { readonly status: { readonly token: string } }).status.token;
}

/** The folder as the kubelet lays it: all files change in the same moment, by exchanging one link. */
function account(t: ExecutionContext): { readonly folder: string; readonly put: (files: Readonly<Record<string, string>>) => void } {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-account-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  let round = 0;
  return {
    folder,
    put: (files) => {
      const version = `..${++round}`;
      mkdirSync(join(folder, version));
      for (const [name, text] of Object.entries(files)) {
        writeFileSync(join(folder, version, name), text);
        if (round === 1) symlinkSync(join('..data', name), join(folder, name));
      }
      symlinkSync(version, join(folder, '..new'));
      renameSync(join(folder, '..new'), join(folder, '..data'));
    },
  };
}

async function whoIs(kube: Kube): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await kube.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }) });
  const parts: Buffer[] = [];
  for await (const part of answer.body) parts.push(part);
  return { status: answer.status, text: Buffer.concat(parts).toString() };
}

if (clusterKinds.includes('real')) test('real: the token of a pod logs in over IPv4 and IPv6, and a new one is used as soon as it is there', async (t) => {
  t.timeout(120_000);
  const { kube, server, authority } = await startCluster(t, { kind: 'real', installed: false });
  await kube.apply(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'clrk' } }, { fieldManager: 'test' });
  const [first, second] = [await tokenOf(kube, 'one'), await tokenOf(kube, 'two')];
  const { folder, put } = account(t);
  put({ token: `${first}\n`, 'ca.crt': authority, namespace: 'clrk' });
  const { hostname, port } = new URL(server);
  const login = inClusterLogin({ KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port }, folder);
  const pod = kubeClient(login);
  t.teardown(() => pod.close());
  t.is(login.namespace, 'clrk');
  t.regex((await whoIs(pod)).text, /system:serviceaccount:clrk:one/);

  put({ token: second, 'ca.crt': authority, namespace: 'clrk' });
  t.regex((await whoIs(pod)).text, /system:serviceaccount:clrk:two/);

  put({ token: 'not.a.token', 'ca.crt': authority, namespace: 'clrk' });
  t.is((await whoIs(pod)).status, 401);
  put({ token: first, 'ca.crt': authority, namespace: 'clrk' });
  t.regex((await whoIs(pod)).text, /system:serviceaccount:clrk:one/, 'a refused token is not kept');

  rmSync(join(folder, '..data'));
  t.is((await whoIs(pod)).status, 201, 'what was read before is good for a while');
  put({ token: first, 'ca.crt': `${authority}\n${authority}`, namespace: 'clrk' });
  t.is((await whoIs(pod)).status, 201, 'authorities are exchanged too');

  const forward = createServer((socket) => socket.pipe(connectTcp(Number(port), '127.0.0.1')).pipe(socket).on('error', () => socket.destroy()));
  await new Promise<void>((resolve) => forward.listen(0, '::1', resolve));
  t.teardown(() => forward.close());
  const over6 = kubeClient(inClusterLogin({ KUBERNETES_SERVICE_HOST: '::1', KUBERNETES_SERVICE_PORT: String((forward.address() as AddressInfo).port) }, folder));
  t.teardown(() => over6.close());
  t.regex(over6.server, /^https:\/\/\[::1\]:\d+$/);
  t.is((await whoIs(over6)).status, 201);
});

test('without the files of an account it is said which is missing and why', async (t) => {
  const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
  t.throws(() => inClusterLogin(env, '/nowhere'), { message: 'logging in to https://10.0.0.1:443 as this pod: /nowhere/ca.crt cannot be read (ENOENT)' });
  t.throws(() => inClusterLogin({ KUBERNETES_SERVICE_HOST: 'a b' }, '/nowhere'), { message: /give no address/ });
  await t.throwsAsync(connect({ env: { ...env, HOME: '/nowhere' } }), { message: /as this pod/ }, 'a pod has no kubeconfig');
});
