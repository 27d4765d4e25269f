// An upstream that refuses, resets, stalls, lies or talks garbage: the agent gets an answer in its dialect, the proxy goes on.
import test from 'ava';
import type { TLSSocket } from 'node:tls';
import { agentSocket, exchangeRaw, messageRequest, readAll } from './agent.ts';
import { policyOf, Rig, until } from './rig.ts';
import { rawUpstream } from './upstream.ts';

const rig = new Rig();
let serve: (socket: TLSSocket) => void = (socket) => socket.destroy();
let to: { port: number; close(): void };
let port = 0;
test.before(async () => {
  to = await rawUpstream((socket) => serve(socket));
  await rig.begin({ policy: policyOf({ requestTimeoutMs: 400 }), upstreams: { 'api.anthropic.com': to.port } });
  ({ port } = await rig.admit());
});
test.after.always(async () => {
  await rig.stop();
  to?.close();
});

const code = (answer: string): string => `${/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]} ${/x-clrk-refusal: (\w+)/.exec(answer)?.[1] ?? ''}`.trim();
const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const faults: [string, (socket: TLSSocket) => void, string][] = [
  ['that closes before it answers', (s) => s.once('data', () => s.end()), '502 upstream_reset'],
  ['that resets', (s) => s.once('data', () => s.destroy()), '502 upstream_reset'],
  ['that stalls', (s) => s.resume(), '504 timeout'],
  ['that speaks no HTTP', (s) => s.write('220 smtp ready\r\n'), '502 upstream_garbage'],
  ['with a bad header', (s) => s.once('data', () => s.end('HTTP/1.1 200 OK\r\nBad Header: x\r\n\r\n')), '502 upstream_garbage'],
  ['with endless headers', (s) => s.once('data', () => s.write(`HTTP/1.1 200 OK\r\n${'X: aaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(5000)}`)), '502 upstream_garbage'],
  ['with a status that is none', (s) => s.once('data', () => s.end('HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n')), '502 upstream_garbage'],
];
for (const [what, act, expected] of faults) {
  test.serial(`an upstream ${what} becomes ${expected} in the dialect of the provider`, async (t) => {
    serve = act;
    const logs = rig.logs.length;
    const answer = await exchangeRaw(port, messageRequest());
    t.is(code(answer), expected, answer);
    t.regex(answer, /"type":"error"/);
    await until(() => rig.logs.length > logs, 'its record');
    t.is(rig.logs[logs]?.severity, 'ERROR');
    t.is(rig.logs[logs]?.attributes['clrk.egress.failure_reason'], expected.split(' ')[1]);
    t.is(rig.logs.length, logs + 1);
  });
}

test.serial('a response that breaks off is cut for the agent too, and never looks whole', async (t) => {
  for (const rest of ['Content-Length: 100\r\n\r\n{"half', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n']) {
    serve = (s) => s.once('data', () => {
      s.write(head + rest);
      setTimeout(() => s.destroy(), 30);
    });
    const answer = await exchangeRaw(port, messageRequest());
    t.false(answer.endsWith('0\r\n\r\n') || answer.includes('"half"'), answer);
    t.true(answer === '' || answer.startsWith('HTTP/1.1 200') || answer.startsWith('HTTP/1.1 502'), answer);
  }
});

test.serial('a response that stalls in the middle ends with the request timeout', async (t) => {
  serve = (s) => s.once('data', () => s.write(`${head}Content-Length: 100\r\n\r\n{"half`));
  const answer = await exchangeRaw(port, messageRequest());
  t.regex(answer, /\{"half$/);
});

test.serial('an interim response is overlooked and trailers are dropped', async (t) => {
  serve = (s) => s.once('data', () => s.end(`HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${head}Trailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-T: 1\r\n\r\n`));
  const answer = await exchangeRaw(port, messageRequest());
  t.regex(answer, /^HTTP\/1\.1 200/);
  t.false(/103|x-t/i.test(answer.replace(/Content-Type/gi, '')), answer);
});

test.serial('204, 304 and the answer to HEAD have no body and keep the connection usable', async (t) => {
  await rig.swap(policyOf({ routes: [{ route: 'default/anthropic', provider: 'anthropic' }] }, 'any'));
  const answers = ['HTTP/1.1 204 No Content\r\n\r\n', 'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 99\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n'];
  serve = (s) => s.on('data', () => void s.write(answers.shift() ?? ''));
  const socket = await agentSocket(port);
  const all = readAll(socket);
  for (const [method, expected] of [['GET', 204], ['GET', 304], ['HEAD', 200]] as const) {
    socket.write(`${method} /v1/messages HTTP/1.1\r\nHost: api.anthropic.com\r\n\r\n`);
    await rig.record(new RegExp(`^${method} api\\.anthropic\\.com/v1/messages ${expected} `));
  }
  socket.end();
  t.deepEqual([...(await all).matchAll(/HTTP\/1\.1 (\d+)/g)].map((m) => m[1]), ['204', '304', '200']);
});

test.serial('an upstream whose certificate is for another host, or that is not there, is a 502', async (t) => {
  const other = await rawUpstream((s) => s.end());
  t.teardown(() => other.close());
  const elsewhere = await Rig.start(t, { policy: policyOf({ defaultPolicy: 'allow-all' }), upstreams: { 'other.example': other.port, 'gone.example': 1 } });
  const admitted = await elsewhere.admit();
  const ask = (host: string) => exchangeRaw(admitted.port, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`, host);
  t.is(code(await ask('other.example')), '502 certificate');
  t.is(code(await ask('gone.example')), '502 connect');
});

test.serial('an agent that leaves cancels the call upstream, and its record has status 0', async (t) => {
  const ended = new Promise<void>((resolve) => {
    serve = (s) => s.once('data', () => s.once('close', resolve));
  });
  const socket = await agentSocket(port);
  socket.write(messageRequest());
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.destroy();
  await ended;
  const log = await rig.record(/v1\/messages 0 \d+ms/);
  t.is(log.severity, 'WARN');
});
