import test, { type ExecutionContext } from 'ava';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { daemonAgents, endpoints, services } from '../../../operator/kube/resources.ts';
import { readAgent } from '../../../operator/serve/agents.ts';
import { telemetryStore, type TelemetryStore } from '../../../operator/serve/telemetry.ts';
import { issueCertificate } from '../../../proxy/x509/issue.ts';
import { startCluster } from '../../support/cluster.ts';
import { finish, install, start, type Installed } from '../../support/installed.ts';

/** An API server that leads to the operator's own reader, an agent, and the program on PATH. */
async function prepare(t: ExecutionContext): Promise<{ readonly here: Installed; readonly store: TelemetryStore }> {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-logs-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const issuer = issueCertificate({ subject: 'test', usage: 'ca', days: 1 });
  const own = issueCertificate({ subject: 'clrk-operator', usage: 'server', days: 1, altNames: ['127.0.0.1', 'clrk-operator', 'clrk-operator.clrk', 'clrk-operator.clrk.svc'], issuer });
  writeFileSync(join(folder, 'ca.crt'), issuer.certificate);
  writeFileSync(join(folder, 'token'), 'made-up-token');
  const store = telemetryStore(undefined);
  const operator = https.createServer({ cert: own.certificate, key: own.key }, (request, response) => {
    if (request.headers.authorization !== 'Bearer made-up-token') return void response.writeHead(401).end();
    readAgent(store, new URL(request.url ?? '', 'https://operator'), response);
  });
  operator.listen(0, '127.0.0.1');
  await once(operator, 'listening');
  t.teardown(() => {
    operator.close();
    operator.closeAllConnections();
  });
  const here = install(t);
  const { kube } = await startCluster(t, { kubeconfig: join(here.home, '.clrk/kubeconfig.host'), env: { CLRK_SERVICE_PROXY_TOKEN_FILE: join(folder, 'token'), CLRK_SERVICE_PROXY_CA_FILE: join(folder, 'ca.crt') } });
  const metadata = { name: 'clrk-operator', namespace: 'clrk' };
  const port = { name: 'https', port: (operator.address() as AddressInfo).port, protocol: 'TCP' };
  const options = { fieldManager: 'clrk-test' };
  await kube.apply(services, { apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIP: 'None', ports: [port] } }, options);
  await kube.apply(endpoints, { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [port] }] }, options);
  await kube.apply(daemonAgents, { apiVersion: 'clrk.apoxy.dev/v1alpha1', kind: 'DaemonAgent', metadata: { name: 'echo-bot', namespace: 'default' }, spec: { workerPoolRef: 'default', template: { spec: { image: 'curl:8' } } } }, options);
  return { here, store };
}

function say(store: TelemetryStore, body: string, timeUnixMs: number, iostream: 'stdout' | 'stderr'): void {
  const line = { timeUnixMs, severity: 'INFO', body, attributes: { 'log.iostream': iostream }, resource: { 'clrk.component': 'worker' } };
  store.logs.add('DaemonAgent/default/echo-bot', { timeUnixMs, iostream, json: JSON.stringify(line) });
}

test('logs come through the API server, each stream to its own', async (t) => {
  const { here, store } = await prepare(t);
  say(store, 'hello', 1000, 'stdout');
  say(store, 'oh \u001B[2Jno', 2000, 'stderr');
  const { stdout, stderr, code } = await finish(start(here, 'kubectl-clrk agents logs echo-bot --local'));
  t.is(code, 0);
  t.regex(stdout, /^1970-01-01 \d\d:\d\d:01\.000 {2}worker\[stdout\] {2}hello\n$/);
  t.regex(stderr, /^1970-01-01 \d\d:\d\d:02\.000 {2}worker\[stderr\] {2}oh \\x1b\[2Jno\n$/);
});

test('Ctrl-C ends a follower without a word and with 130', async (t) => {
  const { here, store } = await prepare(t);
  say(store, 'one', 1000, 'stdout');
  const child = start(here, 'exec kubectl-clrk agents logs echo-bot -f --local');
  const ended = finish(child);
  await once(child.stdout, 'data');
  say(store, 'two', 2000, 'stdout');
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  const { stdout, stderr, code } = await ended;
  t.deepEqual({ lines: stdout.split('\n').length - 1, stderr, code }, { lines: 2, stderr: '', code: 130 });
});
