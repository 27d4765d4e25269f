// Creating, reading, changing and deleting objects over HTTPS, and the exact words of every refusal.
import test from 'ava';
import { configMap, configMaps, definitions, secrets, startCluster, widget, widgetDefinition, widgets, type Cluster } from '../cluster.ts';

let cluster: Cluster;
test.before(async () => {
  cluster = await startCluster();
  await cluster.call('POST', definitions, widgetDefinition);
});
test.after.always(() => cluster.stop());

const merge = { 'content-type': 'application/merge-patch+json' };

test('the three namespaces of every cluster are there from the start', async (t) => {
  const { body } = await cluster.call('GET', '/api/v1/namespaces');
  t.deepEqual(body['items']?.map((one) => one['metadata']?.['name']).filter((name) => !name?.startsWith('made')), ['default', 'kube-public', 'kube-system'] as never);
});

test('health and version are open, everything else wants a certificate of the cluster', async (t) => {
  const nobody = cluster.anonymous();
  for (const path of ['/livez', '/readyz', '/healthz', '/version']) t.is((await cluster.call('GET', path, undefined, {}, nobody)).status, 200);
  const refused = await cluster.call('GET', secrets, undefined, {}, nobody);
  t.is(refused.status, 403);
  t.like(refused.body, { kind: 'Status', reason: 'Forbidden', code: 403 } as never);
});

test('an administrator by the word of another authority is nobody', async (t) => {
  const { status, body } = await cluster.call('GET', secrets, undefined, {}, cluster.stranger());
  t.is(status, 401);
  t.is(body['reason'], 'Unauthorized' as never);
});

test('a user who is not an administrator is forbidden, and told what', async (t) => {
  const { status, body } = await cluster.call('GET', `${secrets}/x`, undefined, {}, cluster.agentFor('bob', 'devs'));
  t.is(status, 403);
  t.is(body['message'], 'secrets "x" is forbidden: User "bob" cannot get resource "secrets" in API group "" in the namespace "default"' as never);
});

test('a secret takes plain text and keeps base64', async (t) => {
  const made = await cluster.call('POST', secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'plain' }, stringData: { key: 'value' } });
  t.is(made.status, 201);
  t.deepEqual(made.body['data'], { key: 'dmFsdWU=' } as never);
  t.is(made.body['stringData'], undefined);
  t.is(made.body['type'], 'Opaque' as never);
  const wrong = await cluster.call('POST', secrets, { metadata: { name: 'wrong' }, data: { key: '&&&' } });
  t.is(wrong.status, 400);
  t.is(wrong.body['message'], 'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0' as never);
});

