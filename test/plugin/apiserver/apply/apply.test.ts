// Server-side apply: who owns what, who is in conflict, what goes when its owner lets go.
import test from 'ava';
import { configMap, configMaps, definitions, startCluster, widget, widgetDefinition, widgets, type Cluster, type Reply } from '../cluster.ts';

let cluster: Cluster;
test.before(async () => {
  cluster = await startCluster();
  await cluster.call('POST', definitions, widgetDefinition);
});
test.after.always(() => cluster.stop());

const apply = (path: string, object: unknown, manager: string, more = ''): Promise<Reply> =>
  cluster.call('PATCH', `${path}?fieldManager=${manager}${more}`, object, { 'content-type': 'application/apply-patch+yaml' });
const owners = (reply: Reply): unknown => reply.body['metadata']?.['managedFields']?.map(({ manager, operation, fieldsV1 }) => [manager, operation, fieldsV1]);

test('apply makes an object and owns exactly what it says', async (t) => {
  const made = await apply(`${widgets}/new`, widget('new', { size: 'small', parts: [{ name: 'a', value: '1' }] }), 'one');
  t.is(made.status, 201);
  t.deepEqual(owners(made), [['one', 'Apply', { 'f:spec': { 'f:size': {}, 'f:parts': { 'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:value': {} } } } }]]);
  t.is(made.body['spec']?.['replicas'], 1 as never);
});

test('applying the same again changes nothing', async (t) => {
  const first = await apply(`${configMaps}/same`, configMap('same', { a: '1' }), 'one');
  const second = await apply(`${configMaps}/same`, configMap('same', { a: '1' }), 'one');
  t.is(second.status, 200);
  t.deepEqual(second.body, first.body);
});

test('a field that another owns is a conflict with the words of Kubernetes', async (t) => {
  await apply(`${configMaps}/fought`, configMap('fought', { a: '1', b: '1' }), 'one');
  const single = await apply(`${configMaps}/fought`, configMap('fought', { a: '2' }), 'two');
  t.is(single.status, 409);
  t.is(single.body['message'], 'Apply failed with 1 conflict: conflict with "one": .data.a' as never);
  t.deepEqual(single.body['details']?.['causes'] as unknown, [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' }]);
  const several = await apply(`${configMaps}/fought`, configMap('fought', { a: '2', b: '2' }), 'two');
  t.is(several.body['message'], 'Apply failed with 2 conflicts: conflicts with "one":\n- .data.a\n- .data.b' as never);
  const forced = await apply(`${configMaps}/fought`, configMap('fought', { a: '2' }), 'two', '&force=true');
  t.deepEqual(owners(forced), [['one', 'Apply', { 'f:data': { 'f:b': {} } }], ['two', 'Apply', { 'f:data': { 'f:a': {} } }]]);
});

test('an update owns what it changed and is named with its version in a conflict', async (t) => {
  await cluster.call('POST', `${configMaps}?fieldManager=maker`, configMap('updated', { a: '1' }));
  const refused = await apply(`${configMaps}/updated`, configMap('updated', { a: '2' }), 'one');
  t.is(refused.body['message'], 'Apply failed with 1 conflict: conflict with "maker" using v1: .data.a' as never);
});

test('a field goes with its last owner and stays while another owns it', async (t) => {
  await apply(`${configMaps}/owned`, configMap('owned', { mine: '1', ours: '1' }), 'one');
  await apply(`${configMaps}/owned`, configMap('owned', { ours: '1' }), 'two');
  const left = await apply(`${configMaps}/owned`, configMap('owned', {}), 'one');
  t.deepEqual(left.body['data'] as unknown, { ours: '1' });
  const empty = await apply(`${configMaps}/owned`, configMap('owned', undefined), 'two');
  t.is(empty.body['data']?.['ours'], undefined);
});

test('list items are owned by their keys: an item goes whole, the others keep their place', async (t) => {
  await apply(`${widgets}/listed`, widget('listed', { size: 'small', parts: [{ name: 'a', value: '1' }, { name: 'b' }] }), 'one');
  await apply(`${widgets}/listed`, widget('listed', { parts: [{ name: 'c', value: '3' }], size: 'small' }), 'two');
  const left = await apply(`${widgets}/listed`, widget('listed', { size: 'small', parts: [{ name: 'b' }] }), 'one');
  t.deepEqual(left.body['spec']?.['parts']?.map((part) => part['name']) as unknown, ['b', 'c']);
});

test('status is owned apart from the rest', async (t) => {
  await apply(`${widgets}/parted`, widget('parted', { size: 'small' }), 'one');
  const status = await apply(`${widgets}/parted/status`, { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'parted' }, spec: { size: 'large' }, status: { replicas: 3 } }, 'controller');
  t.is(status.status, 200);
  t.is(status.body['spec']?.['size'], 'small' as never);
  t.is(status.body['status']?.['replicas'], 3 as never);
  const again = await apply(`${widgets}/parted`, { ...widget('parted', { size: 'large' }), status: { replicas: 9 } }, 'one');
  t.is(again.status, 200);
  t.is(again.body['status']?.['replicas'], 3 as never);
  t.is(again.body['metadata']?.['managedFields']?.find((entry) => (entry['manager'] as unknown) === 'controller')?.['subresource'], 'status' as never);
});

test('apply refuses fields that the schema does not have, and a missing manager', async (t) => {
  const unknown = await apply(`${widgets}/typo`, widget('typo', { sise: 'small' }), 'one');
  t.is(unknown.status, 500);
  t.is(unknown.body['message'], 'failed to create typed patch object (/typo; example.com/v1, Kind=Widget): .spec.sise: field not declared in schema' as never);
  t.is((await cluster.call('PATCH', `${configMaps}/x`, configMap('x', {}), { 'content-type': 'application/apply-patch+yaml' })).status, 422);
});

test('more than ten updaters are folded into one', async (t) => {
  await cluster.call('POST', `${configMaps}?fieldManager=m0`, configMap('crowd', { k0: '1' }));
  for (let i = 1; i <= 14; i++) await cluster.call('PATCH', `${configMaps}/crowd?fieldManager=m${i}`, { data: { [`k${i}`]: '1' } }, { 'content-type': 'application/merge-patch+json' });
  const { body } = await cluster.call('GET', `${configMaps}/crowd`);
  t.true((body['metadata']?.['managedFields']?.length ?? 0) <= 10);
  t.truthy(body['metadata']?.['managedFields']?.some((entry) => (entry['manager'] as unknown) === 'ancient-changes'));
});

test('of many that apply YAML at once, each keeps what it said', async (t) => {
  await apply(`${configMaps}/choir`, configMap('choir', { first: '1' }), 'first');
  const names = Array.from({ length: 8 }, (_one, index) => `m${index}`);
  const replies = await Promise.all(names.map((name) => apply(`${configMaps}/choir`, `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: choir\ndata:\n  ${name}: "1"\n`, name)));
  t.deepEqual([...new Set(replies.map(({ status }) => status))], [200]);
  const { body } = await cluster.call('GET', `${configMaps}/choir`);
  t.deepEqual(Object.keys(body['data'] as object).toSorted(), ['first', ...names]);
});
