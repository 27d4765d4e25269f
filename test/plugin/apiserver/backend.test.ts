// The way from the API server to what stands behind a Service.
import test from 'ava';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createSocketServer, type AddressInfo } from 'node:net';
import { issueCertificate } from '../../../proxy/x509/issue.ts';
import { serviceAuthority, startCluster, type Cluster } from './cluster.ts';

let cluster: Cluster;
test.before(async () => {
  cluster = await startCluster();
});
test.after.always(() => cluster.stop());

async function expose(name: string, port: number): Promise<void> {
  await cluster.call('POST', '/api/v1/namespaces/default/services', { metadata: { name }, spec: { ports: [{ name: 'https', port: 443 }] } });
  await cluster.call('POST', '/api/v1/namespaces/default/endpoints', { metadata: { name }, subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ name: 'https', port }] }] });
}
const through = (name: string, rest: string): string => `/api/v1/namespaces/default/services/${name}/proxy/${rest}`;

test('a request reaches a TLS service with the credential of the server, not that of the client', async (t) => {
  const seen: IncomingMessage[] = [];
  const certificate = issueCertificate({ subject: 'backend', usage: 'server', days: 2, altNames: ['127.0.0.1'], issuer: serviceAuthority });
  const backend = createSecureServer({ cert: certificate.certificate, key: certificate.key }, (request, response) => {
    seen.push(request);
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk)).on('end', () => response.writeHead(418, { 'x-from': 'backend' }).end(`got ${body}`));
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  t.teardown(() => backend.close());
  await expose('secure', (backend.address() as AddressInfo).port);
  const reply = await cluster.call('POST', through('https:secure:https', 'v1/agents/x%2Fy?tail=3&a=b'), 'hello', { authorization: 'Bearer mine', cookie: 'mine' });
  t.is(reply.status, 418);
  t.is(reply.text, 'got hello');
  t.is(reply.headers['x-from'], 'backend');
  t.is(seen[0]?.url, '/v1/agents/x%2Fy?tail=3&a=b');
  t.is(seen[0]?.headers.authorization, 'Bearer reader-token');
  t.is(seen[0]?.headers.cookie, undefined);
});

test('an endless answer is passed on as it comes', async (t) => {
  const backend = createServer((_request, response) => {
    response.write('{"first":1}\n');
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    backend.closeAllConnections();
    backend.close();
  });
  await expose('endless', (backend.address() as AddressInfo).port);
  t.deepEqual((await cluster.lines(through('endless:https', 'stream'), () => true)) as unknown, [{ first: 1 }]);
});

test('a service that nobody answers for is unavailable, one that is not there is not found', async (t) => {
  await expose('dead', 1);
  const dead = await cluster.call('GET', through('http:dead:https', ''));
  t.like(dead.body, { kind: 'Status', code: 503, reason: 'ServiceUnavailable' } as never);
  await cluster.call('POST', '/api/v1/namespaces/default/services', { metadata: { name: 'empty' }, spec: { ports: [{ port: 80 }] } });
  t.is((await cluster.call('GET', through('empty', ''))).body['message'], 'no endpoints available for service "empty"' as never);
  t.is((await cluster.call('GET', through('missing', ''))).status, 404);
  t.is((await cluster.call('GET', through('a:b:c:d', ''))).status, 400);
});

test('a service with a certificate of somebody else is not trusted with the token', async (t) => {
  const stranger = issueCertificate({ subject: 'stranger', usage: 'server', days: 2, altNames: ['127.0.0.1'] });
  let asked = 0;
  const backend = createSecureServer({ cert: stranger.certificate, key: stranger.key }, (_request, response) => {
    asked++;
    response.end();
  });
  backend.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  t.teardown(() => backend.close());
  await expose('stranger', (backend.address() as AddressInfo).port);
  t.is((await cluster.call('GET', through('https:stranger:https', ''))).status, 503);
  t.is(asked, 0);
});

test('an answer with a status that is none does not end the API server', async (t) => {
  const backend = createSocketServer((socket) => {
    socket.on('error', () => {}).end('HTTP/1.1 000 what\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  t.teardown(() => backend.close());
  await expose('odd', (backend.address() as AddressInfo).port);
  const { status, body } = await cluster.call('GET', through('http:odd:https', ''));
  t.is(status, 503);
  t.regex(String(body['message']), /it answered with the status 0|HPE_/);
});
