import test from 'ava';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonSchema } from '../../../operator/api/json-schema.ts';
import { kinds } from '../../../operator/api/kinds.ts';
import { checkManifests } from '../../../plugin/manifests/check.ts';
import { formInWords } from '../../../plugin/manifests/forms.ts';
import { faultLine } from '../../../plugin/manifests/faults.ts';
import { parseManifests } from '../../../plugin/manifests/read.ts';

const check = (text: string, file = 'f'): readonly string[] => {
  const { manifests, faults } = parseManifests({ file, text });
  return [...faults, ...checkManifests(manifests)].map(faultLine);
};
const agent = (spec: string): string => `apiVersion: clrk.apoxy.dev/v1alpha1\nkind: DaemonAgent\nmetadata:\n  name: a\nspec:\n${spec}`;
const template = '  workerPoolRef: default\n  template:\n    spec:\n      image: busybox\n';

test('the manifests of the example have no mistake', (t) => {
  for (const file of globSync(join(import.meta.dirname, '../../../../_examples/*/manifests/*.yaml'))) t.deepEqual(check(readFileSync(file, 'utf8'), file), []);
});

const complains = test.macro({
  exec(t, text: string, ...expected: string[]) {
    t.deepEqual(check(text), expected);
  },
  title: (name = '') => name,
});
test('a misspelt field is told at its key with the nearest name', complains, agent(`  restartPolicyy: Always\n${template}`), 'f:6:3: spec.restartPolicyy: unknown field "restartPolicyy" (did you mean "restartPolicy"?)');
test('a required field that is misspelt is told once', complains, agent(template.replace('image', 'imge')), 'f:9:7: spec.template.spec.imge: unknown field "imge" (did you mean "image"?)');
test('a required field that is missing is told at the block that should have it', complains, agent(template.replace('      image: busybox', '      args: [x]')), 'f:8:5: spec.template.spec.image: missing');
test('a wrong choice is told with the choices', complains, agent(`${template}  restartPolicy: always\n`), 'f:10:18: spec.restartPolicy: must be "Always", "OnFailure" or "Never", not "always" (did you mean Always?)');
test('a number in quotes is told to lose them', complains, agent(`${template}  maxRestarts: "3"\n`), 'f:10:16: spec.maxRestarts: must be a whole number, not "3" (remove the quotes: 3)');
test('a number below its bound is told', complains, agent(`${template}  maxRestarts: -1\n`), 'f:10:16: spec.maxRestarts: must be 0 or more');
test('a value where a list should be is told', complains, agent(`${template}  egressRefs: echo-bot\n`), 'f:10:15: spec.egressRefs: must be a list, not "echo-bot" (a list has a "- " before each entry)');
test('a key without a value is told', complains, agent(`${template}  egressRefs:\n`), 'f:10:14: spec.egressRefs: must be a list, not null (give it a value or remove it)');
test('a name in the wrong form is told in words', complains, agent(template).replace('name: a', 'name: Echo_Bot'), 'f:4:9: metadata.name: "Echo_Bot" does not fit: lower-case letters, digits, "-" and "." only, with a letter or a digit at both ends');
test('every pattern of our kinds has its words', (t) => {
  const patterns = (value: unknown): readonly string[] => (typeof value !== 'object' || value === null ? [] : Object.entries(value).flatMap(([name, entry]) => (name === 'pattern' && typeof entry === 'string' ? [entry] : patterns(entry))));
  const all = new Set(kinds.flatMap((kind) => patterns(jsonSchema(kind))));
  t.true(all.size > 5);
  t.deepEqual([...all].filter((pattern) => formInWords(pattern) === undefined), []);
});
test('a rule that spans fields is told at its place', complains, agent(`${template}      env:\n      - {name: A, value: b}\n      - {name: A, value: c}\n`), 'f:12:16: spec.template.spec.env[1].name: is A a second time');
test('an unknown kind of our group is told with the nearest', complains, 'apiVersion: clrk.apoxy.dev/v1alpha1\nkind: DeamonAgent\nmetadata: {name: a}\n', 'f:2:7: kind: unknown kind "DeamonAgent" (did you mean "DaemonAgent"?)');
test('an unknown version of our group is told', complains, 'apiVersion: clrk.apoxy.dev/v1\nkind: DaemonAgent\nmetadata: {name: a}\n', 'f:1:13: apiVersion: unknown version "clrk.apoxy.dev/v1" (this program knows clrk.apoxy.dev/v1alpha1)');
test('a slip in the group of one of our kinds is told', complains, 'apiVersion: clrk.apoxy.de/v1alpha1\nkind: DaemonAgent\nmetadata: {name: a}\n', 'f:1:13: apiVersion: unknown API group "clrk.apoxy.de/v1alpha1" (did you mean "clrk.apoxy.dev/v1alpha1"?)');
test('kinds of other groups are left to the server', complains, 'apiVersion: example.com/v1\nkind: Whatever\nmetadata: {name: a}\nspec: 3\n');
test('the same object in two places is told', complains, `${agent(template)}---\n${agent(template)}`, 'f:14:9: metadata.name: DaemonAgent "a" stands twice (the other one is at f:4)');
test('an object in a List is told at its own place', complains, 'apiVersion: v1\nkind: List\nitems:\n- apiVersion: clrk.apoxy.dev/v1alpha1\n  kind: WorkerPool\n  metadata: {name: a}\n  spec: {replicass: 1, template: {image: x}}\n', 'f:7:10: spec.replicass: unknown field "replicass" (did you mean "replicas"?)');

test('every mistake of every document is told at once, in the order of the lines', (t) => {
  const lines = check(`${agent(`${template}  maxRestarts: x\n  foo: 1\n`)}---\n${agent(template.replace('default', '[]')).replace('name: a', 'name: b')}`);
  t.deepEqual(lines.map((line) => line.split(': ').slice(0, 2).join(' ')), ['f:10:16 spec.maxRestarts', 'f:11:3 spec.foo', 'f:18:18 spec.workerPoolRef']);
});
