// What comes as bytes: ClientHellos, DNS queries, policies, admissions.
import test from 'ava';
import { answer } from '../../proxy/dns.ts';
import { parseAdmission, parsePolicy } from '../../proxy/contract.ts';
import { maxHelloBytes, readHello } from '../../proxy/hello.ts';
import { livePolicy } from '../../proxy/policy.ts';
import { policyOf, secret } from './rig.ts';
import { connect } from 'node:tls';
import { createServer, type AddressInfo } from 'node:net';

/** A real ClientHello, as Node sends it. */
async function clientHello(serverName: string | undefined): Promise<Buffer> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const bytes = new Promise<Buffer>((resolve) => server.once('connection', (socket) => socket.on('error', () => undefined).once('data', resolve)));
  const client = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, ...(serverName === undefined ? {} : { servername: serverName }) });
  client.on('error', () => undefined);
  const hello = await bytes;
  client.destroy();
  server.close();
  return hello;
}

test('the server name of a real ClientHello is read, however it is cut', async (t) => {
  const hello = await clientHello('api.anthropic.com');
  t.deepEqual(readHello(hello), { kind: 'hello', serverName: 'api.anthropic.com' });
  for (let cut = 0; cut < hello.length; cut += 7) t.is(readHello(hello.subarray(0, cut)).kind, 'more', `${cut}`);
  t.deepEqual(readHello(await clientHello(undefined)), { kind: 'hello', serverName: undefined });
  const handshake = hello.subarray(5);
  const record = (part: Buffer): Buffer => Buffer.concat([Buffer.from([0x16, 3, 1, part.length >> 8, part.length & 255]), part]);
  const split = Buffer.concat([record(handshake.subarray(0, 50)), record(handshake.subarray(50))]);
  t.deepEqual(readHello(split), { kind: 'hello', serverName: 'api.anthropic.com' });
});

test('bytes that are no ClientHello are told from those that are not there yet', async (t) => {
  t.is(readHello(Buffer.from('GET / HTTP/1.1')).kind, 'not-tls');
  t.is(readHello(Buffer.from([0x16, 9])).kind, 'malformed');
  t.is(readHello(Buffer.from([0x16, 3, 1, 0xff, 0xff])).kind, 'malformed');
  t.is(readHello(Buffer.concat([Buffer.from([0x16, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc]), Buffer.alloc(maxHelloBytes)])).kind, 'malformed');
  const hello = await clientHello('api.anthropic.com');
  for (let i = 0; i < 3000; i++) {
    const noise = Buffer.from(hello);
    noise[Math.floor(Math.random() * noise.length)] = Math.floor(Math.random() * 256);
    t.notThrows(() => readHello(noise));
  }
});

