// The real kubectl against the server: what a person does in a day.
import test from 'ava';
import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCluster, widget, widgetDefinition, type Cluster } from './cluster.ts';

const present = spawnSync('kubectl', ['version', '--client']).status === 0;
const withKubectl = present ? test.serial : test.serial.skip; // these drive the real kubectl: without one there is nothing to drive

let cluster: Cluster;
test.before(async () => {
  cluster = await startCluster();
});
test.after.always(() => cluster.stop());

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
function kubectl(args: readonly string[], input?: unknown, env: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, HOME: cluster.dir, KUBECONFIG: cluster.kubeconfig, ...env }, timeout: 20_000 };
    const child = execFile('kubectl', args, options, (error, out, err) => resolve({ code: error ? 1 : 0, out: out.trim(), err: err.trim() }));
    child.stdin?.end(input === undefined ? '' : typeof input === 'string' ? input : JSON.stringify(input));
  });
}
async function out(args: readonly string[], input?: unknown): Promise<string> {
  const outcome = await kubectl(args, input);
  if (outcome.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${outcome.err}`);
  return outcome.out;
}

withKubectl('kubectl applies a definition, waits for it, and works with its kind', async (t) => {
  t.is(await out(['apply', '-f', '-'], widgetDefinition), 'customresourcedefinition.apiextensions.k8s.io/widgets.example.com created');
  t.regex(await out(['wait', '--for=condition=Established', 'crd/widgets.example.com', '--timeout=5s']), /condition met/);
  t.is(await out(['apply', '-f', '-'], widget('one', { size: 'small' })), 'widget.example.com/one created');
  t.is(await out(['apply', '-f', '-'], widget('one', { size: 'small' })), 'widget.example.com/one unchanged');
  t.is(await out(['apply', '-f', '-'], widget('one', { size: 'large' })), 'widget.example.com/one configured');
  t.regex(await out(['get', 'wd']), /NAME +SIZE +READY\none +large/);
  t.is(await out(['get', 'widget', 'one', '-o', 'jsonpath={.spec.size}/{.spec.replicas}']), 'large/1');
  t.regex(await out(['describe', 'wd', 'one']), /Size: +large/);
  t.is(await out(['scale', 'wd', 'one', '--replicas=3']), 'widget.example.com/one scaled');
  t.regex(await out(['patch', 'wd', 'one', '--subresource=status', '--type=merge', '-p', '{"status":{"conditions":[{"type":"Ready","status":"True"}]}}']), /patched/);
  t.regex(await out(['wait', '--for=condition=Ready', 'wd/one', '--timeout=5s']), /condition met/);
  t.is(await out(['delete', 'wd', 'one']), 'widget.example.com "one" deleted');
});

withKubectl('kubectl create makes namespaces, secrets, config maps, accounts and services', async (t) => {
  t.is(await out(['create', 'namespace', 'made']), 'namespace/made created');
  t.is(await out(['create', 'secret', 'generic', 's', '--from-literal=key=value']), 'secret/s created');
  t.is(await out(['get', 'secret', 's', '-o', 'jsonpath={.data.key}']), 'dmFsdWU=');
  t.is(await out(['create', 'configmap', 'c', '--from-literal=a=b']), 'configmap/c created');
  t.is(await out(['create', 'serviceaccount', 'a']), 'serviceaccount/a created');
  t.is(await out(['create', 'service', 'clusterip', 's', '--tcp=80:8080']), 'service/s created');
  t.is(await out(['get', 'svc', 's', '-o', 'jsonpath={.spec.ports[0].targetPort}']), '8080');
  t.regex(await out(['get', 'secrets']), /NAME +TYPE +DATA +AGE\ns +Opaque +1/);
  t.regex(await out(['describe', 'secret', 's']), /key: +5 bytes/);
  t.is(await out(['label', 'secret', 's', 'a=b']), 'secret/s labeled');
  t.is(await out(['annotate', 'secret', 's', 'a=b']), 'secret/s annotated');
  t.is(await out(['get', 'secret', '-l', 'a=b', '-o', 'name']), 'secret/s');
  t.is(await out(['delete', 'namespace', 'made']), 'namespace "made" deleted');
});

withKubectl('kubectl apply --server-side reports conflicts and takes over by force', async (t) => {
  const map = (value: string): unknown => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ssa' }, data: { a: value } });
  t.is(await out(['apply', '--server-side', '-f', '-'], map('1')), 'configmap/ssa serverside-applied');
  const refused = await kubectl(['apply', '--server-side', '--field-manager=other', '-f', '-'], map('2'));
  t.regex(refused.err, /Apply failed with 1 conflict: conflict with "kubectl": \.data\.a/);
  t.is(await out(['apply', '--server-side', '--field-manager=other', '--force-conflicts', '-f', '-'], map('2')), 'configmap/ssa serverside-applied');
  t.regex(await out(['apply', '--dry-run=server', '--server-side', '--force-conflicts', '-f', '-'], map('3')), /serverside-applied \(server dry run\)/);
  t.is(await out(['get', 'cm', 'ssa', '-o', 'jsonpath={.data.a}']), '2');
});

withKubectl('kubectl moves an object from client-side to server-side apply', async (t) => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'moved' }, data: { a: '1', b: '1' } };
  await out(['apply', '-f', '-'], map);
  await out(['apply', '--server-side', '-f', '-'], { ...map, data: { a: '2' } });
  t.is(await out(['get', 'cm', 'moved', '-o', 'jsonpath={.data}']), '{"a":"2"}');
});

withKubectl('kubectl refuses a typo through the server', async (t) => {
  const { code, err } = await kubectl(['apply', '-f', '-'], widget('typo', { size: 'small', sise: 1 }));
  t.is(code, 1);
  t.regex(err, /strict decoding error: unknown field "spec\.sise"/);
});

withKubectl('kubectl edit and replace change an object', async (t) => {
  await out(['create', 'configmap', 'edited', '--from-literal=a=before']);
  const editor = join(cluster.dir, 'editor');
  writeFileSync(editor, '#!/bin/sh\nsed -i s/before/after/ "$1"\n', { mode: 0o755 });
  const { out: said } = await kubectl(['edit', 'configmap', 'edited'], undefined, { EDITOR: editor });
  t.is(said, 'configmap/edited edited');
  t.is(await out(['get', 'cm', 'edited', '-o', 'jsonpath={.data.a}']), 'after');
  t.is(await out(['replace', '-f', '-'], { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'edited' }, data: { a: 'replaced' } }), 'configmap/edited replaced');
});

withKubectl('kubectl explain, api-resources, events and watch know every kind', async (t) => {
  t.regex(await out(['explain', 'widget.spec.size']), /small[\s\S]*How big it is\./);
  t.regex(await out(['explain', 'secret']), /stringData\t<map\[string\]string>/);
  t.regex(await out(['api-resources']), /widgets +wd +example\.com\/v1 +true +Widget/);
  await out(['create', '-f', '-'], { apiVersion: 'v1', kind: 'Event', metadata: { generateName: 'e-' }, involvedObject: { kind: 'Widget', name: 'x', namespace: 'default' }, reason: 'Tested', message: 'it works', type: 'Normal', lastTimestamp: new Date().toISOString().replace(/\.\d+/, '') });
  t.regex(await out(['get', 'events']), /Normal +Tested +widget\/x +it works/);
  const watching = kubectl(['get', 'cm', '-w', '--output-watch-events', '--request-timeout=2s']);
  t.regex((await watching).out, /EVENT +NAME +DATA +AGE\nADDED/);
});

withKubectl('kubectl auth tells who asks and what they may do', async (t) => {
  t.is(await out(['auth', 'can-i', 'create', 'configmaps']), 'yes');
  t.regex(await out(['auth', 'can-i', '--list']), /\*\.\* +\[\] +\[\] +\[\*\]/);
  t.regex(await out(['auth', 'whoami']), /Username +admin\nGroups +\[system:masters system:authenticated\]/);
});
