// The rules of our own kinds: a server takes them, and they say what the checks of the kinds say.
import test from 'ava';
import { dotted, type KubeObject } from '../../../operator/api/object.ts';
import { kindNamed, kinds } from '../../../operator/api/kinds.ts';
import { crds } from '../../../operator/install/crds.ts';
import { at, list, type JsonObject } from '../../../plugin/apiserver/json.ts';
import { ruleErrors } from '../../../plugin/cel/rules/definition.ts';
import { brokenRules } from '../../../plugin/manifests/rules.ts';
import { agent, gateway, policy, pool, route } from '../../operator/echo-bot.ts';

const withSpec = (object: KubeObject, changes: object): KubeObject => ({ ...object, spec: { ...(object['spec'] as object), ...changes } });
const target = { group: 'clrk.apoxy.dev', kind: 'AIProviderRoute', name: 'anthropic' };
const tls = { name: 'tls', protocol: 'TLS', tls: { mode: 'Terminate' } };
const matching = (match: object): KubeObject => withSpec(route, { rules: [{ matches: [{ provider: 'anthropic', ...match }] }] });

const broken = (object: KubeObject): readonly string[] => {
  const definition = kindNamed(object.kind);
  return definition ? brokenRules(definition, object).map(({ path, message }) => `${dotted(`/${path.join('/')}`)} ${message}`) : [];
};
const checked = (object: KubeObject): readonly string[] => (kindNamed(object.kind)?.check(object) ?? []).map(({ path, message }) => `${dotted(path)} ${message}`);

test('every definition is one that a real API server takes: its rules compile and their cost is bounded', (t) => {
  for (const definition of crds()) {
    const schema = at(list(at(definition, 'spec', 'versions'))[0], 'schema', 'openAPIV3Schema');
    t.deepEqual(ruleErrors(schema as JsonObject, definition.metadata.name), []);
  }
  t.is(crds().length, kinds.length);
});

test('the objects of the first agent break no rule', (t) => {
  for (const object of [agent, gateway, policy, pool, route]) t.deepEqual(broken(object), [], object.kind);
});

const same: readonly KubeObject[] = [
  withSpec(agent, { resources: { memory: 512 } }), withSpec(agent, { resources: { memory: '9000P' } }), withSpec(agent, { resources: { cpu: '1M' } }), withSpec(agent, { resources: { cpu: '500u', memory: '1Gi' } }),
  withSpec(agent, { resources: { cpu: 2, memory: '1Pi' } }), withSpec(agent, { resources: { cpu: '1m', memory: '1Mi' } }), withSpec(agent, { resources: {} }),
  withSpec(gateway, { listeners: [{ name: 'a', protocol: 'TLS' }] }), withSpec(gateway, { listeners: [{ name: 'a', protocol: 'HTTP', tls: { mode: 'Terminate' } }] }), withSpec(gateway, { listeners: [tls, { ...tls, name: 'b', port: 443 }] }),
  ...['0s', '1ms', '24h', '24h1ns', '1.5h', '0.5ms', '300'].map((requestTimeout) => withSpec(gateway, { requestTimeout })),
  matching({ provider: 'antropic' }), matching({ provider: 'OpenAI' }), matching({ provider: 'azure_openai' }), matching({ endpoints: ['v1/messages'] }), matching({ endpoints: ['/v1', '*', '?', '[a]b', '\\/a'] }),
  withSpec(policy, { parentRefs: [target] }), withSpec(policy, { targetRefs: undefined }), withSpec(policy, { targetRefs: undefined, parentRefs: [target] }), withSpec(policy, { headerName: 'Content-Length' }), withSpec(policy, { headerName: 'x-api-key' }),
];
for (const object of same) {
  test(`a server and the operator say the same of ${object.kind} ${JSON.stringify(object['spec']).slice(0, 400)}`, (t) => t.deepEqual(broken(object), checked(object)));
}

test('a name that fits no label and listeners in each other\'s way are refused by a server, in fewer words', (t) => {
  t.deepEqual(broken({ ...agent, metadata: { ...agent.metadata, name: 'a'.repeat(64) } }), [' metadata.name may have at most 63 characters: it goes into the labels made from it']);
  t.deepEqual(broken(withSpec(gateway, { listeners: [tls, { ...tls, name: 'b' }] })), ['spec.listeners two listeners take up the same connections: one protocol on one port, or on every port']);
});
