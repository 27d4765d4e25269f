// Connections that come to nothing: half openings, noise, wrong names, slow clients. Each leaves one record and no memory.
import test from 'ava';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { accept } from '../../proxy/accept.ts';
import { Audit } from '../../proxy/audit.ts';
import { Dialer } from '../../proxy/dial.ts';
import { Front } from '../../proxy/front.ts';
import { readHello } from '../../proxy/hello.ts';
import { Names } from '../../proxy/names.ts';
import { livePolicy } from '../../proxy/policy.ts';
import { telemetry } from '../../proxy/telemetry/otlp.ts';
import { HeldBodies } from '../../proxy/upload.ts';
import { agentSocket, exchangeRaw, messageRequest, readAll } from './agent.ts';
import { gatewayCa } from './authorities.ts';
import { bodyText, policyOf, Rig, until } from './rig.ts';

const rig = new Rig();
let port = 0;
let dns = 0;
test.before(async () => {
  await rig.begin({ policy: policyOf() });
  ({ port, dns } = await rig.admit());
});
test.after.always(() => rig.stop());

async function raw(to: number, bytes: string | Buffer, end = true): Promise<string> {
  const socket = connectTcp(to, '127.0.0.1');
  socket.on('error', () => undefined);
  if (end) socket.end(bytes);
  else socket.write(bytes);
  return readAll(socket);
}

const noise: [string, string | Buffer, RegExp][] = [
  ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n', /^egress\.proxy\.malformed .* reason=protocol/],
  ['a ClientHello that is broken', Buffer.from([0x16, 3, 1, 0, 4, 1, 0, 0, 0]), /^egress\.proxy\.malformed .* reason=client_hello/],
  ['half a ClientHello', Buffer.from([0x16, 3, 1, 2, 0, 1]), /^egress\.proxy\.malformed .* reason=no_request/],
  ['plain HTTP where only TLS is taken up', 'GET / HTTP/1.1\r\nHost: x.example\r\n\r\n', /^egress\.dial\.denied .* reason=shape/],
  ['nothing', '', /^egress\.tcp .* reason=no_request/],
];
for (const [what, bytes, record] of noise) {
  test.serial(`P7 a connection with ${what} is closed and leaves one record`, async (t) => {
    const before = rig.logs.length;
    t.is(await raw(port, bytes), '');
    await until(() => rig.logs.length > before, 'its record');
    t.regex(bodyText(rig.logs[before] as never), record);
    const log = rig.logs[before];
    t.is((await rig.span(log as never)).name, String(bodyText(log as never).split(' ')[0]));
    t.is(log?.attributes['agent.name'], 'echo-bot');
  });
}

test.serial('P9 a ClientHello in very many pieces or records is not read again and again', async (t) => {
  const before = rig.logs.length;
  const socket = connectTcp(port, '127.0.0.1').setNoDelay(true).on('error', () => undefined);
  const ended = readAll(socket);
  // The beginning of a hello that never ends: it would be waited for, as long as the pieces are few.
  socket.write(Buffer.from([0x16, 3, 1, 0x20, 0, 1, 0, 0x1f, 0xf0]));
  const drip = setInterval(() => socket.write(Buffer.of(0)), 3);
  await ended;
  clearInterval(drip);
  await until(() => rig.logs.length > before, 'its record');
  t.regex(bodyText(rig.logs[before] as never), /reason=client_hello/);
  const record = Buffer.from([0x16, 3, 1, 0, 1, 0]);
  t.is(readHello(Buffer.concat([Buffer.from([0x16, 3, 1, 0, 4, 1, 0, 0x1f, 0xf0]), ...Array.from({ length: 100 }, () => record)])).kind, 'malformed');
});

test.serial('P7 a client that does not trust the CA, and one that leaves after the handshake, leave one record each', async (t) => {
  const before = rig.logs.length;
  const distrusting = connect({ host: '127.0.0.1', port, servername: 'api.anthropic.com', ca: [] });
  await new Promise<void>((resolve) => distrusting.once('error', () => resolve()));
  await until(() => rig.logs.length > before, 'its record');
  t.regex(bodyText(rig.logs[before] as never), /reason=tls_/);
  (await agentSocket(port)).end();
  await until(() => rig.logs.length > before + 1, 'the second record');
  t.regex(bodyText(rig.logs[before + 1] as never), /^egress\.tcp .* reason=no_request/);
  t.is(rig.logs.length, before + 2);
});