test('refusals have the reasons and words of Kubernetes', async (t) => {
  const rows: readonly (readonly [string, string, unknown, number, string, string])[] = [
    ['GET', `${secrets}/none`, undefined, 404, 'NotFound', 'secrets "none" not found'],
    ['GET', `${widgets}/none`, undefined, 404, 'NotFound', 'widgets.example.com "none" not found'],
    ['GET', '/api/v1/things', undefined, 404, 'NotFound', 'the server could not find the requested resource'],
    ['POST', '/api/v1/namespaces/nope/secrets', { metadata: { name: 'a' } }, 404, 'NotFound', 'namespaces "nope" not found'],
    ['POST', `${secrets}/a`, {}, 405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource'],
    ['POST', '/api/v1/namespaces', { metadata: { name: 'default' } }, 409, 'AlreadyExists', 'namespaces "default" already exists'],
    ['POST', secrets, { kind: 'ConfigMap', metadata: { name: 'a' } }, 400, 'BadRequest', 'ConfigMap in version "v1" cannot be handled as a Secret: converting (v1.ConfigMap) to (core.Secret): unknown conversion'],
    ['POST', secrets, { metadata: { name: 'a', namespace: 'other' } }, 400, 'BadRequest', 'the namespace of the provided object does not match the namespace sent on the request'],
    ['GET', `${secrets}?fieldSelector=data.key=1`, undefined, 400, 'BadRequest', 'field label not supported: data.key'],
    ['POST', configMaps, { metadata: {} }, 422, 'Invalid', 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'],
  ];
  for (const [method, path, body, code, reason, message] of rows) {
    const reply = await cluster.call(method, path, body);
    t.like(reply.body, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message } as never, path);
    t.is(reply.status, code);
  }
});

test('an invalid custom object is refused with every cause and its field', async (t) => {
  const { status, body } = await cluster.call('POST', widgets, widget('bad', { size: 'huge', replicas: -1, name: 'toolong', parts: [{ name: 'a' }, { name: 'a' }] }));
  t.is(status, 422);
  t.deepEqual(body['details']?.['causes']?.map((cause) => [cause['reason'], cause['field'], cause['message']]) as unknown, [
    ['FieldValueNotSupported', 'spec.size', 'Unsupported value: "huge": supported values: "small", "large"'],
    ['FieldValueInvalid', 'spec.replicas', 'Invalid value: -1: spec.replicas in body should be greater than or equal to 0'],
    ['FieldValueTooLong', 'spec.name', 'Too long: may not be more than 5 bytes'],
    ['FieldValueInvalid', '.spec.replicas', 'Invalid value: -1: should be a non-negative integer'],
    ['FieldValueDuplicate', 'spec.parts[1]', 'Duplicate value: {"name":"a"}'],
  ]);
  t.like(body['details'], { name: 'bad', group: 'example.com', kind: 'Widget' } as never);
  const wrongType = await cluster.call('POST', widgets, widget('bad', { size: 3 }));
  t.is(wrongType.body['message'], 'Widget.example.com "bad" is invalid: [spec.size: Invalid value: "integer": spec.size in body must be of type string: "integer", spec.size: Unsupported value: 3: supported values: "small", "large"]' as never);
});

test('custom objects get their defaults, lose unknown fields, and keep free ones', async (t) => {
  const { body, headers } = await cluster.call('POST', widgets, widget('defaults', { size: 'small', typo: 1, free: { any: { thing: 1 } }, parts: [{ name: 'a' }] }));
  t.deepEqual(body['spec'] as unknown, { size: 'small', replicas: 1, free: { any: { thing: 1 } }, parts: [{ name: 'a', kept: true }] });
  t.is(headers['warning'], '299 - "unknown field \\"spec.typo\\""');
});

test('strict validation refuses unknown and duplicate fields', async (t) => {
  const text = JSON.stringify(widget('strict', { size: 'small', typo: 1 })).replace('"size":"small"', '"size":"small","size":"large"');
  const { status, body } = await cluster.call('POST', `${widgets}?fieldValidation=Strict`, text);
  t.is(status, 400);
  t.is(body['message'], 'Widget in version "v1" cannot be handled as a Widget: strict decoding error: duplicate field "spec.size", unknown field "spec.typo"' as never);
});

test('generation counts changes of the desired state only', async (t) => {
  await cluster.call('POST', widgets, widget('counted', { size: 'small' }));
  const at = `${widgets}/counted`;
  t.is((await cluster.call('PATCH', at, { metadata: { labels: { a: 'b' } } }, merge)).body['metadata']?.['generation'], 1 as never);
  t.is((await cluster.call('PATCH', `${at}/status`, { status: { replicas: 2 } }, merge)).body['metadata']?.['generation'], 1 as never);
  t.is((await cluster.call('PATCH', at, { spec: { size: 'large' } }, merge)).body['metadata']?.['generation'], 2 as never);
  const kept = await cluster.call('PATCH', at, { status: { replicas: 9 } }, merge);
  t.is(kept.body['status']?.['replicas'], 2 as never);
});

test('the scale subresource reads and writes the replica count', async (t) => {
  await cluster.call('POST', widgets, widget('scaled', { size: 'small' }));
  t.is((await cluster.call('GET', `${widgets}/scaled/scale`)).body['spec']?.['replicas'], 1 as never);
  const set = await cluster.call('PATCH', `${widgets}/scaled/scale`, { spec: { replicas: 4 } }, merge);
  t.like(set.body, { kind: 'Scale', spec: { replicas: 4 } } as never);
  t.is((await cluster.call('GET', `${widgets}/scaled`)).body['spec']?.['replicas'], 4 as never);
});

test('a write on an old resourceVersion is a conflict, a write that changes nothing is none', async (t) => {
  const made = await cluster.call('POST', configMaps, configMap('raced', { a: '1' }));
  const same = await cluster.call('PUT', `${configMaps}/raced`, made.body);
  t.is(same.body['metadata']?.['resourceVersion'], made.body['metadata']?.['resourceVersion']);
  await cluster.call('PATCH', `${configMaps}/raced`, { data: { a: '2' } }, merge);
  const late = await cluster.call('PUT', `${configMaps}/raced`, made.body);
  t.is(late.status, 409);
  t.is(late.body['message'], 'Operation cannot be fulfilled on configmaps "raced": the object has been modified; please apply your changes to the latest version and try again' as never);
});

test('twenty writers of one object lose no update', async (t) => {
  await cluster.call('POST', configMaps, configMap('shared', {}));
  await Promise.all(Array.from({ length: 20 }, (_, i) => cluster.call('PATCH', `${configMaps}/shared`, { data: { [`k${i}`]: 'x' } }, merge)));
  t.is(Object.keys((await cluster.call('GET', `${configMaps}/shared`)).body['data'] ?? {}).length, 20);
});

test('json patch and strategic merge patch change what they say', async (t) => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'patched' }, spec: { ports: [{ name: 'a', port: 80 }, { name: 'b', port: 81 }] } };
  await cluster.call('POST', '/api/v1/namespaces/default/services', service);
  const at = '/api/v1/namespaces/default/services/patched';
  const strategic = await cluster.call('PATCH', at, { spec: { ports: [{ port: 81, name: 'c' }, { port: 80, $patch: 'delete' }] } }, { 'content-type': 'application/strategic-merge-patch+json' });
  t.deepEqual(strategic.body['spec']?.['ports'] as unknown, [{ name: 'c', port: 81, protocol: 'TCP', targetPort: 81 }]);
  const json = await cluster.call('PATCH', at, [{ op: 'test', path: '/spec/ports/0/name', value: 'c' }, { op: 'add', path: '/spec/ports/-', value: { name: 'd', port: 82 } }], { 'content-type': 'application/json-patch+json' });
  t.is(json.body['spec']?.['ports']?.length, 2);
  t.is((await cluster.call('PATCH', at, [{ op: 'test', path: '/spec/type', value: 'x' }], { 'content-type': 'application/json-patch+json' })).status, 422);
  t.is((await cluster.call('PATCH', `${widgets}/any`, {}, { 'content-type': 'application/strategic-merge-patch+json' })).status, 415);
});

