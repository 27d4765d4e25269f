// What -o prints is what kubectl prints for the same objects, byte for byte.
import test, { type ExecutionContext } from 'ava';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { daemonAgents, namespaces, secrets } from '../../../operator/kube/resources.ts';
import { findAsset } from '../../kubernetes/assets.ts';
import { clusterKinds, startCluster } from '../../support/cluster.ts';
import { hear } from '../../support/transcript.ts';

const kubectl = findAsset('kubectl');
const kind = clusterKinds.at(-1) ?? 'embedded';

const annotations = {
  long: 'The node was low on resource: ephemeral-storage. Container xyz was using 1234Ki, which exceeds its request of 0, and so on',
  plain: 'The node was low on resource ephemeral-storage Container xyz was using 1234Ki which exceeds its request of 0 and so on',
  tabbed: 'a\ttab in a very long line that goes beyond eighty characters and has to be folded somewhere behind it', spaced: `${'a '.repeat(39)}  b  ${'c '.repeat(30)}`,
  quoted: `it's a very long line, '#1', that goes beyond eighty characters: and has to be folded somewhere behind it`,
  lines: 'a\nb\n c\n', open: 'a\nb', kept: 'a\n\n\n', lead: ' a\nb', trailing: 'a  \nb\n', brk: '\n', crlf: 'a\r\nb',
  marks: '✓ ünï', emoji: '🎉', less: 'a<b>&c', hash: 'a #b', dash: '- a', colon: 'a: b', ending: 'a:', star: '*a', at: '@a', tick: '`a', percent: '%a', bang: '!a', brace: '{a', closing: 'a}', question: '?', asked: '? a', equals: '=', merge: '<<', empty: '', null: 'null', tilde: '~', yes: 'yes', y: 'y', n: 'No',
  number: '1.0', octal: '0777', nine: '089', exponent: '1e3', base60: '1:20', under: '1_000', hex: '0x1F', dot: '.5', version: '1.2.3', plus: '+1', minus: '-', day: '2026-01-02', noday: '2026-13-02', moment: '2026-01-02T03:04:05Z', spacing: '2026-01-02 03:04:05', dots: '...', dashes: '--- a', blank: ' a', blanks: 'a ',
  url: `https://example.com/${'a'.repeat(120)}`, k10: '1', k9: '1', 'a.b/c-d': '1', 'a.b/cd': '1', json: '{"a":["b"]}',
};

