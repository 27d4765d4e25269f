import test from 'ava';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { UserError } from '../../../plugin/exit.ts';
import { faultLine, refuseFaults } from '../../../plugin/manifests/faults.ts';
import { parseManifests, readManifests } from '../../../plugin/manifests/read.ts';
import { maxFileBytes } from '../../../plugin/manifests/source.ts';

const object = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const names = (text: string): readonly string[] => parseManifests({ file: 'f', text }).manifests.map(({ object: { metadata } }) => metadata.name);
const faults = (text: string): readonly string[] => parseManifests({ file: 'f', text }).faults.map(faultLine);

test('documents are split, empty ones skipped, Lists opened', (t) => {
  const list = `apiVersion: v1\nkind: List\nitems:\n${object('c').replaceAll(/^/gm, '  ').replace('  ', '- ').trimEnd()}\n`;
  t.deepEqual(names(`# note\n---\n---\n${object('a')}---\nnull\n---\n${object('b')}...\n---\n${list}`), ['a', 'b', 'c']);
});

test('JSON is read, also with tabs', (t) => {
  t.deepEqual(names('{\n\t"apiVersion": "v1",\n\t"kind": "ConfigMap",\n\t"metadata": {"name": "a"}\n}'), ['a']);
});

test('anchors and merge keys are written out', (t) => {
  const { manifests } = parseManifests({ file: 'f', text: `${object('a')}p: &p {k: 1}\nq: *p\nr: {<<: *p, l: 2}\n` });
  t.like(manifests[0]?.object, { q: { k: 1 }, r: { k: 1, l: 2 } });
});

test('a key named __proto__ is only a key', (t) => {
  t.deepEqual(names(`${object('a')}__proto__: {polluted: true}\n`), ['a']);
  t.false('polluted' in {});
});

const complains = test.macro({
  exec(t, text: string, ...expected: string[]) {
    t.deepEqual(faults(text), expected);
  },
  title: (name = '') => name,
});
test('a tab as indentation is told as such', complains, 'kind: X\nmetadata:\n\tname: a\n', "f:3:1: a tab can't indent YAML (use spaces)");
test('of one slip only the first fault is told', complains, 'kind: X\nspec:\n  a:\n\t- b\n\t- c\n  d: 1\n', "f:4:1: a tab can't indent YAML (use spaces)");
test('a slip in a JSON file is told as one of JSON', (t) => {
  const { faults: found } = parseManifests({ file: 'a.json', text: '{"kind": "X", "metadata": ]}' });
  t.is(found.length, 1);
  t.regex(found[0]?.message ?? '', /^not valid JSON: /);
});
test('fields are explained only where some were read', (t) => {
  const fault = { code: 'rule', file: 'f', line: 1, column: 1, field: '', message: 'wrong' } as const;
  t.deepEqual(t.throws(() => refuseFaults([{ ...fault, code: 'syntax' }]), { instanceOf: UserError })?.hints, []);
  t.is(t.throws(() => refuseFaults([{ ...fault, code: 'syntax' }, fault]), { instanceOf: UserError })?.hints.length, 1);
});
test('a missing kind points to the object', complains, 'apiVersion: v1\nmetadata: {name: a}\n', 'f:1:1: kind: missing');
test('a misspelt apiVersion is recognised', complains, 'apiversion: v1\nkind: X\nmetadata: {name: a}\n', 'f:1:1: apiVersion: missing ("apiversion" looks like a misspelling of it)');
test('a number as a name needs quotes', complains, 'apiVersion: v1\nkind: X\nmetadata: {name: 12}\n', 'f:3:18: metadata.name: must be text, not 12 (put it in quotes)');
test('an object without a name is told', complains, 'apiVersion: v1\nkind: X\nmetadata: {}\n', 'f:3:1: metadata.name: missing: every object needs metadata.name');
test('a key that stands twice is told where it stands the second time', complains, `${object('a')}data:\n  k: 1\n  k: 2\n`, 'f:6:3: data.k: the key "k" stands twice in one block (remove one of them)');
test('plain text is no object', complains, 'hello\n', 'f:1:1: not an object with apiVersion and kind (it is plain text or a number)');
test('every item of a List is checked', complains, 'apiVersion: v1\nkind: List\nitems:\n- kind: X\n- 3\n', 'f:4:3: apiVersion: missing', 'f:5:3: not an object with apiVersion and kind (it is plain text or a number)');
test('infinity is no number that could be sent', complains, `${object('a')}x: .inf\n`, 'f:4:4: x: .inf is no number that JSON has');
test('aliases of aliases are refused', complains, `a: &a [1,1,1,1,1,1,1,1,1]\n${['b', 'c', 'd', 'e'].map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcd'[at]}`).join(',')}]\n`).join('')}`, 'f:1:1: aliases without end');
test('an alias inside what it points to is refused', complains, `${object('a')}x: &x {y: *x}\n`, 'f:1:1: aliases without end');
test('an alias without an anchor is told where it stands', complains, `${object('a')}x: {y: 1,\n  z: *none}\n`, 'f:5:6: the alias *none has no anchor (an anchor is written &none, before the value and before the alias)');
test('an anchor behind its alias is none', complains, `${object('a')}x: *late\ny: &late 1\n`, 'f:4:4: the alias *late has no anchor (an anchor is written &late, before the value and before the alias)');
test('a hundred thousand brackets are refused', (t) => {
  const [only, ...others] = faults(`a: ${'['.repeat(100_000)}`);
  t.regex(only ?? '', /^f:1:\d+: nested deeper than 64 levels$/);
  t.is(others.length, 0);
});
test('a hundred levels are refused', complains, `${object('a')}x: ${'['.repeat(100)}${']'.repeat(100)}\n`, 'f:4:68: nested deeper than 64 levels');

