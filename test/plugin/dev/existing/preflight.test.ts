// What is told, before anything is changed, of a cluster that cannot or must not be used.
import test, { type ExecutionContext } from 'ava';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connect } from '../../../../operator/kube/connect.ts';
import type { Kube, KubeObject } from '../../../../operator/kube/kube.ts';
import { crds, endpoints, namespaces } from '../../../../operator/kube/resources.ts';
import { isLater } from '../../../../plugin/cluster/foreign.ts';
import { borrowContext } from '../../../../plugin/dev/existing/kubeconfig.ts';
import { preflight } from '../../../../plugin/dev/existing/preflight.ts';
import { writeKubeconfig } from '../../../../plugin/dev/kubeconfig.ts';
import { openPki } from '../../../../plugin/dev/pki.ts';
import { UserError } from '../../../../plugin/exit.ts';
import { issueCertificate } from '../../../../proxy/x509/issue.ts';
import { inventory } from '../../../e2e/inventory.ts';
import { clusterKinds, startCluster } from '../../../support/cluster.ts';

/** The refusal, with its lines and hints, as a person reads it. */
async function refused(t: ExecutionContext, kubeconfig: string): Promise<string> {
  const { kube } = await connect({ kubeconfig });
  t.teardown(() => kube.close());
  const error = await t.throwsAsync(preflight(kube, borrowContext(kubeconfig, undefined)), { instanceOf: UserError });
  return [...error.lines, error.message, ...error.hints.map((hint) => `hint: ${hint}`)].join('\n');
}

function kubeconfigOf(t: ExecutionContext, server: string, user: object = {}, trust: object = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-preflight-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'config');
  writeFileSync(file, JSON.stringify({ 'current-context': 'c', contexts: [{ name: 'c', context: { cluster: 'c', user: 'me' } }], clusters: [{ name: 'c', cluster: { server, ...trust } }], users: [{ name: 'me', user }] }));
  return file;
}

async function listening(t: ExecutionContext, server: Server): Promise<string> {
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a server that is not there is told with the context that leads to it, and not with the advice to start one', async (t) => {
  const server = await listening(t, createServer());
  t.regex(await refused(t, kubeconfigOf(t, server.replace(/\d+$/, '1'))), /^context c cannot be used: reaching the API server http:\/\/127\.0\.0\.1:1: nothing listens there\S*.*\nhint: look at it: kubectl --context c version\nhint: without --context and --kubeconfig, dev brings its own cluster$/);
});

test('a server that says nothing is waited for ten seconds and no longer', async (t) => {
  const silent = createServer((socket) => t.teardown(() => socket.destroy()));
  t.regex(await refused(t, kubeconfigOf(t, await listening(t, silent))), /^context c cannot be used: reaching the API server \S+: it does not answer/);
});

test('a server of another kind is no Kubernetes API server', async (t) => {
  const web = createHttpServer((_request, response) => response.end('<html>hello</html>'));
  t.regex(await refused(t, kubeconfigOf(t, await listening(t, web))), /answers, but not as a Kubernetes API server\nhint: check the server/);
});

test('a program that does not log in is named', async (t) => {
  const user = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/bin/false' } };
  t.regex(await refused(t, kubeconfigOf(t, 'https://127.0.0.1:1', user)), /^context c cannot be used: logging in to https:\/\/127\.0\.0\.1:1 as me with `\/bin\/false`/);
});

async function definition(kube: Kube, plural: string, kind: string, release?: string): Promise<void> {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const object = {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.clrk.apoxy.dev`, ...(release === undefined ? {} : { annotations: { 'clrk.apoxy.dev/version': release } }) },
    spec: { group: 'clrk.apoxy.dev', scope: 'Namespaced', names: { plural, kind }, versions: [{ name: 'v1alpha1', served: true, storage: true, schema }] },
  };
  await kube.apply(crds, object, { fieldManager: 'somebody' });
}

for (const kind of clusterKinds) {
  test(`${kind}: who may not enter, who may not do enough, and whose kinds are in the way is told, and nothing is changed`, async (t) => {
    const { kube, kubeconfig, server, authority } = await startCluster(t, { kind, installed: false });
    const folder = dirname(kubeconfig);
    const [before, issuer] = [await inventory(kube), openPki(folder, new Date()).authority];
    const stranger = kubeconfigOf(t, server, { token: 'wrong-token' }, { 'certificate-authority-data': Buffer.from(authority).toString('base64') });
    t.regex(await refused(t, stranger), /^the API server \S+ of context c does not accept user me: .*\nhint: log in again, or choose another context with --context$/);

    const nobody = join(folder, 'nobody');
    writeKubeconfig(nobody, { name: 'nobody', server, authority, client: issueCertificate({ subject: 'nobody', usage: 'client', days: 1, issuer }) });
    const rights = await refused(t, nobody);
    t.regex(rights, /^not allowed: get, list, create, patch, delete customresourcedefinitions\.apiextensions\.k8s\.io\nnot allowed: get, create, patch, delete namespaces\n/);
    t.regex(rights, /\nnot allowed: get, list, watch, create, patch, delete daemonagents\.clrk\.apoxy\.dev\nnot allowed: patch daemonagents\/status\.clrk\.apoxy\.dev\n/);
    t.regex(rights, /\nuser nobody lacks permissions that dev needs in context nobody\nhint: ask whoever runs the cluster/);
    t.deepEqual(await inventory(kube), before);

    const { kube: own } = await connect({ kubeconfig });
    t.teardown(() => own.close());
    t.regex(await preflight(own, borrowContext(kubeconfig, undefined)), /^v1\.\d+/);
    await definition(kube, 'workerpools', 'WorkerPool', '99.0.0');
    t.regex(await refused(t, kubeconfig), /^CustomResourceDefinition workerpools\.clrk\.apoxy\.dev is of version 99\.0\.0, and this is \S+\nthis cluster has kinds of CLRK that this program must not change\nhint: use a newer kubectl clrk/);
    await definition(kube, 'egressgateways', 'EgressGateway');
    t.regex(await refused(t, kubeconfig), /CustomResourceDefinition egressgateways\.clrk\.apoxy\.dev was not made by CLRK\n.*\nhint: use another cluster, or remove/);
  });
}

test('the embedded cluster of another session is not taken from it', async (t) => {
  const { kube, kubeconfig } = await startCluster(t);
  const metadata = { namespace: 'clrk', name: 'clrk-operator' };
  t.truthy(await kube.get(namespaces, { name: 'clrk' }));
  const found: KubeObject = { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ name: 'https', port: 1 }] }] };
  await kube.create(endpoints, found);
  t.regex(await refused(t, kubeconfig), /^context test leads to the embedded cluster of a dev session, which has its own operator\nhint: use that session: add --local/);
});

test('a later release is told from an earlier one', (t) => {
  for (const [one, other] of [['0.1.1', '0.1.0'], ['0.10.0', '0.9.9'], ['v2.0.0', '1.99.99']] as const) {
    t.true(isLater(one, other));
    t.false(isLater(other, one));
  }
  for (const [one, other] of [['0.1.0', '0.1.0'], ['nonsense', '0.1.0'], ['0.1.0', 'nonsense'], ['', '']] as const) t.false(isLater(one, other));
});
