// `diff` on each kind of cluster: external programs, owners, Secrets, and that nothing is stored.
import test, { type ExecutionContext } from 'ava';
import { spawnSync } from 'node:child_process';
import { chmodSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configmaps, secrets } from '../../../operator/kube/resources.ts';
import { clusterKinds, startCluster, type ClusterKind } from '../../support/cluster.ts';
import { hear } from '../../support/transcript.ts';

const configMap = (value: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' }, data: { a: value } });
const secret = (value: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace: 'default' }, data: { token: Buffer.from(value).toString('base64') } });

async function prepare(t: ExecutionContext, kind: ClusterKind, ...objects: readonly object[]) {
  const home = mkdtempSync(join(tmpdir(), 'clrk-diff-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  const put = (...given: readonly object[]): void => writeFileSync(join(home, 'm.yaml'), given.map((object) => `---\n${JSON.stringify(object)}\n`).join(''));
  put(...objects);
  const cluster = await startCluster(t, { kind, kubeconfig: join(home, '.clrk/kubeconfig.host') });
  return { ...cluster, home, put, run: (line: string, env: Readonly<Record<string, string>> = {}) => hear(line, { home, env: { PATH: process.env['PATH'] ?? '', ...env } }) };
}

/** Without the names of the two files, which differ in their folders. */
const hunks = (shown: string): string => shown.split('\n').filter((line) => !/^(diff -u|--- |\+\+\+ )/.test(line)).join('\n');

for (const kind of clusterKinds) {
  test.serial(`${kind}: what differs, and the exit code, is what kubectl diff --server-side says`, async (t) => {
    const pool = { apiVersion: 'clrk.apoxy.dev/v1alpha1', kind: 'WorkerPool', metadata: { name: 'p', namespace: 'default', finalizers: ['example.com/a', 'example.com/b'] }, spec: { template: { image: 'one' } } };
    const gateway = { apiVersion: 'clrk.apoxy.dev/v1alpha1', kind: 'EgressGateway', metadata: { name: 'g', namespace: 'default' }, spec: { listeners: [{ name: 'web', protocol: 'HTTP', port: 80 }] } };
    const { home, run, put, kubeconfig } = await prepare(t, kind, gateway, pool, configMap('x'));
    t.is((await run('kubectl clrk apply -f m.yaml --local')).code, 0);
    const both = async (): Promise<void> => {
      const ours = await run('kubectl clrk diff -f m.yaml --local');
      const theirs = spawnSync('kubectl', ['diff', '--server-side', '--field-manager=kubectl-clrk', '-f', join(home, 'm.yaml'), '--kubeconfig', kubeconfig], { encoding: 'utf8' });
      t.deepEqual({ code: ours.code, shown: hunks(ours.stdout) }, { code: theirs.status ?? -1, shown: hunks(theirs.stdout) }, theirs.stderr);
    };
    await both();
    put(
      { ...gateway, spec: { listeners: [{ name: 'web', protocol: 'HTTP', port: 81 }, { name: 'tls', protocol: 'TLS', tls: { mode: 'Terminate' } }] } },
      { ...pool, metadata: { ...pool.metadata, finalizers: ['example.com/b'] } },
      { ...configMap('y'), metadata: { ...configMap('y').metadata, labels: { team: 'a' } } },
    );
    await both();
  });

  test.serial(`${kind}: what another one set is told with its owner, and taken as changed when forced`, async (t) => {
    const { kube, run } = await prepare(t, kind, configMap('ours'));
    await kube.apply(configmaps, configMap('theirs'), { fieldManager: 'somebody' });
    const refused = await run('kubectl clrk diff -f m.yaml --local');
    t.is(refused.code, 2);
    t.is(refused.stdout, '');
    t.regex(refused.stderr, /^error: configmap\/settings \(m\.yaml:2\): data\.a belongs to somebody\n/);
    const forced = await run('kubectl clrk diff -f m.yaml --local --force-conflicts --show-managed-fields');
    t.is(forced.code, 1);
    t.regex(forced.stdout, /^-  a: theirs\n\+  a: ours$/m);
    t.regex(forced.stdout, /^\+ +manager: kubectl-clrk$/m);
    t.deepEqual((await kube.get(configmaps, { namespace: 'default', name: 'settings' }))?.['data'], { a: 'theirs' });
  });

  test.serial(`${kind}: KUBECTL_EXTERNAL_DIFF gets two folders with the values of Secrets hidden, and its exit code counts`, async (t) => {
    const { home, kube, run, put } = await prepare(t, kind, secret('after'));
    await kube.apply(secrets, secret('before'), { fieldManager: 'kubectl-clrk' });
    const program = join(home, 'show');
    writeFileSync(program, '#!/bin/sh\ncat "$1"/* "$2"/*\nshift 2\necho "flags: $*"\nexit ${CODE:-1}\n');
    chmodSync(program, 0o755);
    const shown = await run('kubectl clrk diff -f m.yaml --local', { KUBECTL_EXTERNAL_DIFF: `${program} -a --b=1 $(c)` });
    t.is(shown.stderr, '');
    t.is(shown.code, 1);
    t.regex(shown.stdout, /token: "\*\*\* \(before\)"\n[^]*token: "\*\*\* \(after\)"\n[^]*flags: -a --b=1\n$/);
    t.false(shown.stdout.includes(Buffer.from('before').toString('base64')));
    put(secret('before'));
    t.is((await run('kubectl clrk diff -f m.yaml --local', { KUBECTL_EXTERNAL_DIFF: 'diff -u -N' })).code, 0);
    const broken = await run('kubectl clrk diff -f m.yaml --local', { KUBECTL_EXTERNAL_DIFF: program, CODE: '3' });
    t.is(broken.code, 2);
    t.regex(broken.stderr, /^error: KUBECTL_EXTERNAL_DIFF: \S+ ended with 3\n/);
    const missing = await run('kubectl clrk diff -f m.yaml --local', { KUBECTL_EXTERNAL_DIFF: 'no-such-program' });
    t.is(missing.code, 2);
    t.regex(missing.stderr, /^error: KUBECTL_EXTERNAL_DIFF: no-such-program can't be run: there is no such program\n/);
    t.deepEqual(globSync(join(tmpdir(), '{LIVE,MERGED}-*/v1.Secret.default.key')), [], 'the folders are gone');
  });
}

test('a server that is gone is trouble, not a difference', async (t) => {
  const { run, process: running } = await prepare(t, 'embedded', configMap('x'));
  const server = running();
  server.kill('SIGKILL');
  await new Promise((resolve) => server.once('exit', resolve));
  t.is((await run('kubectl clrk diff -f m.yaml --local')).code, 2);
});
