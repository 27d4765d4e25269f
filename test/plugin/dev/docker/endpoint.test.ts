import test from 'ava';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpointOf, isLocal, nameOf, parseEngineUrl } from '../../../../plugin/dev/docker/endpoint.ts';
import { agreedVersion } from '../../../../plugin/dev/docker/engine.ts';
import { namedParts } from '../../../../plugin/dev/docker/images.ts';
import { firstFile, packTar } from '../../../../plugin/dev/docker/tar.ts';

const home = mkdtempSync(join(tmpdir(), 'clrk-endpoint-'));
test.after.always(() => rmSync(home, { recursive: true, force: true }));

test('without a word from the person the engine is at the usual socket', (t) => {
  t.deepEqual(endpointOf({ env: {}, home: '/nonexistent' }), { kind: 'socket', path: '/var/run/docker.sock' });
});

test('DOCKER_HOST names a socket or a host and a port', (t) => {
  t.deepEqual(endpointOf({ env: { DOCKER_HOST: 'unix:///run/user/1000/docker.sock' }, home }), { kind: 'socket', path: '/run/user/1000/docker.sock' });
  t.deepEqual(endpointOf({ env: { DOCKER_HOST: 'tcp://10.0.0.1' }, home }), { kind: 'tcp', host: '10.0.0.1', port: 2375 });
  t.deepEqual(endpointOf({ env: { DOCKER_HOST: 'tcp://[::1]:9' }, home }), { kind: 'tcp', host: '::1', port: 9 });
});

test('DOCKER_TLS_VERIFY with DOCKER_CERT_PATH makes the connection mutual TLS', (t) => {
  const folder = join(home, 'certs');
  mkdirSync(folder);
  for (const name of ['ca', 'cert', 'key']) writeFileSync(join(folder, `${name}.pem`), name);
  const found = endpointOf({ env: { DOCKER_HOST: 'tcp://engine.example', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder }, home });
  t.deepEqual(found, { kind: 'tcp', host: 'engine.example', port: 2376, tls: { ca: 'ca', cert: 'cert', key: 'key', skipsVerification: false } });
});

test('the chosen docker context leads to its engine', (t) => {
  const folder = join(home, 'contexts');
  const meta = join(folder, 'contexts/meta', createHash('sha256').update('there').digest('hex'));
  mkdirSync(meta, { recursive: true });
  writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Name: 'there', Endpoints: { docker: { Host: 'unix:///there.sock', SkipTLSVerify: false } } }));
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ currentContext: 'there' }));
  t.deepEqual(endpointOf({ env: { DOCKER_CONFIG: folder }, home }), { kind: 'socket', path: '/there.sock' });
  t.throws(() => endpointOf({ env: { DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'away' }, home }), { message: /there is no docker context away/ });
  writeFileSync(join(folder, 'config.json'), '{');
  t.throws(() => endpointOf({ env: { DOCKER_CONFIG: folder }, home }), { message: /config\.json is not JSON/ });
});

test('an address that cannot be used is refused with the way around', (t) => {
  for (const text of ['ssh://me@there', 'unix://relative', 'nonsense', 'tcp://']) t.throws(() => parseEngineUrl(text, '$DOCKER_HOST'), { message: /\$DOCKER_HOST/ }, text);
});

test('an address is written as a person writes it, and is local where it is', (t) => {
  t.is(nameOf({ kind: 'socket', path: '/x.sock' }), 'unix:///x.sock');
  t.is(nameOf({ kind: 'tcp', host: '::1', port: 9 }), 'tcp://[::1]:9');
  t.true(isLocal({ kind: 'tcp', host: '127.0.0.1', port: 1 }));
  t.false(isLocal({ kind: 'tcp', host: 'engine.example', port: 1 }));
});

test('the newest version of the API that both know is spoken', (t) => {
  t.deepEqual(agreedVersion({ ApiVersion: '1.41', MinAPIVersion: '1.12' }), { api: '1.41' });
  t.deepEqual(agreedVersion({ ApiVersion: '1.52', MinAPIVersion: '1.44' }), { api: '1.44' });
  t.true('problem' in agreedVersion({ ApiVersion: '1.30' }));
  t.true('problem' in agreedVersion({ ApiVersion: '2.0', MinAPIVersion: '1.99' }));
});

test('the name of an image falls into repository and tag or digest', (t) => {
  t.deepEqual(namedParts('rancher/k3s:v1-k3s1'), { fromImage: 'rancher/k3s', tag: 'v1-k3s1' });
  t.deepEqual(namedParts('localhost:5000/k3s'), { fromImage: 'localhost:5000/k3s', tag: 'latest' });
  t.deepEqual(namedParts('a/b:1@sha256:ab'), { fromImage: 'a/b', tag: 'sha256:ab' });
});

test('a file that is packed is found again, and damaged archives hold none', (t) => {
  t.is(firstFile(packTar([{ path: 'a/b/c.txt', bytes: Buffer.from('hello') }]))?.toString(), 'hello');
  t.is(firstFile(Buffer.alloc(0)), undefined);
  t.is(firstFile(Buffer.alloc(4096)), undefined);
  t.is(firstFile(Buffer.alloc(2048, 0x39)), undefined);
});