async function world(t: ExecutionContext): Promise<{ readonly home: string; readonly run: (words: readonly string[]) => Promise<string> } | undefined> {
  if (kubectl === undefined) return void t.pass();
  const home = mkdtempSync(join(tmpdir(), 'clrk-output-'));
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  const { kube } = await startCluster(t, { kind, kubeconfig: join(home, '.clrk/kubeconfig.host') });
  await kube.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  const agent = (namespace: string, name: string, more: object): Promise<unknown> =>
    kube.create(daemonAgents, { apiVersion: 'clrk.apoxy.dev/v1alpha1', kind: 'DaemonAgent', metadata: { name, namespace, ...more }, spec: { workerPoolRef: 'default', resources: { memory: name === 'b' ? '1Gi' : '512Mi' }, template: { spec: { image: `curl:${name}`, args: ['a', 'b c', '- d'], env: [{ name: 'A', value: 'yes' }, { name: 'B', value: '' }] } }, egressRefs: [] } });
  await agent('default', 'b', { labels: { team: 'blue' }, annotations });
  await agent('default', 'a', {});
  await agent('team', 'c', { labels: { team: 'blue' } });
  await kube.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'c2VjcmV0' } }, data: { key: 'c2VjcmV0' } });
  const run = (words: readonly string[]): Promise<string> => new Promise((resolve, reject) => {
    execFile(kubectl, [...words, '--kubeconfig', join(home, '.clrk/kubeconfig.host')], { env: { HOME: home } }, (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
  return { home, run };
}

// Without `..` and `*` over the fields of an object: kubectl finds them in another order each time.
const templates = [
  '{.metadata.name}', '{.items[*].metadata.name}', '{range .items[*]}{.metadata.name}{"\\t"}{.spec.workerPoolRef}{"\\n"}{end}', "{.items[?(@.metadata.name=='b')].metadata.annotations.marks}",
  '{.items[0].spec}', '{.items[-1:].metadata.name}', '{.items[0,1].metadata.name}', '{.items[*].spec.template.spec.args[1]}', '{.items[*].metadata.labels}', '{.nothing}', 'x{.kind}y', "{.items[*]['metadata.name','spec.workerPoolRef']}",
  '{.items[?(@.metadata.labels.team)].metadata.name}', '{.items[*].metadata.generation}', '{.items[*].metadata.annotations.less}', "{range .items[*]}{range .spec.template.spec.env[*]}{.name}={.value},{end};{end}", '{.items[0:2:2].metadata.name}', '.metadata.name', '{.items[?(@.metadata.generation>=1)].metadata.name}', "{.metadata.annotations.a\\.b/c-d}", '{$.kind} {@.kind}',
];
const columns = ['NAME:.metadata.name,POOL:spec.workerPoolRef', 'A:{.metadata.labels.team},LONGER NAME:.spec.template.spec.args,B:.metadata.name', 'X:.spec.resources,Y:.spec.template.spec.env[*].name,Z:.metadata.generation', 'N:.nothing'];

test(`-o is kubectl's own on a cluster that is ${kind}`, async (t) => {
  const here = await world(t);
  if (here === undefined) return;
  const same = async (ours: string, words: readonly string[], output: readonly string[]): Promise<void> => {
    const quoted = output.map((word) => (word.includes("'") ? undefined : `'${word}'`));
    if (quoted.includes(undefined)) writeFileSync(join(here.home, 'template'), output.at(-1)?.replace(/^jsonpath=/, '') ?? '');
    const line = quoted.includes(undefined) ? '-o jsonpath-file=template' : quoted.join(' ');
    const { stdout, stderr, code } = await hear(`kubectl clrk ${ours} --local ${line}`, { home: here.home, env: {} });
    t.is(code, 0, `${ours} ${line}: ${stderr}`);
    t.is(stdout, await here.run([...words, ...output]), `${ours} ${line}`);
  };
  const lists: readonly (readonly [string, readonly string[]])[] = [['agents list', ['get', 'daemonagents']], ['agents list -A', ['get', 'da', '-A']], ['agents get b', ['get', 'da', 'b']]];
  for (const [ours, theirs] of lists) {
    for (const format of ['json', 'yaml', 'name']) await same(ours, theirs, ['-o', format]);
    if (ours.endsWith('-A')) continue;
    for (const spec of columns) await same(ours, theirs, ['-o', `custom-columns=${spec}`]);
    // A template that finds its list in a List alone.
    for (const template of templates.filter((one) => !ours.includes('get') || !one.includes('items['))) await same(ours, theirs, ['-o', `jsonpath=${template}`]);
  }
  await same('agents list', ['get', 'da'], ['-o', 'json', '--show-managed-fields']);
  await same('agents list', ['get', 'da'], ['-o', 'jsonpath-as-json={.items[*].spec}']);
  await same('agents list', ['get', 'da'], ['-o', 'custom-columns=NAME:.metadata.name', '--no-headers']);
  await same('agents list -A', ['get', 'da', '-A'], ['-o', 'name', '-l', 'team=blue']);
  for (const path of ['.metadata.name', '{.spec.resources.memory}', 'metadata.creationTimestamp', '.metadata.labels.team']) await same('agents list', ['get', 'da'], ['-o', 'name', '--sort-by', path]);
  await same('secrets list', ['get', 'secrets'], ['-o', 'name']);
});

test('no format prints the value of a Secret', async (t) => {
  const here = await world(t);
  if (here === undefined) return;
  for (const format of ['json', 'yaml', 'wide', 'jsonpath={..data}', 'custom-columns=A:.data,B:.metadata.annotations', 'json --show-managed-fields']) {
    const { stdout, code } = await hear(`kubectl clrk secrets list --local -o ${format}`, { home: here.home, env: {} });
    t.is(code, 0);
    t.notRegex(stdout, /c2VjcmV0|secret"/);
    t.true(stdout.includes('key'));
  }
});
