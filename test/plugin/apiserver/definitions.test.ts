// CustomResourceDefinitions: accepted at once, refused when this server could not keep what they promise.
import test from 'ava';
import { request } from 'node:https';
import { copy } from '../../../plugin/apiserver/json.ts';
import { definitions, startCluster, widgetDefinition, type Cluster } from './cluster.ts';

let cluster: Cluster;
test.before(async () => {
  cluster = await startCluster();
});
test.after.always(() => cluster.stop());

type Loose = Record<string, unknown>;
function changed(plural: string, change: (schema: Loose, spec: Loose) => void): unknown {
  const made = copy(widgetDefinition) as unknown as { metadata: Loose; spec: Loose & { names: Loose; versions: { schema: { openAPIV3Schema: { properties: { spec: Loose } } } }[] } };
  made.metadata['name'] = `${plural}.example.com`;
  Object.assign(made.spec.names, { plural, kind: plural[0]?.toUpperCase() + plural.slice(1), shortNames: [] });
  change(made.spec.versions[0]?.schema.openAPIV3Schema.properties.spec ?? {}, made.spec);
  return made;
}

test.serial('a definition is established with its answer, and its kind is served at once', async (t) => {
  const { status, body } = await cluster.call('POST', definitions, widgetDefinition);
  t.is(status, 201);
  t.deepEqual(body['status']?.['conditions']?.map((one) => [one['type'], one['status']]) as unknown, [['NamesAccepted', 'True'], ['Established', 'True']]);
  t.is(body['spec']?.['names']?.['listKind'], 'WidgetList' as never);
  t.is((await cluster.call('GET', '/apis/example.com/v1/widgets')).status, 200);
});

test.serial('rules that cannot be enforced are refused, with the field that holds them', async (t) => {
  const rows: readonly (readonly [string, (schema: Loose, spec: Loose) => void, RegExp])[] = [
    ['cels', (schema) => (schema['x-kubernetes-validations'] = [{ rule: 'self.sise != ""' }]), /properties\[spec\]\.x-kubernetes-validations\[0\]\.rule: Invalid value: .*undefined field 'sise'/],
    ['patterns', (schema) => ((schema['properties'] as Loose)['name'] = { type: 'string', pattern: '(a' }), /pattern: Invalid value/],
    ['untyped', (schema) => ((schema['properties'] as Loose)['name'] = {}), /properties\[name\]\.type: Required value/],
    ['listed', (schema) => ((schema['properties'] as Loose)['name'] = { type: 'array' }), /items: Required value/],
    ['hooked', (_schema, spec) => (spec['conversion'] = { strategy: 'Webhook' }), /conversion webhooks are not served here/],
    ['groups', (_schema, spec) => (spec['group'] = 'other.com'), /metadata\.name: Invalid value/],
    ['widgetz', (_schema, spec) => ((spec['names'] as Loose)['kind'] = 'Widget'), /spec\.names: Invalid value: "Widget": is already in use by widgets\.example\.com/],
    ['kindless', (_schema, spec) => (spec['names'] = { plural: 'kindless' }), /spec\.names\.kind: Required value/],
  ];
  for (const [plural, change, message] of rows) {
    const { status, body } = await cluster.call('POST', definitions, changed(plural, change));
    t.is(status, 422, plural);
    t.regex(body['message'] as unknown as string, message);
  }
});

test.serial('a kind with several versions is served in each of them', async (t) => {
  await cluster.call('POST', definitions, changed('gadgets', (_schema, spec) => {
    const [version] = spec['versions'] as Loose[];
    spec['versions'] = [{ ...version, name: 'v1alpha1', storage: false, deprecated: true }, { ...version, name: 'v1' }];
  }));
  const made = await cluster.call('POST', '/apis/example.com/v1alpha1/namespaces/default/gadgets', { apiVersion: 'example.com/v1alpha1', kind: 'Gadgets', metadata: { name: 'a' }, spec: { size: 'small' } });
  t.is(made.status, 201);
  t.regex(String(made.headers['warning']), /deprecated/);
  t.is((await cluster.call('GET', '/apis/example.com/v1/namespaces/default/gadgets/a')).body['apiVersion'], 'example.com/v1' as never);
  t.is((await cluster.call('GET', '/apis/example.com')).body['preferredVersion']?.['version'], 'v1' as never);
});

test.serial('discovery speaks both forms and OpenAPI describes every kind', async (t) => {
  const old = await cluster.call('GET', '/apis/example.com/v1');
  t.true(old.body['resources']?.some((one) => (one['name'] as unknown) === 'widgets/status'));
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
  const aggregated = await cluster.call('GET', '/apis', undefined, { accept });
  t.regex(String(aggregated.headers['content-type']), /as=APIGroupDiscoveryList/);
  t.true(aggregated.body['items']?.some((group) => (group['metadata']?.['name'] as unknown) === 'example.com'));
  const index = await cluster.call('GET', '/openapi/v3');
  for (const path of Object.values(index.body['paths'] ?? {}) as unknown as { serverRelativeURL: string }[]) {
    t.is((await cluster.call('GET', path.serverRelativeURL)).body['openapi'], '3.0.0' as never);
  }
  t.truthy((await cluster.call('GET', '/openapi/v2')).body['definitions']?.['com.example.v1.Widget']);
});

test.serial('an object whose kind goes while it is on its way is not stored', async (t) => {
  const late = changed('lates', () => {});
  await cluster.call('POST', definitions, late);
  const path = '/apis/example.com/v1/namespaces/default/lates';
  const body = JSON.stringify({ apiVersion: 'example.com/v1', kind: 'Lates', metadata: { name: 'a' }, spec: { size: 'small' } });
  const agent = cluster.agentFor('late', 'system:masters');
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sent = request(cluster.address() + path, { method: 'POST', agent, headers: { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' } }, (answer) => resolve(answer.resume().statusCode));
    const rest = async (): Promise<void> => {
      sent.write(body.slice(0, 10));
      await cluster.call('DELETE', `${definitions}/lates.example.com`);
      while ((await cluster.call('GET', path)).status !== 404) await new Promise((next) => setTimeout(next, 20));
      sent.end(body.slice(10));
    };
    sent.on('error', reject).on('continue', () => void rest().catch(reject));
    sent.flushHeaders();
  });
  t.is(status, 404);
  await cluster.call('POST', definitions, late);
  t.deepEqual((await cluster.call('GET', path)).body['items'] as unknown, []);
});