const query = (name: string, type = 1): Buffer =>
  Buffer.concat([Buffer.from([0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), ...name.split('.').map((l) => Buffer.concat([Buffer.from([l.length]), Buffer.from(l)])), Buffer.from([0, 0, type, 0, 1])]);
const known = (name: string): string | undefined => (name === 'api.anthropic.com' ? '198.18.0.7' : undefined);

test('a known name gets its address, another type none, an unknown name is none', (t) => {
  const a = answer(query('API.anthropic.com'), known);
  t.deepEqual([...(a?.subarray(-4) ?? [])], [198, 18, 0, 7]);
  t.is(a?.readUInt32BE(a.length - 10), 30);
  t.deepEqual([a?.readUInt16BE(0), (a?.[3] ?? 0) & 15, a?.readUInt16BE(6)], [0xabcd, 0, 1]);
  for (const type of [28, 65, 64, 15, 16]) t.deepEqual([(answer(query('api.anthropic.com', type), known)?.[3] ?? 9) & 15, answer(query('api.anthropic.com', type), known)?.readUInt16BE(6)], [0, 0]);
  t.is((answer(query('evil.example'), known)?.[3] ?? 0) & 15, 3);
});

test('a malformed DNS query never throws, and a response is never answered', (t) => {
  const whole = query('api.anthropic.com');
  for (let cut = 0; cut < whole.length; cut++) t.notThrows(() => answer(whole.subarray(0, cut), known));
  const response = Buffer.from(whole);
  response[2] = 0x81;
  t.is(answer(response, known), undefined);
  const pointer = Buffer.concat([whole.subarray(0, 12), Buffer.from([0xc0, 12, 0, 1, 0, 1])]);
  t.is((answer(pointer, known)?.[3] ?? 0) & 15, 1);
  for (let i = 0; i < 3000; i++) {
    const noise = Buffer.from(whole);
    noise[Math.floor(Math.random() * noise.length)] = Math.floor(Math.random() * 256);
    t.notThrows(() => answer(noise, known));
  }
});

test('a policy is read exactly: an unknown field, a wrong type or too much is named by its path', (t) => {
  const policy = policyOf();
  t.deepEqual(parsePolicy(JSON.parse(JSON.stringify(policy))), policy);
  const [entry] = policy.gateways;
  const rows: [unknown, RegExp][] = [
    [null, /^policy: must be an object/], [{ ...policy, extra: 1 }, /^policy\.extra: is not a field/], [{ gateways: [] }, /^policy\.version: is required/],
    [{ ...policy, gateways: [{ ...entry, defaultPolicy: 'maybe' }] }, /^policy\.gateways\[0\]\.defaultPolicy: must be one of allow-all, deny-all/],
    [{ ...policy, gateways: [{ ...entry, requestTimeoutMs: 0.5 }] }, /requestTimeoutMs: must be a whole number/],
    [{ ...policy, gateways: [{ ...entry, credentials: [{ ...entry?.credentials[0], header: 'X-Api-Key' }] }] }, /header: must be a header name in lower case/],
    [{ ...policy, gateways: Array.from({ length: 1025 }, () => entry) }, /more than 1024/],
  ];
  for (const [value, expected] of rows) t.throws(() => parsePolicy(value), { message: expected });
  t.throws(() => livePolicy({ version: 'x', gateways: [...policy.gateways, ...policy.gateways] }), { message: /occurs twice/ });
});

test('P5 a policy that does not parse is described without its secrets', (t) => {
  const policy = JSON.parse(JSON.stringify(policyOf())) as { gateways: { credentials: { secret: Record<string, unknown> }[]; authority: { key: string } }[] };
  const credential = policy.gateways[0]?.credentials[0];
  if (credential) credential.secret = { state: 'present', value: [secret] };
  const error = t.throws(() => parsePolicy(policy));
  t.false(error?.message.includes(secret));
  const broken = policyOf({ authority: { certificate: 'x', key: 'very-secret-key' } });
  t.false(t.throws(() => livePolicy(broken))?.message.includes('very-secret-key'));
});

test('a secret that a header cannot carry counts as missing and says why', (t) => {
  for (const value of ['key\n', 'a\r\nx: y', ' key', 'k\0', 'schlüssel€']) {
    const [entry] = [...livePolicy(policyOf({ credentials: [{ policy: 'a/b', scope: { kind: 'gateway' }, header: 'x-api-key', secret: { state: 'present', value } }] })).gateways.values()];
    t.is(entry?.credentials[0]?.secret.state, 'missing', JSON.stringify(value));
  }
});

test('an admission is read exactly', (t) => {
  const admission = {
    id: 'da-1', token: 'x'.repeat(16), gateway: 'default/g', runtime: 'gvisor', sockets: [{ kind: 'tcp' }, { kind: 'dns' }],
    agent: { kind: 'DaemonAgent', namespace: 'default', name: 'a', uid: 'u', revision: 'a-00001' },
  };
  t.deepEqual(parseAdmission(admission), admission as never);
  t.throws(() => parseAdmission({ ...admission, id: '../x' }), { message: /^admission\.id: must be/ });
  t.throws(() => parseAdmission({ ...admission, sockets: [{ kind: 'raw' }] }), { message: /sockets\[0\]\.kind: must be one of tcp, dns/ });
  t.throws(() => parseAdmission({ ...admission, token: 'short' }), { message: /token/ });
});
