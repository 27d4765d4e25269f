// The declarations of the kinds: what they accept, what they refuse, and what is made from them.
import test from 'ava';
import { Ajv } from 'ajv';
import { conditions } from '../../operator/api/conditions.ts';
import { conforms } from '../../operator/api/conform.ts';
import { jsonSchema } from '../../operator/api/json-schema.ts';
import { kindNamed, kinds } from '../../operator/api/kinds.ts';
import { describe, dotted, type KubeObject } from '../../operator/api/object.ts';
import type { JsonSchema } from '../../operator/api/schema.ts';
import { durationMs, quantityValue } from '../../operator/api/values.ts';
import { crds } from '../../operator/install/crds.ts';
import { agent, gateway, policy, pool, route } from './echo-bot.ts';

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
const validators = new Map(kinds.map((definition) => [definition.kind, ajv.compile(jsonSchema(definition))]));

/** What ajv and the kind's own rules say about an object, as `path message`. */
function complaints(object: KubeObject): readonly string[] {
  const validate = validators.get(object.kind);
  const valid = validate?.(object) ?? false;
  const bySchema = valid ? [] : (validate?.errors ?? []).map((error) => `${dotted(error.instancePath)} ${error.message}`);
  return [...bySchema, ...(kindNamed(object.kind)?.check(object) ?? []).map((problem) => `${dotted(problem.path)} ${problem.message}`)];
}

const withSpec = (object: KubeObject, changes: object): KubeObject => ({ ...object, spec: { ...(object['spec'] as object), ...changes } });
const target = { group: 'clrk.apoxy.dev', kind: 'AIProviderRoute', name: 'anthropic' };
const tls = { name: 'tls', protocol: 'TLS', tls: { mode: 'Terminate' } };

test('the objects of the first agent are accepted', (t) => {
  for (const object of [agent, gateway, policy, pool, route]) t.deepEqual(complaints(object), [], object.kind);
});

