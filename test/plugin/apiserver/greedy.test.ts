// Bodies that ask for more work than they have bytes: whatever fits into a request is answered before anybody else must wait long.
import test from 'ava';
import { checkService } from '../../../plugin/apiserver/core/net/check.ts';
import type { KubeObject } from '../../../plugin/apiserver/json.ts';
import { strategicPatch } from '../../../plugin/apiserver/patch/strategic.ts';
import { metadataSchema } from '../../../plugin/apiserver/core/metadata.ts';
import { mediaType } from '../../../plugin/apiserver/rest/body.ts';
import { decodeProtobuf } from '../../../plugin/apiserver/rest/protobuf.ts';
import { hasFormat } from '../../../plugin/apiserver/schema/formats.ts';
import { configMap, configMaps, definitions, startCluster, widget, widgetDefinition, widgets, type Cluster } from './cluster.ts';

let cluster: Cluster;
test.before(async () => {
  cluster = await startCluster();
  await cluster.call('POST', definitions, widgetDefinition);
});
test.after.always(() => cluster.stop());

const many = 100_000;
const names = (count: number, lead = 'n'): readonly string[] => Array.from({ length: count }, (_one, index) => `${lead}${index}`);
const yaml = { 'content-type': 'application/yaml' };

test('no text makes a format search for ever', (t) => {
  t.false(hasFormat(`${'a'.repeat(many)}. <a@b.c>`, 'email'));
  t.true(hasFormat('Ann Other <ann@example.com>', 'email'));
  t.false(hasFormat('1'.repeat(many), 'duration'));
  t.false(hasFormat(`${'1'.repeat(many)}${' '.repeat(many)}!`, 'duration'));
  t.true(hasFormat('in 12 hours', 'duration'));
  t.is(mediaType({ headers: { 'content-type': `a/b${' '.repeat(many)}!` } } as never), '?');
  t.is(mediaType({ headers: { 'content-type': ' Application/JSON ; charset="utf-8" ; ' } } as never), 'application/json');
});

test('lists of a strategic patch are merged in one pass', (t) => {
  const [before, after] = [names(30_000, 'a/'), names(30_000, 'b/')];
  const made = strategicPatch({ metadata: { finalizers: before } }, { metadata: { finalizers: [...after, ...after], '$deleteFromPrimitiveList/finalizers': after } }, { type: 'object', properties: { metadata: metadataSchema } });
  t.deepEqual((made['metadata'] as { finalizers: unknown }).finalizers, before);
});

test('a Service of very many ports is checked in one pass', (t) => {
  const ports = names(many).map((name, port) => ({ name, port, protocol: 'TCP' }));
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { type: 'ClusterIP', clusterIP: 'None', ipFamilies: names(many), ports: [...ports, ...ports.slice(0, 1)] } };
  t.is(checkService(service as KubeObject, undefined).filter(({ reason, field }) => reason === 'FieldValueDuplicate' && field === `spec.ports[${many}]`).length, 1);
});

test('faults that are told with the whole list are told a few times', async (t) => {
  const ownerReferences = names(10_000).map((uid) => ({ apiVersion: 'v1', kind: 'A', name: 'a', uid, controller: true }));
  const { status, text } = await cluster.call('POST', configMaps, configMap('owned', {}, { ownerReferences }));
  t.is(status, 422);
  t.true(text.length < 100_000_000);
  const labels = Object.fromEntries(names(100_000, '_').map((name) => [name, '']));
  const labelled = await cluster.call('POST', configMaps, configMap('labelled', {}, { labels }));
  t.is(labelled.status, 422);
  t.true(labelled.text.length < 1_000_000);
});

test('of very many or very long fields that a kind does not have some are told', async (t) => {
  const long = 'k'.repeat(500_000);
  const nested = { size: 'small', parts: [{ name: 'a', [long]: 1, ...Object.fromEntries(names(100).map((name) => [name + long.slice(0, 10_000), 1])) }] };
  const warned = await cluster.call('POST', widgets, widget('long', nested));
  t.is(warned.status, 201);
  t.deepEqual(warned.body['spec']?.['parts'] as unknown, [{ name: 'a', kept: true }]);
  const strict = await cluster.call('POST', `${widgets}?fieldValidation=Strict`, widget('strict', { size: 'small', [long]: 1 }));
  t.is(strict.status, 400, 'also one path that is too long to be told is a fault');
  t.true(strict.text.length < 10_000);
  const text = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"twice"},"${long}":{${Array(200).fill('"a":1').join(',')}}}`;
  t.is((await cluster.call('POST', configMaps, text)).status, 201);
});

test('YAML with many keys is read, and what would keep the reader busy is refused', async (t) => {
  const read = await cluster.call('POST', configMaps, `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: keys\ndata:\n${names(20_000, '  k').map((name) => `${name}: v\n`).join('')}`, yaml);
  t.is(read.status, 201);
  const anchors = names(20_000, 'a');
  for (const body of ['- a\n'.repeat(2 * many), `${anchors.map((name) => `${name}: &${name} x\n`).join('')}l:\n${anchors.map((name) => `- *${name}\n`).join('')}`, `a: &a ${'x'.repeat(1_000_000)}\nl: [${Array(99).fill('*a').join(',')}]`, '['.repeat(100_000)]) {
    const { status, text } = await cluster.call('POST', configMaps, body, yaml);
    t.is(status, 400);
    t.regex(text, /yaml: /);
  }
});

test('protobuf with very many entries is read in one pass', (t) => {
  const field = (number: number, bytes: Buffer): Buffer => {
    const length: number[] = [];
    for (let rest = bytes.length; ; rest >>>= 7) {
      length.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
      if (rest < 0x80) break;
    }
    return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes]);
  };
  const text = (number: number, value: string): Buffer => field(number, Buffer.from(value));
  const raw = Buffer.concat(names(many).map((name) => field(2, Buffer.concat([text(1, name), text(2, 'v')]))));
  const read = decodeProtobuf(Buffer.concat([Buffer.from('k8s\0'), field(1, Buffer.concat([text(1, 'v1'), text(2, 'ConfigMap')])), field(2, raw)]));
  t.is(Object.keys(read?.['data'] as object).length, many);
});

test('a JSON patch cannot nest an object deeper than a body may be', async (t) => {
  await cluster.call('POST', widgets, widget('deep', { size: 'small', free: { a: {} } }));
  const deep = JSON.parse(`${'{"a":'.repeat(150)}{}${'}'.repeat(150)}`) as unknown;
  for (const rounds of [2, 400]) {
    const operations = Array.from({ length: rounds }, () => [{ op: 'add', path: '/spec/free/b', value: deep }, { op: 'move', from: '/spec/free/a', path: `/spec/free/b${'/a'.repeat(151)}` }, { op: 'move', from: '/spec/free/b', path: '/spec/free/a' }]).flat();
    const { status, body } = await cluster.call('PATCH', `${widgets}/deep`, operations, { 'content-type': 'application/json-patch+json' });
    t.is(status, 400);
    t.is(body['message'], 'the object is nested too deeply: at most 200 levels' as never);
  }
});
