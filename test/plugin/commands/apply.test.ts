import test, { type ExecutionContext } from 'ava';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configmaps } from '../../../operator/kube/resources.ts';
import { startCluster } from '../../support/cluster.ts';
import { hear } from '../../support/transcript.ts';

const configMap = (value: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' }, data: { a: value } });

async function prepare(t: ExecutionContext, text: string) {
  const home = mkdtempSync(join(tmpdir(), 'clrk-apply-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  writeFileSync(join(home, 'm.yaml'), text);
  const cluster = await startCluster(t, { kubeconfig: join(home, '.clrk/kubeconfig.host') });
  return { ...cluster, home, run: (line: string) => hear(line, { home, env: {} }) };
}

test('a field that somebody else set is told with its owner, and taken over when forced', async (t) => {
  const { kube, run } = await prepare(t, JSON.stringify(configMap('ours')));
  await kube.apply(configmaps, configMap('theirs'), { fieldManager: 'somebody' });
  const refused = await run('kubectl clrk apply -f m.yaml --local');
  t.is(refused.code, 1);
  t.is(refused.stderr, 'error: configmap/settings (m.yaml:1): data.a belongs to somebody\nhint: --force-conflicts takes these fields over; or remove them from the manifest\n');
  const forced = await run('kubectl clrk apply -f m.yaml --local --force-conflicts');
  t.is(forced.stdout, 'configmap/settings configured\n');
  t.deepEqual((await kube.get(configmaps, { namespace: 'default', name: 'settings' }))?.['data'], { a: 'ours' });
});

test('a dry run by the server stores nothing', async (t) => {
  const { kube, run } = await prepare(t, JSON.stringify(configMap('x')));
  t.is((await run('kubectl clrk apply -f m.yaml --local --dry-run=server')).stdout, 'configmap/settings created (server dry run)\n');
  t.is(await kube.get(configmaps, { namespace: 'default', name: 'settings' }), undefined);
});

test('what a server printed can be applied again', async (t) => {
  const { home, kube, run } = await prepare(t, '');
  await kube.apply(configmaps, configMap('x'), { fieldManager: 'kubectl-clrk' });
  writeFileSync(join(home, 'm.yaml'), JSON.stringify(await kube.get(configmaps, { namespace: 'default', name: 'settings' })));
  t.is((await run('kubectl clrk apply -f m.yaml --local')).stdout, 'configmap/settings unchanged\n');
});

test('a server that is gone is told once, not for every object', async (t) => {
  const { run, process } = await prepare(t, `${JSON.stringify(configMap('x'))}\n---\n${JSON.stringify({ ...configMap('y'), metadata: { name: 'b' } })}\n`);
  const server = process();
  server.kill('SIGKILL');
  await new Promise((resolve) => server.once('exit', resolve));
  const { stderr, code } = await run('kubectl clrk apply -f m.yaml --local');
  t.is(code, 1);
  t.is(stderr.match(/^error: reaching the API server https:\/\/127\.0\.0\.1:\d+: nothing listens there$/gm)?.length, 1);
});
