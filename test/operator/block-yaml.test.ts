// The short reader of kubeconfigs: it says what the whole parser says, or nothing.
import test from 'ava';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { blockYaml } from '../../operator/kube/block-yaml.ts';

const kubeconfig = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTg==
    server: https://127.0.0.1:6443
  name: kind-dev
contexts:
- context:
    cluster: kind-dev
    namespace: team
    user: kind-dev
  name: arn:aws:eks:eu-west-1:123456789012:cluster/dev
current-context: "kind-dev"
kind: Config
preferences: {}
users:
  - name: kind-dev
    user:
      client-certificate-data: LS0tLS1CRUdJTg==
      token: 'a b'
  - name: cloud
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1
        args:
        - eks
        - get-token
        command: aws
        env: null
`;

test('what kubectl, kind and clouds write is read as the whole parser reads it', (t) => {
  t.deepEqual(blockYaml(kubeconfig), parse(kubeconfig));
  t.deepEqual(blockYaml(`---\n# ours\n${kubeconfig.replaceAll('\n', '\r\n')}`), parse(kubeconfig));
});

test('a value that may be a number, a date or a truth is no text here', (t) => {
  for (const value of ['1', '0x1f', '1e3', '2026-01-01', 'true', 'No', 'null', '~', '.inf', '1234abcd', 'y']) t.deepEqual(blockYaml(`token: ${value}\n`), { token: null }, value);
});

test('what is more than lines of keys is left to the whole parser, mistakes included', (t) => {
  const texts = ['a: &x b\n', 'a: *x\n', 'a: b c\n', 'a: |\n  b\n', 'a: b\n  c\n', 'a: {b: c}\n', 'a: "b\\n"\n', "a: 'b''c'\n", 'a: b # c\n', 'a:\n\tb: c\n', 'a: b\na: c\n', 'a: b\n---\na: c\n', '? a\n: b\n', '<<: b\n', 'a: !!str b\n', '- - a\n', '-\n  a: b\n', 'a:\n    b: c\n  d: e\n', 'a: b:\n', 'a: b: c\n', '', 'a\n', '\uFEFFa: b\n', `${Array.from({ length: 40 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')}\n`];
  for (const text of texts) t.is(blockYaml(text), undefined, JSON.stringify(text));
});

test('of whatever a program may write, it reads nothing otherwise than the whole parser', (t) => {
  const word = fc.oneof(fc.stringMatching(/^[A-Za-z0-9/+=_.:@~-]{1,8}$/), fc.string({ maxLength: 6 }), fc.constantFrom('true', 'null', '', '- a', 'a: b', '#', '1'));
  const key = fc.stringMatching(/^[a-z][a-z-]{0,6}$/);
  const tree = fc.letrec((tie) => ({ node: fc.oneof({ depthSize: 'small' }, word, fc.dictionary(key, tie('node'), { maxKeys: 4 }), fc.array(tie('node'), { maxLength: 3 })) }));
  const same = (short: unknown, whole: unknown): boolean => {
    if (short === null) return whole === null || typeof whole !== 'object';
    if (typeof short !== 'object') return short === whole;
    if (typeof whole !== 'object' || whole === null || Object.keys(short).length !== Object.keys(whole).length) return false;
    return Object.entries(short).every(([name, value]) => same(value, (whole as Readonly<Record<string, unknown>>)[name]));
  };
  fc.assert(fc.property(fc.dictionary(key, tree.node, { minKeys: 1, maxKeys: 5 }), fc.boolean(), (value, indentSeq) => {
    const text = stringify(value, { indentSeq });
    const short = blockYaml(text);
    return short === undefined || same(short, parse(text));
  }), { numRuns: 500 });
  const line = fc.tuple(fc.constantFrom('', '  ', '    ', '- ', '  - '), fc.constantFrom('a: b', 'b:', 'c: ""', 'd', '- e', 'f: {}', "g: 'h'", '# i', 'j: k: l', '---', 'm: "n" o', 'p:q')).map((parts) => parts.join(''));
  fc.assert(fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
    const text = lines.join('\n');
    const short = blockYaml(text);
    return short === undefined || same(short, parse(text));
  }), { numRuns: 3000 });
  t.pass();
});