test('dry run answers as if it had happened and stores nothing', async (t) => {
  t.is((await cluster.call('POST', `${configMaps}?dryRun=All`, configMap('dry', {}))).status, 201);
  t.is((await cluster.call('GET', `${configMaps}/dry`)).status, 404);
  t.is((await cluster.call('POST', `${configMaps}?dryRun=Some`, configMap('dry', {}))).status, 422);
});

test('an object with finalizers goes with the last of them', async (t) => {
  await cluster.call('POST', configMaps, configMap('held', {}, { finalizers: ['example.com/hold'] }));
  const marked = await cluster.call('DELETE', `${configMaps}/held`);
  t.truthy(marked.body['metadata']?.['deletionTimestamp']);
  t.is((await cluster.call('PATCH', `${configMaps}/held`, { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } }, merge)).status, 422);
  await cluster.call('PATCH', `${configMaps}/held`, { metadata: { finalizers: null } }, merge);
  t.is((await cluster.call('GET', `${configMaps}/held`)).status, 404);
});

test('bad input is refused and the server goes on', async (t) => {
  const rows: readonly (readonly [string, string, number])[] = [
    ['{"a":', 'application/json', 400], ['[]', 'application/json', 400], ['{"__proto__":{"x":1}}', 'application/json', 400], [`${'['.repeat(50_000)}`, 'application/json', 400],
    [`{"a":${'['.repeat(1000)}${']'.repeat(1000)}}`, 'application/json', 400], ['a: [', 'application/yaml', 400], ['a: &a [*a]', 'application/yaml', 400], ['x', 'text/plain', 415],
    ['k8s\0\xff\xff\xff', 'application/vnd.kubernetes.protobuf', 400], ['{"metadata":{"name":7}}', 'application/json', 400], ['{"metadata":{"labels":{"a":1}}}', 'application/json', 400],
    ['{"metadata":[]}', 'application/json', 400], [JSON.stringify(configMap('big', { a: 'x'.repeat(3_200_000) })), 'application/json', 413],
    [JSON.stringify(configMap('large', { a: 'x'.repeat(1_200_000) })), 'application/json', 422],
  ];
  for (const [text, type, status] of rows) t.is((await cluster.call('POST', configMaps, text, { 'content-type': type })).status, status, text.slice(0, 60));
  t.is((await cluster.call('GET', `${configMaps}?labelSelector=a%3D%3D%3Db`)).status, 400);
  t.is((await cluster.call('GET', `${configMaps}?continue=zzz`)).status, 400);
  t.is((await cluster.call('GET', '/api/v1/namespaces/%zz/secrets')).status, 404);
  t.is((await cluster.call('GET', '/readyz')).status, 200);
});

test('a yaml body is taken as kubectl reads yaml', async (t) => {
  const { status, body } = await cluster.call('POST', configMaps, 'metadata:\n  name: yamled\ndata:\n  when: "2001-01-01"\n  text: |\n    line\n', { 'content-type': 'application/yaml' });
  t.is(status, 201);
  t.deepEqual(body['data'] as unknown, { when: '2001-01-01', text: 'line\n' });
});

test('tables and metadata-only answers are given to who asks for them', async (t) => {
  await cluster.call('POST', widgets, widget('tabled', { size: 'large' }));
  await cluster.call('PATCH', `${widgets}/tabled/status`, { status: { conditions: [{ type: 'Other', status: 'False' }, { type: 'Ready', status: 'True' }] } }, merge);
  const table = await cluster.call('GET', `${widgets}/tabled`, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' });
  t.deepEqual(table.body['columnDefinitions']?.map((column) => column['name']) as unknown, ['Name', 'Size', 'Ready']);
  t.deepEqual(table.body['rows']?.[0]?.['cells'] as unknown, ['tabled', 'large', 'True']);
  const metadata = await cluster.call('GET', `${widgets}/tabled`, undefined, { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' });
  t.is(metadata.body['spec'], undefined);
  t.is((await cluster.call('GET', `${widgets}/tabled`, undefined, { accept: 'application/vnd.kubernetes.protobuf' })).status, 406);
});
