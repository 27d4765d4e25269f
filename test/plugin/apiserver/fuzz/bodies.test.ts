// Whatever is sent as an object: never a crash, never a fault that nobody foresaw, and a refusal that clients can read.
import test from 'ava';
import fc from 'fast-check';
import { agentSample, json, samples, spoilt, widgetSample } from './values.ts';
import { victim } from './target.ts';

const collections: readonly string[] = [...Object.keys(samples).map((plural) => `/api/v1/namespaces/default/${plural}`), '/apis/test.example.com/v1/namespaces/default/widgets', '/apis/clrk.apoxy.dev/v1alpha1/namespaces/default/daemonagents'];
const nearly = spoilt([...Object.values(samples), widgetSample, agentSample].map((one) => structuredClone(one) as { [key: string]: unknown }));

test('an object of any shape is taken or refused', async (t) => {
  t.timeout(180_000);
  const { ask, survives } = await victim(t);
  const question = fc.record({ path: fc.constantFrom(...collections), validation: fc.constantFrom('', 'Ignore', 'Warn', 'Strict'), dryRun: fc.boolean(), body: fc.oneof({ arbitrary: nearly, weight: 3 }, json) });
  await survives(question, { runs: 1500, examples: [{ path: collections[4] ?? '', validation: 'Strict', dryRun: true, body: null }] }, async ({ path, validation, dryRun, body }) => {
    const { status } = await ask({ method: 'POST', path: `${path}?fieldValidation=${validation}${dryRun ? '&dryRun=All' : ''}`, body: JSON.stringify(body) ?? '' });
    if (status === 201 && !dryRun) await ask({ method: 'DELETE', path: `${path}/fuzz?gracePeriodSeconds=0` });
    // A finalizer keeps what was created: it is taken off, so that the next one is created too.
    if (status === 201 && !dryRun) await ask({ method: 'PATCH', path: `${path}/fuzz`, headers: { 'content-type': 'application/merge-patch+json' }, body: '{"metadata":{"finalizers":null}}' });
  });
});

test('text that is hardly JSON or YAML is taken or refused, in any content type', async (t) => {
  t.timeout(180_000);
  const { ask, survives } = await victim(t);
  const sound = fc.constantFrom(...Object.values(samples), widgetSample).map((one) => JSON.stringify(one));
  const cut = fc.tuple(sound, fc.nat({ max: 400 }), fc.string({ unit: 'binary', maxLength: 5 })).map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + put.length));
  const yaml = fc.tuple(fc.constantFrom('&a [*a]', '{a: &x 1, b: *x}', '- '.repeat(50), '? {', 'a: !!binary x', '<<: {a: b}', 'a: |\n  b', '%YAML 1.1\n---\n', 'kind: ConfigMap\nmetadata: {name: y}\n', '"\\x"', 'a: 0x1F', 'a: 2001-01-01', '\t- a'), cut).map(([head, tail]) => `${head}\n${tail}`);
  const type = fc.constantFrom('application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf', 'text/plain', 'application/json; charset=utf-16', ';', 'application/apply-patch+yaml');
  const question = fc.record({ method: fc.constantFrom('POST', 'PUT', 'DELETE', 'PATCH'), path: fc.constantFrom(...collections), type, body: fc.oneof(cut, yaml, fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.concat([Buffer.from('k8s\0'), bytes]))) });
  await survives(question, { runs: 1200 }, ({ method, path, type: contentType, body }) => ask({ method, path: method === 'POST' ? path : `${path}/fuzz?fieldManager=f`, headers: { 'content-type': contentType }, body }));
});

test('a definition of any schema is taken or refused, and what it defines can be used', async (t) => {
  t.timeout(180_000);
  const { ask, survives } = await victim(t);
  const leaf = fc.record({ type: fc.constantFrom('string', 'integer', 'number', 'boolean', 'object', 'array', 'x'), format: fc.constantFrom('date-time', 'byte', 'int32', 'odd'), pattern: fc.constantFrom('^a+$', '(a+)+$', '[', '\\pL', '(?i)x'), minimum: fc.double(), maxLength: fc.integer(), default: json, nullable: fc.boolean(), enum: fc.array(json, { maxLength: 2 }), 'x-kubernetes-int-or-string': fc.boolean(), 'x-kubernetes-preserve-unknown-fields': fc.boolean(), 'x-kubernetes-list-type': fc.constantFrom('set', 'map', 'atomic', 'y'), 'x-kubernetes-validations': fc.array(fc.record({ rule: fc.constantFrom('self > 0', 'self.all(x, x)', 'oldSelf == self', '((', "'a'.matches('(a+)+$')", 'size(self) < 9') }), { maxLength: 1 }) }, { requiredKeys: ['type'] });
  const schema = fc.letrec<{ node: unknown }>((tie) => ({ node: fc.oneof({ maxDepth: 3 }, leaf, fc.record({ type: fc.constant('object'), properties: fc.dictionary(fc.constantFrom('spec', 'status', 'metadata', 'a', 'b'), tie('node'), { maxKeys: 3 }) }), fc.record({ type: fc.constant('array'), items: tie('node') })) })).node;
  let number = 0;
  await survives(fc.tuple(schema, json), { runs: 150 }, async ([openAPIV3Schema, spec]) => {
    const plural = `fuzz${number++}s`;
    const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.fuzz.example.com` }, spec: { group: 'fuzz.example.com', scope: 'Cluster', names: { plural, kind: `Fuzz${number}` }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }] } };
    const { status } = await ask({ method: 'POST', path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body: JSON.stringify(definition) });
    if (status !== 201) return;
    await ask({ method: 'POST', path: `/apis/fuzz.example.com/v1/${plural}`, body: JSON.stringify({ apiVersion: 'fuzz.example.com/v1', kind: `Fuzz${number}`, metadata: { name: 'one' }, spec, a: spec, b: spec }) });
    await ask({ method: 'GET', path: '/openapi/v3/apis/fuzz.example.com/v1' });
    await ask({ method: 'DELETE', path: `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.fuzz.example.com` });
  });
});
