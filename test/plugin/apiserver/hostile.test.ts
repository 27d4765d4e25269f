// Clients that send garbage, half a request, or too much: the server answers the next one.
import test from 'ava';
import { connect } from 'node:net';
import { connect as secureConnect } from 'node:tls';
import { configMaps, startCluster, type Cluster } from './cluster.ts';

let cluster: Cluster;
test.before(async () => {
  cluster = await startCluster();
});
test.after.always(() => cluster.stop());

const port = (): number => Number(new URL(cluster.address()).port);
const alive = async (): Promise<boolean> => (await cluster.call('GET', '/readyz')).text === 'ok';

function plain(bytes: string | Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port(), '127.0.0.1', () => socket.write(bytes));
    socket.on('error', () => {}).on('close', () => resolve());
    socket.resume();
  });
}

function secure(text: string): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = secureConnect({ port: port(), host: '127.0.0.1', rejectUnauthorized: false }, () => socket.write(text));
    socket.on('data', (chunk: Buffer) => (received += chunk.toString())).on('error', () => {}).on('close', () => resolve(received));
  });
}

test('plain HTTP and garbage on the TLS port end the connection only', async (t) => {
  await plain('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await plain(Buffer.alloc(5000, 0x16));
  t.true(await alive());
});

test('garbage inside TLS ends the connection only', async (t) => {
  await secure('\0\0\0garbage\r\n\r\n');
  await secure(`GET / HTTP/1.1\r\nx: ${'y'.repeat(200_000)}\r\n\r\n`);
  await secure('GET nowhere HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  t.regex(await secure('GET //[::bad/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'), /^HTTP\/1\.1 40[0-9] /);
  t.true(await alive());
});

test('a body without end that is too large gets 413', async (t) => {
  const { status, body } = await cluster.call('POST', configMaps, 'x'.repeat(4_000_000), { 'transfer-encoding': 'chunked' });
  t.is(status, 413);
  t.like(body, { reason: 'RequestEntityTooLarge', code: 413 } as never);
  t.true(await alive());
});

test('names that mean something to JavaScript are just names', async (t) => {
  for (const name of ['constructor', 'tostring', 'hasownproperty']) {
    t.is((await cluster.call('GET', `${configMaps}/${name}`)).status, 404);
    t.is((await cluster.call('POST', configMaps, { metadata: { name, labels: { constructor: 'a' } }, data: { constructor: 'x', toString: 'y' } })).status, 201);
    t.is((await cluster.call('GET', `${configMaps}/${name}`)).body['data']?.['toString'] as unknown, 'y');
  }
  t.is((await cluster.call('GET', '/api/v1/constructor')).status, 404);
  t.is((await cluster.call('CONSTRUCTOR' as 'GET', configMaps).catch(() => ({ status: 400 }))).status, 400);
});
