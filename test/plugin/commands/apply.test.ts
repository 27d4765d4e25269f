import test, { type ExecutionContext } from 'ava';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configmaps } from '../../../operator/kube/resources.ts';
import { clusterKinds, startCluster, type ClusterKind } from '../../support/cluster.ts';
import { hear } from '../../support/transcript.ts';

const configMap = (value: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' }, data: { a: value } });

async function prepare(t: ExecutionContext, text: string, kind: ClusterKind = 'embedded') {
  const home = mkdtempSync(join(tmpdir(), 'clrk-apply-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  writeFileSync(join(home, 'm.yaml'), text);
  const cluster = await startCluster(t, { kind, kubeconfig: join(home, '.clrk/kubeconfig.host') });
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

const definition = (deprecation: object) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'things', kind: 'Thing' }, versions: [{ name: 'v1', served: true, storage: true, ...deprecation, schema: { openAPIV3Schema: { type: 'object' } } }] },
});
const thing = (name: string, namespace: string) => ({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name, namespace } });
const documents = (...objects: readonly object[]): string => objects.map((object) => JSON.stringify(object)).join('\n---\n');

for (const kind of clusterKinds) {
  test.serial(`${kind}: what the server has against fields is told at their lines`, async (t) => {
    const { run, home } = await prepare(t, '', kind);
    writeFileSync(join(home, 'm.yaml'), `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: Settings\n  labels:\n    a: b\n    c: 'not allowed!'\ndata: {}\n`);
    const { stderr, code } = await run('kubectl clrk apply -f m.yaml --local');
    t.is(code, 1);
    const lines = stderr.trim().split('\n');
    t.is(lines.length, 2, stderr);
    t.regex(lines[0] ?? '', /^error: configmap\/Settings \(m\.yaml:4\): metadata\.name: Invalid value: "Settings": /);
    t.regex(lines[1] ?? '', /^error: configmap\/Settings \(m\.yaml:6\): metadata\.labels: Invalid value: "not allowed!": /);
  });

  test.serial(`${kind}: a set with its own namespace and kinds is checked as far as a dry run can, then applied, and a warning of the server is told once`, async (t) => {
    const set = [thing('a', 'team'), thing('b', 'team'), { ...configMap('x'), metadata: { name: 'c', namespace: 'team' } }, definition({ deprecated: true, deprecationWarning: 'things are "gone", take others' }), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } }];
    const { run } = await prepare(t, documents(...set), kind);
    const dry = await run('kubectl clrk apply -f m.yaml --local --dry-run=server');
    t.is(dry.code, 0, dry.stderr);
    t.deepEqual(dry.stdout.trim().split('\n'), ['namespace/team created (server dry run)', 'customresourcedefinition.apiextensions.k8s.io/things.example.com created (server dry run)']);
    t.deepEqual(dry.stderr.trim().split('\n'), ['thing.example.com/a', 'thing.example.com/b', 'configmap/c'].map((name) => `warning: ${name} is not checked: the files make its namespace or its kind, which a dry run does not`));
    const applied = await run('kubectl clrk apply -f m.yaml --local --color always');
    t.is(applied.code, 0, applied.stderr);
    t.is(applied.stderr, '\u001b[33mWarning:\u001b[39m things are "gone", take others\n');
    t.is(applied.stdout.trim().split('\n').length, 5);
    const compared = await run('kubectl clrk diff -f m.yaml --local');
    t.deepEqual([compared.code, compared.stdout, compared.stderr], [0, '', 'Warning: things are "gone", take others\n']);
  });
}
