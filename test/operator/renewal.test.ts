// Operator, worker and proxy as processes over a real API server, with certificates that live for seconds: they go on without a word.
import type { ExecutionContext } from 'ava';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiVersion } from '../../operator/api/group.ts';
import { audiences, authoritySecret, systemNamespace } from '../../operator/install/names.ts';
import { secrets, workerPools } from '../../operator/kube/resources.ts';
import { startCluster } from '../support/cluster.ts';
import { onReal } from '../support/on-real.ts';
import { freePort } from '../support/free-port.ts';
import { makePod, options, tokenFor } from './pod-tokens.ts';
import { end, eventually, start } from './rig.ts';

const sources = join(import.meta.dirname, '../..');

/** A process of a pod; answers with what it logs. */
function run(t: ExecutionContext, entry: string, env: Readonly<Record<string, string>>): () => string {
  const child = spawn(process.execPath, [join(sources, entry)], { env: { PATH: process.env['PATH'] ?? '', CLRK_SUPERVISED: '1', CLRK_LOG_LEVEL: 'info', ...env }, stdio: 'pipe' });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  t.teardown(async () => {
    child.stdin.end();
    if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
  });
  return () => text;
}

const statusOf = async (port: number, path: string): Promise<number> => fetch(`http://127.0.0.1:${port}${path}`).then(({ status }) => status, () => 0);

onReal('worker and proxy of a pod enrol with its tokens, become ready, and outlive their certificates and their operator', async (t) => {
  t.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'clrk-renewal-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const { kube, kubeconfig } = await startCluster(t, { kind: 'real' });
  await kube.apply(workerPools, { apiVersion, kind: 'WorkerPool', metadata: { name: 'main', namespace: 'default' }, spec: { replicas: 1, template: { image: 'worker:1' } } }, options);
  const pod = await makePod(kube, 'main-workers-7d9f-abcde');
  const [door, readers, probe, ofWorker, ofProxy] = await Promise.all([freePort(), freePort(), freePort(), freePort(), freePort()]);
  const operatorEnv = { KUBECONFIG: kubeconfig, CLRK_LISTEN: `127.0.0.1:${door}`, CLRK_READER_LISTEN: `127.0.0.1:${readers}`, CLRK_PROBE_LISTEN: `127.0.0.1:${probe}`, CLRK_CERTIFICATE_SECONDS: '3', CLRK_PROXY_IMAGE: 'proxy:1', POD_NAME: 'operator-0' };
  const operator = await start(t, 'operator/main.js', operatorEnv);
  t.is(await statusOf(probe, '/readyz'), 200);
  const authority = (await kube.get(secrets, { namespace: systemNamespace, name: authoritySecret }))?.['data'] as Readonly<Record<string, string>>;
  const put = async (name: string, text: string): Promise<string> => {
    writeFileSync(join(folder, name), text, { mode: 0o444 });
    return join(folder, name);
  };
  for (const name of ['sockets', 'state', 'run']) mkdirSync(join(folder, name), { mode: 0o777 });
  const env = {
    CLRK_OPERATOR_URL: `https://127.0.0.1:${door}`,
    CLRK_OPERATOR_CA_FILE: await put('ca.crt', Buffer.from(authority['tls.crt'] ?? '', 'base64').toString()),
    POD_NAME: pod.name, POD_NAMESPACE: 'default', CLRK_POOL_NAME: 'main', CLRK_PROXY_SOCKET_DIR: join(folder, 'sockets'),
  };
  const proxyLog = run(t, 'proxy/main.js', { ...env, CLRK_OPERATOR_TOKEN_FILE: await put('proxy.token', await tokenFor(kube, { audience: audiences.proxy, pod })), CLRK_PROBE_LISTEN: `127.0.0.1:${ofProxy}` });
  const workerLog = run(t, 'sandbox/main.js', {
    ...env, CLRK_OPERATOR_TOKEN_FILE: await put('worker.token', await tokenFor(kube, { audience: audiences.worker, pod })), CLRK_PROBE_LISTEN: `127.0.0.1:${ofWorker}`,
    CLRK_STATE_DIR: join(folder, 'state'), CLRK_RUN_DIR: join(folder, 'run'), CLRK_SANDBOX: 'namespaces',
  });
  const areReady = () => eventually(() => Promise.all([statusOf(ofProxy, '/readyz'), statusOf(ofWorker, '/readyz')]), (found) => found.every((status) => status === 200));
  const isConnected = () => eventually(() => kube.get(workerPools, { namespace: 'default', name: 'main' }), (pool) => (pool?.['status'] as { readyReplicas?: number } | undefined)?.readyReplicas === 1);
  await areReady();
  await isConnected();

  // Three lives of a certificate.
  await new Promise((resolve) => setTimeout(resolve, 9000));
  await areReady();
  for (const text of [proxyLog(), workerLog()]) t.false(/"level":"(warn|error)"[^\n]*(operator|policy|certificate)/.test(text), text);

  // The next operator takes the authority of this one from its Secret: nobody has to be told anything.
  t.is(await end(operator.child, 'SIGTERM'), 0);
  await eventually(() => statusOf(ofWorker, '/readyz'), (status) => status === 503);
  const second = await start(t, 'operator/main.js', operatorEnv);
  await areReady();
  await isConnected();
  t.is(await statusOf(ofProxy, '/healthz'), 200);
  for (const text of [proxyLog(), workerLog(), operator.stderr(), second.stderr()]) t.false(/eyJ[A-Za-z0-9_-]{20}|PRIVATE KEY/.test(text), 'no token and no key in any log');
});