test('malformed YAML is told with line and column, and the other documents are still read', (t) => {
  const { manifests, faults: found } = parseManifests({ file: 'f', text: `a: [1\n---\n${object('b')}` });
  t.is(manifests.length, 1);
  t.regex(found.map(faultLine)[0] ?? '', /^f:2:1: not valid YAML: /);
});

test('a file of documents without end is refused', (t) => {
  t.deepEqual(faults('--- \n'.repeat(6000)), ['f:1:1: more than 5000 documents in one file']);
});

test('ten mebibytes of tiny values are refused before they fill the memory', (t) => {
  t.deepEqual(faults('- a\n'.repeat(2_600_000)), ['f:1:1: too large to be a manifest (split it, or name the right file)']);
});

test('a hundred thousand keys are read in a moment', (t) => {
  t.is(faults(Array.from({ length: 100_000 }, (_, at) => `k${at}: 1\n`).join('')).length, 2);
});

const folder = mkdtempSync(join(tmpdir(), 'clrk-read-'));
test.after.always(() => rmSync(folder, { recursive: true }));
const read = async (paths: readonly string[], recursive = false, input = ''): Promise<readonly string[]> =>
  (await readManifests(paths, { stdin: Readable.from([Buffer.from(input)]), cwd: folder, home: folder, recursive })).manifests.map(({ object: { metadata }, origin }) => `${origin.file}:${metadata.name}`);

test('a folder is read in the order of its names, without other files and without folders below', async (t) => {
  mkdirSync(join(folder, 'd/below'), { recursive: true });
  for (const name of ['b.yml', 'a.yaml', 'c.json', 'below/e.yaml']) writeFileSync(join(folder, 'd', name), object('x'));
  writeFileSync(join(folder, 'd/README.md'), 'no manifest');
  symlinkSync('a.yaml', join(folder, 'd/link.yaml'));
  symlinkSync('..', join(folder, 'd/below/round'));
  spawnSync('mkfifo', [join(folder, 'd/pipe.yaml')]);
  t.deepEqual(await read(['d']), ['d/a.yaml:x', 'd/b.yml:x', 'd/c.json:x', 'd/link.yaml:x']);
  t.deepEqual((await read(['d'], true)).filter((name) => name.includes('below')), ['d/below/e.yaml:x']);
});

