import test from 'ava';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installObjects } from '../../../operator/install/objects.ts';
import { faultCodes } from '../../../plugin/manifests/codes.ts';
import { faultLine } from '../../../plugin/manifests/faults.ts';
import { parseManifests } from '../../../plugin/manifests/read.ts';
import { judge, verdictJson } from '../../../plugin/manifests/verdict.ts';

const ours = 'clrk.apoxy.dev/v1alpha1';
const lines = (objects: readonly object[], namespace?: string): readonly string[] => judge(parseManifests({ file: 'f', text: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }) }), namespace).faults.map(faultLine).map((line) => line.replace(/^f:\d+:\d+: /, ''));

const object = (kind: string, name: string, spec: object, namespace?: string) => ({ apiVersion: ours, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, spec });
const gateway = (name: string, namespace?: string) => object('EgressGateway', name, { listeners: [{ name: 'web', protocol: 'HTTP' }] }, namespace);
const pool = (name: string) => object('WorkerPool', name, { template: { image: 'x' } });
const agent = (refs: { readonly pool?: string; readonly gateway?: string }, namespace?: string) =>
  object('DaemonAgent', 'a', { workerPoolRef: refs.pool ?? 'default', template: { spec: { image: 'x' } }, egressRefs: refs.gateway === undefined ? [] : [{ gatewayRef: refs.gateway }] }, namespace);
const route = (name: string) => object('AIProviderRoute', 'r', { parentRefs: [{ group: 'clrk.apoxy.dev', kind: 'EgressGateway', name }], rules: [{ matches: [{ provider: 'anthropic' }] }] });

const says = test.macro({
  exec(t, objects: readonly object[], ...expected: string[]) {
    t.deepEqual(lines(objects), expected);
  },
  title: (name = '') => name,
});
test('what is among the files is found', says, [agent({ pool: 'p', gateway: 'g' }), gateway('g'), pool('p')]);
test('the pool that dev makes is in no file', says, [agent({})]);
test('another pool is missed', says, [agent({ pool: 'p' })], 'spec.workerPoolRef: WorkerPool "p" is in none of the files (it must be in the cluster already; `kubectl get workerpools.clrk.apoxy.dev` lists those)');
test('a gateway with a slip in its name is told the right one', says, [gateway('echo'), route('ecko')], 'spec.parentRefs[0].name: EgressGateway "ecko" is in none of the files (did you mean "echo"?)');
test('a gateway in another namespace is another one', says, [agent({ gateway: 'g' }, 'n'), gateway('g', 'm')], 'spec.egressRefs[0].gatewayRef: EgressGateway "g" is in none of the files (it must be in the cluster already; `kubectl get egressgateways.clrk.apoxy.dev` lists those)');
test('a namespace that is not written may be any', says, [agent({ gateway: 'g' }), gateway('g', 'm')]);
test('a namespace that is given decides', (t) => {
  t.is(lines([agent({ gateway: 'g' }), gateway('g', 'm')], 'n').length, 1);
  t.is(lines([agent({ gateway: 'g' }), gateway('g', 'n')], 'n').length, 0);
});

const core = (kind: string, rest: object, apiVersion = 'v1') => ({ apiVersion, kind, metadata: { name: 'a' }, ...rest });
test('a ConfigMap with a value that is no text is told', says, [core('ConfigMap', { data: { a: true } })], 'data.a: must be text, not true (put it in quotes)');
test('a value of a Secret is not repeated', says, [core('Secret', { stringData: { pin: 98765432 } }), { ...core('Secret', { data: 'hunter2' }), metadata: { name: 'b' } }], 'stringData.pin: must be text, not *** (put it in quotes)', 'data: must be a block of fields, not ***');
test('a misspelt field of a Secret is told', says, [core('Secret', { strngData: { a: 'b' } })], 'strngData: unknown field "strngData" (did you mean "stringData"?)');
test('a misspelt field of the metadata is told', says, [{ ...core('Namespace', {}), metadata: { name: 'a', lables: {} } }], 'metadata.lables: unknown field "lables" (did you mean "labels"?)');
test('a wrong choice in a definition is told without null among the choices', says, [core('CustomResourceDefinition', { spec: { group: 'x', names: { kind: 'A', plural: 'as' }, scope: 'namespaced', versions: [] } }, 'apiextensions.k8s.io/v1')], 'spec.scope: must be "Namespaced" or "Cluster", not "namespaced" (did you mean Namespaced?)');
test('a null is an absent field for the kinds of Kubernetes', says, [core('ConfigMap', { data: null, immutable: null })]);
test('what the program installs itself has no fault', says, installObjects());
test('of a Service, and of kinds from elsewhere, nothing is claimed', (t) => {
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [core('Service', { spec: { made: 'up' } }), core('Thing', { spec: 3 }, 'example.com/v1')] });
  const verdict = judge(parseManifests({ file: 'f', text }));
  t.deepEqual(verdict.faults, []);
  t.deepEqual((JSON.parse(verdictJson(verdict)) as { objects: { checked: boolean }[] }).objects.map(({ checked }) => checked), [false, false]);
});

test('what a kustomization built has no lines', (t) => {
  const verdict = judge(parseManifests({ file: 'overlays/x', text: JSON.stringify(pool('P')), generated: true }));
  t.like(JSON.parse(verdictJson(verdict)), { valid: false, objects: [{ file: 'overlays/x', line: null }], faults: [{ code: 'wrong-form', file: 'overlays/x', line: null, column: null, object: { kind: 'WorkerPool', name: 'P' } }] });
});

test('docs/validate.md lists every code with its severity and its meaning', (t) => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/validate.md'), 'utf8');
  const rows = Object.entries(faultCodes).map(([code, { severity, meaning }]) => `| \`${code}\` | ${severity} | ${meaning} |`);
  t.deepEqual(page.trimEnd().split('\n').filter((line) => line.startsWith('| `')), rows);
});