test.serial('a client that offers only HTTP/2 or an old TLS is refused in the handshake', async (t) => {
  for (const options of [{ ALPNProtocols: ['h2'] }, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }] as const) {
    const socket = connect({ host: '127.0.0.1', port, servername: 'api.anthropic.com', ca: [gatewayCa.certificate], ...options, ...('ALPNProtocols' in options ? { ALPNProtocols: ['h2'] } : {}) });
    await t.notThrowsAsync(new Promise<void>((resolve, reject) => void socket.once('error', () => resolve()).once('secureConnect', () => reject(new Error('it was let in')))));
  }
});

async function ask(name: string, type = 1): Promise<Buffer> {
  const socket = createSocket('udp4');
  const query = Buffer.concat([Buffer.from([7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), ...name.split('.').map((l) => Buffer.concat([Buffer.from([l.length]), Buffer.from(l)])), Buffer.from([0, 0, type, 0, 1])]);
  socket.send(query, dns, '127.0.0.1');
  const reply = await new Promise<Buffer>((resolve) => void socket.once('message', resolve));
  socket.close();
  return reply;
}

test.serial('a sandbox resolves the hosts its policy opens to synthetic addresses, and nothing else', async (t) => {
  const reply = await ask('api.anthropic.com');
  t.regex([...reply.subarray(-4)].join('.'), /^198\.1[89]\./);
  t.is((await ask('api.anthropic.com', 28)).readUInt16BE(6), 0);
  t.is(((await ask('example.com'))[3] ?? 0) & 15, 3);
});

test.serial('P9 a thousand half-open connections and noise leave the proxy running and small', async (t) => {
  const rss = (): number => Number.parseInt(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${rig.process?.pid}/status`, 'utf8'))?.[1] ?? '0', 10) / 1024;
  const before = rss();
  const open: Socket[] = [];
  for (let i = 0; i < 1000; i++) {
    const socket = connectTcp(port, '127.0.0.1').on('error', () => undefined);
    socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1]));
    open.push(socket);
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  const grown = rss() - before;
  for (const socket of open) socket.destroy();
  t.true(grown < 48, `it grew by ${Math.round(grown)} MB`);
  await until(() => !/unexpected fault/.test(rig.stderr), 'no fault');
  t.regex(await exchangeRaw(port, messageRequest().replace('/v1/messages', '/v1/none')), /^HTTP\/1\.1 403/);
});

/** The parts themselves, with limits of a tenth of a second instead of many. */
async function impatient(t: { teardown(undo: () => void): void }): Promise<number> {
  const otlp = telemetry({ endpoint: 'http://127.0.0.1:9', resource: {} });
  const audit = new Audit(otlp);
  const policy = livePolicy(policyOf({ listeners: [{ name: 'tls', shape: 'tls-terminate' }, { name: 'http', shape: 'http' }] }));
  const dialer = new Dialer({ upstreams: new Map() });
  const front = new Front({ policy: () => policy, dialer, audit, held: new HeldBodies(), onIdle: () => undefined, firstRequestMs: 100 });
  const sandbox = { id: 'x', gateway: 'default/echo-bot', runtime: 'namespaces', agent: { kind: 'DaemonAgent', namespace: 'default', name: 'a', uid: 'u', revision: 'r' } } as const;
  const names = new Names();
  const server = createServer((socket) => void accept(socket, sandbox, names, { policy: () => policy, audit, front, openingMs: 100 }));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    front.destroy();
    server.close();
    void otlp.stop(10);
  });
  return (server.address() as AddressInfo).port;
}

test.serial('P9 every wait for first bytes, a handshake and a request head has a limit', async (t) => {
  const slow = await impatient(t);
  t.is(await raw(slow, '', false), '');
  t.is(await raw(slow, Buffer.from([0x16, 3, 1, 2, 0, 1]), false), '');
  t.regex(await raw(slow, 'GET / HTTP/1.1\r\nHost: x.example\r\nX-Slow: ', false), /^HTTP\/1\.1 408 .*header_timeout/s);
  const secure = await agentSocket(slow);
  secure.write('POST /v1/messages HTTP/1.1\r\nHost: api.anth');
  t.regex(await readAll(secure), /^HTTP\/1\.1 408 .*"type":"error"/s);
});

test.serial('P2 before the first policy nothing passes and no name resolves', async (t) => {
  const fresh = await Rig.start(t);
  const admitted = await fresh.admit();
  const socket = connect({ host: '127.0.0.1', port: admitted.port, servername: 'api.anthropic.com', ca: [gatewayCa.certificate] });
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => void socket.once('error', resolve));
  t.is(error.code, 'ECONNRESET');
  t.regex(bodyText(await fresh.record(/no_policy/)), /^egress\.dial\.denied/);
  await fresh.swap(policyOf());
  t.regex(await exchangeRaw(admitted.port, messageRequest().replace('/v1/messages', '/v1/none')), /^HTTP\/1\.1 403/);
});