test('a dash is stdin, and a file named twice is read once', async (t) => {
  writeFileSync(join(folder, 'a.yaml'), object('a'));
  t.deepEqual(await read(['-', 'a.yaml', 'a.yaml'], false, object('piped')), ['stdin:piped', 'a.yaml:a']);
});

test('a byte order mark is no part of the text', async (t) => {
  t.deepEqual(await read(['-'], false, `\uFEFF${object('a')}`), ['stdin:a']);
});

const unreadable = test.macro({
  async exec(t, path: string, message: RegExp) {
    await t.throwsAsync(read([path]), { instanceOf: UserError, message });
  },
  title: (_, path) => `-f ${path} is refused`,
});
test(unreadable, 'nowhere.yaml', /there is no file or folder nowhere\.yaml/);
test(unreadable, '/dev/zero', /larger than 10 MiB/);
test(unreadable, 'https://example.com/x.yaml', /is a web address/);
test(unreadable, '', /an empty path/);

test('a file of NUL bytes is told as no text', async (t) => {
  writeFileSync(join(folder, 'zeros.yaml'), Buffer.from('a: 1\nb: \0\0'));
  const { faults: found } = await readManifests(['zeros.yaml'], { stdin: Readable.from([]), cwd: folder, home: folder, recursive: false });
  t.deepEqual(found.map(({ code, line, message }) => `${code}:${line}: ${message}`), ['encoding:2: not text: it holds NUL bytes']);
});

test('a kustomization that is read as a manifest is told to be built, and other kinds of that name are not', async (t) => {
  mkdirSync(join(folder, 'k'));
  for (const [name, text] of [['kustomization.yaml', 'resources: [a.yaml]\n'], ['Kustomization', 'resources: []\n'], ['a.yaml', object('a')], ['component.yaml', 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n']] as const) writeFileSync(join(folder, 'k', name), text);
  mkdirSync(join(folder, 'flux'));
  writeFileSync(join(folder, 'flux/kustomization.yaml'), 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: f}\n');
  const { manifests, faults: found } = await readManifests(['k', 'flux'], { stdin: Readable.from([]), cwd: folder, home: folder, recursive: false });
  t.deepEqual(manifests.map(({ object: { metadata } }) => metadata.name), ['a', 'f']);
  t.deepEqual(found.map(faultLine).map((line) => line.replace('k/', '')), ['Kustomization', 'component.yaml', 'kustomization.yaml'].map((name) => `${name}:1:1: a kustomization, which no cluster knows (build it: -k k)`));
});

test('a folder without manifests says so', async (t) => {
  mkdirSync(join(folder, 'empty'));
  await t.throwsAsync(read(['empty']), { instanceOf: UserError, message: /no manifest in empty/ });
});

test('bytes that are no UTF-8 are told with their line, and hide nothing that is wrong elsewhere', async (t) => {
  mkdirSync(join(folder, 'mixed'));
  writeFileSync(join(folder, 'mixed/latin.yaml'), Buffer.from('a: 1\nb: caf\xe9\n', 'latin1'));
  writeFileSync(join(folder, 'mixed/wrong.yaml'), 'hello');
  writeFileSync(join(folder, 'mixed/large.json'), '');
  truncateSync(join(folder, 'mixed/large.json'), maxFileBytes + 1);
  const { faults: found } = await readManifests(['mixed'], { stdin: Readable.from([]), cwd: folder, home: folder, recursive: false });
  t.deepEqual(found.map(({ file, line, message }) => `${file}:${line}: ${message}`), ['mixed/large.json:1: mixed/large.json is larger than 10 MiB, which is no manifest', 'mixed/latin.yaml:2: not UTF-8 text', 'mixed/wrong.yaml:1: not an object with apiVersion and kind']);
});
