// Image references, challenges and progress: what is read out of what people and registries write.
import test from 'ava';
import { parseChallenges, tokenUrl } from '../../sandbox/pull/challenge.ts';
import { pulling } from '../../sandbox/pull/progress.ts';
import { apiRoot, parseReference } from '../../sandbox/pull/reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const readings: readonly (readonly [string, string])[] = [
  ['alpine', 'docker.io library/alpine latest'],
  ['alpine:3.20', 'docker.io library/alpine 3.20'],
  ['me/tool', 'docker.io me/tool latest'],
  ['docker.io/alpine', 'docker.io library/alpine latest'],
  ['index.docker.io/me/tool:1', 'docker.io me/tool 1'],
  ['ghcr.io/me/deep/tool:v1.2', 'ghcr.io me/deep/tool v1.2'],
  ['localhost/tool', 'localhost tool latest'],
  ['localhost:5000/tool:1', 'localhost:5000 tool 1'],
  ['[::1]:5000/tool', '[::1]:5000 tool latest'],
  [`tool@${digest}`, `docker.io library/tool ${digest}`],
  [`example.org:80/a/b:1@${digest}`, `example.org:80 a/b ${digest}`],
];
for (const [text, expected] of readings) {
  test(`${text} is read as ${expected}`, (t) => {
    const { registry, repository, tag, digest: by } = parseReference(text);
    t.is(`${registry} ${repository} ${tag ?? by ?? ''}`, expected);
  });
}

for (const text of ['', ':1', 'Tool', 'a//b', 'a/../b', 'tool:', 'tool:a b', 'tool@sha256:12', 'tool@md5:x', `tool@${digest}@${digest}`, 'host:port/x', 'host:99999/x', '-x.io/a', 'a.b/x?y=1', 'a.b/x#y', 'u:p@h.io/x', 'https://a.b/c', 'a'.repeat(2000)]) {
  test(`${JSON.stringify(text.slice(0, 40))} is no image reference`, (t) => {
    t.throws(() => parseReference(text), { message: /is no image reference: / });
  });
}

test('only registries that are named are spoken to without TLS', (t) => {
  const plain = new Set(['localhost:5000', 'registry.example']);
  const root = (text: string): string => apiRoot(parseReference(text), plain);
  t.is(root('alpine'), 'https://registry-1.docker.io');
  t.is(root('localhost:5000/x'), 'http://localhost:5000');
  t.is(root('localhost:5001/x'), 'https://localhost:5001');
  t.is(root('Registry.Example/x'), 'http://Registry.Example');
});

test('a challenge is read, among others and with quotes', (t) => {
  t.deepEqual(parseChallenges('Basic realm="x, y", Bearer realm="https://a.example/token?a=b",service="s \\"q\\"" , scope=plain'), [
    { scheme: 'basic', parameters: { realm: 'x, y' } },
    { scheme: 'bearer', parameters: { realm: 'https://a.example/token?a=b', service: 's "q"', scope: 'plain' } },
  ]);
  t.deepEqual(parseChallenges(',,,=,"'), []);
  t.is(parseChallenges('Bearer '.repeat(100_000)).length < 2000, true);
});

test('a token is asked for where the registry says, over TLS, with what it says', (t) => {
  t.is(tokenUrl('Bearer realm="https://auth.example/token",service="reg",scope="repository:a/b:pull"', 'a/b', false)?.href, 'https://auth.example/token?service=reg&scope=repository%3Aa%2Fb%3Apull');
  t.is(tokenUrl('Bearer realm="https://u:p@auth.example/t"', 'a/b', false)?.href, 'https://auth.example/t?scope=repository%3Aa%2Fb%3Apull');
  t.is(tokenUrl('Bearer realm="http://auth.example/token"', 'a/b', false), undefined);
  t.is(tokenUrl('Bearer realm="http://auth.example/token"', 'a/b', true)?.host, 'auth.example');
  t.is(tokenUrl('Bearer realm="file:///etc/passwd"', 'a/b', true), undefined);
  t.is(tokenUrl('Basic realm="https://auth.example"', 'a/b', false), undefined);
  t.is(tokenUrl('Bearer realm="no address"', 'a/b', false), undefined);
});

test('progress is told in the unit of the whole', (t) => {
  t.is(pulling('ghcr.io/me/tool:1', 12_345_678, 40_100_000), 'pulling ghcr.io/me/tool:1: 12 of 40 MB');
  t.is(pulling('x', 1_250_000, 4_100_000), 'pulling x: 1.3 of 4.1 MB');
  t.is(pulling('x', 500, 2000), 'pulling x: 0.5 of 2.0 kB');
  t.is(pulling('x', 6e9, 12e9), 'pulling x: 6 of 12 GB');
  t.is(pulling('x'), 'pulling x');
});