const refused: readonly [title: string, object: KubeObject, complaint: RegExp][] = [
  ['a misspelt field', withSpec(agent, { workerPolRef: 'x' }), /^spec must NOT have additional properties/],
  ['a misspelt field of metadata', { ...agent, metadata: { ...agent.metadata, nmae: 'x' } as KubeObject['metadata'] }, /^metadata must NOT have additional properties/],
  ['an unknown restart policy', withSpec(agent, { restartPolicy: 'Sometimes' }), /^spec\.restartPolicy must be equal to one of/],
  ['a negative number of restarts', withSpec(agent, { maxRestarts: -1 }), /^spec\.maxRestarts must be >= 0/],
  ['an image with a scheme', withSpec(agent, { template: { spec: { image: 'https://ghcr.io/a' } } }), /^spec\.template\.spec\.image must match/],
  ['two gateways', withSpec(agent, { egressRefs: [{ gatewayRef: 'a' }, { gatewayRef: 'b' }] }), /^spec\.egressRefs must NOT have more than 1/],
  ['memory without a unit', withSpec(agent, { resources: { memory: 512 } }), /^spec\.resources\.memory is 512, less than 1Mi; did you leave out the unit/],
  ['memory beyond any machine', withSpec(agent, { resources: { memory: '9000P' } }), /^spec\.resources\.memory is 9000P, more than 1Pi/],
  ['cpu beyond any machine', withSpec(agent, { resources: { cpu: '1M' } }), /^spec\.resources\.cpu is 1M, more than 100000 cores/],
  ['a quantity that is none', withSpec(agent, { resources: { cpu: 'much' } }), /^spec\.resources\.cpu must match/],
  ['a name too long for a label', { ...agent, metadata: { name: 'a'.repeat(64) } }, /^metadata\.name has 64 characters/],
  ['no listener', withSpec(gateway, { listeners: [] }), /^spec\.listeners must NOT have fewer than 1/],
  ['TLS that is not terminated', withSpec(gateway, { listeners: [{ name: 'a', protocol: 'TLS' }] }), /^spec\.listeners\[0\] speaks TLS and needs tls\.mode: Terminate/],
  ['a listener twice', withSpec(gateway, { listeners: [tls, { ...tls, port: 443 }] }), /^spec\.listeners\[1\]\.name is tls a second time/],
  ['two listeners for the same connections', withSpec(gateway, { listeners: [tls, { ...tls, name: 'b' }] }), /^spec\.listeners\[1\] takes up TLS on every port, as listener tls does/],
  ['a duration without a unit', withSpec(gateway, { requestTimeout: '300' }), /^spec\.requestTimeout must match/],
  ['no time at all', withSpec(gateway, { requestTimeout: '0s' }), /^spec\.requestTimeout is 0s; it must be at least 1ms/],
  ['an unknown provider', withSpec(route, { rules: [{ matches: [{ provider: 'antropic' }] }] }), /^spec\.rules\[0\]\.matches\[0\]\.provider is antropic; known are openai, anthropic/],
  ['a glob that never matches', withSpec(route, { rules: [{ matches: [{ provider: 'anthropic', models: ['claude-['] }] }] }), /^spec\.rules\[0\]\.matches\[0\]\.models\[0\] has a \[/],
  ['an endpoint that is no path', withSpec(route, { rules: [{ matches: [{ provider: 'anthropic', endpoints: ['v1/messages'] }] }] }), /endpoints\[0\] matches no path/],
  ['both spellings of the targets', withSpec(policy, { parentRefs: [target] }), /^spec\.parentRefs is the older spelling/],
  ['a header that frames the message', withSpec(policy, { headerName: 'Content-Length' }), /^spec\.headerName is Content-Length/],
  ['a header name with a space', withSpec(policy, { headerName: 'x api' }), /^spec\.headerName must match/],
];
for (const [title, object, complaint] of refused) {
  test(`${title} is refused with its place`, (t) => {
    t.true(complaints(object).some((one) => complaint.test(one)), complaints(object).join('\n'));
  });
}

test('the older parentRefs, providers in any case, and whole globs are accepted', (t) => {
  const { targetRefs: _newer, ...spec } = policy['spec'] as { targetRefs: unknown };
  t.deepEqual(complaints({ ...policy, spec: { ...spec, parentRefs: [target] } }), []);
  t.deepEqual(complaints(withSpec(route, { rules: [{ matches: [{ provider: 'Anthropic', models: ['claude-[a-z\\]]*', '[^x]', 'a\\*'], endpoints: ['/v1/*', '*'] }] }] })), []);
});

test('the rules take any value at all without throwing', (t) => {
  for (const definition of kinds)
    for (const odd of [null, 1, 'x', [], {}, { spec: 1 }, { spec: { listeners: [null, 1], rules: [{ matches: 3 }, null], template: null, targetRefs: 'x' } }]) t.notThrows(() => definition.check(odd));
});

function walk(schema: JsonSchema, path: string, visit: (schema: JsonSchema, path: string) => void): void {
  visit(schema, path);
  for (const [name, inner] of Object.entries(schema.properties ?? {})) walk(inner, `${path}.${name}`, visit);
  if (schema.items) walk(schema.items, `${path}[]`, visit);
}

test('the CRDs are structural and every field of them is described', (t) => {
  t.is(crds().length, kinds.length);
  for (const { kind, spec, status } of kinds)
    for (const root of [spec, status])
      walk(root.json, kind, (schema, path) => {
        t.truthy(schema.description, `${path} has no description`);
        t.false(schema.properties !== undefined && schema.additionalProperties !== undefined, path);
        t.true(schema.type !== undefined || schema['x-kubernetes-int-or-string'] === true, path);
        if (schema.pattern) t.notThrows(() => new RegExp(schema.pattern ?? ''), path);
        t.notRegex(schema.pattern ?? '', /\(\?[=!<]/, `${path}: the server's regular expressions have no look-around`);
        if (schema['x-kubernetes-list-map-keys']) t.true(schema['x-kubernetes-list-map-keys'].every((key) => schema.items?.required?.includes(key)), `${path}: a key that may be missing`);
      });
});

test('a condition keeps the time of its last transition until its status changes', (t) => {
  const at = (seconds: number) => ({ generation: 1, now: new Date(Date.UTC(2026, 0, 2, 15, 4, seconds)) });
  const first = conditions(undefined, [{ type: 'Ready', status: 'False', reason: 'A', message: 'a' }], at(1));
  const second = conditions(first, [{ type: 'Ready', status: 'False', reason: 'B', message: 'b' }], at(2));
  const third = conditions(second, [{ type: 'Ready', status: 'True', reason: 'C', message: 'c' }], at(3));
  t.deepEqual([first, second, third].map(([one]) => one?.lastTransitionTime), ['2026-01-02T15:04:01Z', '2026-01-02T15:04:01Z', '2026-01-02T15:04:03Z']);
});

test('quantities and durations are read as Kubernetes and Go read them', (t) => {
  const quantities: readonly [string | number, number | undefined][] = [['500m', 0.5], [2, 2], ['1.5Gi', 1610612736], ['64Ki', 65536], ['1k', 1000], ['2e3', 2000], ['1ki', undefined], ['', undefined], ['-1', undefined]];
  for (const [written, value] of quantities) t.is(quantityValue(written), value, String(written));
  const durations: readonly [string, number | undefined][] = [['5m', 300_000], ['1h30m', 5_400_000], ['1.5s', 1500], ['250ms', 250], ['0', 0], ['5', undefined], ['-1s', undefined], ['1d', undefined]];
  for (const [written, ms] of durations) t.is(durationMs(written), ms, written);
});

test('what was stored under another schema is recognised', (t) => {
  const fits = (object: KubeObject, spec: unknown): boolean => conforms(kindNamed(object.kind)?.spec.json ?? {}, spec);
  const whole = { ...(agent['spec'] as object), restartPolicy: 'Always' };
  t.true(fits(agent, whole));
  t.false(fits(agent, agent['spec']), 'a default that is missing');
  t.false(fits(agent, { ...whole, template: { spec: {} } }));
  t.false(fits(agent, { ...whole, egressRefs: {} }));
  t.false(fits(agent, { ...whole, resources: { cpu: true } }));
  t.false(fits(route, { parentRefs: [], rules: [] }));
  t.false(fits(route, undefined));
});

test('a problem reads as the path that people write', (t) => {
  t.is(describe([{ path: '/spec/listeners/0/tls', message: 'is wrong' }]), 'spec.listeners[0].tls is wrong');
});
