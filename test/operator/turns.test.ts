// Operators as processes in a cluster, with the account of an installation: one acts, the next waits alive and not ready, and each ends in order.
import test, { type ExecutionContext } from 'ava';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operatorLease } from '../../operator/install/names.ts';
import { heldBy } from '../../operator/kube/lease.ts';
import { configmaps, leases, secrets } from '../../operator/kube/resources.ts';
import { clusterKinds } from '../support/cluster.ts';
import { freePort } from '../support/free-port.ts';
import { operatorAccountIn, put, type Account } from './account.ts';
import { pool } from './echo-bot.ts';
import { end, eventually } from './rig.ts';

interface Operator {
  readonly child: ChildProcess;
  readonly probe: (path: string) => Promise<string>;
  readonly stderr: () => string;
}

async function start(t: ExecutionContext, { cluster, token }: Account, name: string): Promise<Operator> {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-turns-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const kubeconfig = join(folder, 'kubeconfig');
  const named = (value: object) => [{ name: 'pod', ...value }];
  writeFileSync(kubeconfig, JSON.stringify({
    apiVersion: 'v1', kind: 'Config', 'current-context': 'pod', contexts: named({ context: { cluster: 'pod', user: 'pod' } }), users: named({ user: { token } }),
    clusters: named({ cluster: { server: cluster.server, 'certificate-authority-data': Buffer.from(cluster.authority).toString('base64') } }),
  }), { mode: 0o600 });
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../operator/main.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig, POD_NAME: name, CLRK_LISTEN: '127.0.0.1:0', CLRK_READER_LISTEN: '127.0.0.1:0', CLRK_PROBE_LISTEN: `127.0.0.1:${port}`, CLRK_PROXY_IMAGE: 'proxy:1' },
  });
  t.teardown(() => end(child, 'SIGKILL'));
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const probe = async (path: string): Promise<string> => {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      return `${answer.status} ${(await answer.text()).trim()}`;
    } catch {
      return child.exitCode === null ? 'nobody' : `ended with ${child.exitCode}: ${stderr}`;
    }
  };
  return { child, probe, stderr: () => stderr };
}

if (clusterKinds.includes('real')) test('real: one operator acts and the next waits; a stop hands over at once, and who has lost the Lease ends', async (t) => {
  t.timeout(120_000);
  const account = await operatorAccountIn(t);
  const { admin } = account;
  const holder = async (): Promise<string> => heldBy(await admin.get(leases, operatorLease))?.identity ?? '';
  const first = await start(t, account, 'one');
  t.is(await eventually(() => first.probe('/readyz'), (said) => said.startsWith('200') || said.startsWith('ended')), '200 ok');
  t.regex(await holder(), /^operator one#/);
  t.truthy(await admin.get(secrets, { namespace: 'clrk', name: 'clrk-operator-ca' }));
  await put(admin, pool);
  const authority = await eventually(() => admin.get(configmaps, { namespace: 'default', name: 'clrk-operator-ca' }), (found) => found !== undefined);
  t.regex((authority?.['data'] as { 'ca.crt'?: string } | undefined)?.['ca.crt'] ?? '', /BEGIN CERTIFICATE/);

  const second = await start(t, account, 'two');
  t.regex(await eventually(() => second.probe('/readyz'), (said) => said.includes('Lease')), /^503 operator one#\w+ holds the Lease clrk\/clrk-operator$/);
  t.is(await second.probe('/healthz'), '200 ok');

  t.is(await end(first.child, 'SIGTERM'), 0);
  t.is(await eventually(() => second.probe('/readyz'), (said) => said.startsWith('200') || said.startsWith('ended')), '200 ok');
  t.regex(await holder(), /^operator two#/);

  const waiting = await start(t, account, 'three');
  await eventually(() => waiting.probe('/readyz'), (said) => said.includes('Lease'));
  t.is(await end(waiting.child, 'SIGTERM'), 0, 'one that waits ends too');

  const ended = once(second.child, 'exit');
  // As a session does that was told to take the cluster over.
  const takeOver = async (): Promise<void> => {
    const live = await admin.get(leases, operatorLease);
    if (live) await admin.replace(leases, { ...live, spec: { ...(live['spec'] as object), holderIdentity: 'a session' } }).catch(takeOver);
  };
  await takeOver();
  t.is((await ended)[0], 1);
  t.regex(second.stderr(), /a session has taken it/);
  t.deepEqual(`${first.stderr()}${waiting.stderr()}`.split('\n').filter((line) => /"level":"(warn|error)"/.test(line)), []);
});
