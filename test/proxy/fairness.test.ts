// What one agent can take from another: connections to an upstream, memory, attention.
import test from 'ava';
import type { TLSSocket } from 'node:tls';
import { agentSocket, exchangeRaw, messageReply, messageRequest } from './agent.ts';
import { policyOf, Rig, until } from './rig.ts';
import { rawUpstream, upstream, type At } from './upstream.ts';

const otherAgent = { agent: { kind: 'DaemonAgent', namespace: 'default', name: 'other', uid: 'u-2', revision: 'other-00001' } } as const;

/** Two sandboxes that go to one origin: their listeners are on one port. */
async function two(rig: Rig): Promise<{ greedy: At; good: At }> {
  const { port } = await rig.admit('greedy', {}, { host: '127.0.0.2', port: 0 });
  const good = { host: '127.0.0.3', port };
  await rig.admit('good', otherAgent, good);
  return { greedy: { host: '127.0.0.2', port }, good };
}

test('P9 an agent whose calls fill its own connections to an upstream is in no other agent\'s way', async (t) => {
  let calls = 0;
  const to = await rawUpstream((socket) => socket.on('data', (chunk) => {
    if (chunk.includes('POST ')) calls++;
    if (chunk.includes('good-marker')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  }));
  t.teardown(() => to.close());
  const rig = await Rig.start(t, { policy: policyOf({ requestTimeoutMs: 60_000 }), upstreams: { 'api.anthropic.com': to.port } });
  const { greedy, good } = await two(rig);
  const sockets: TLSSocket[] = [];
  t.teardown(() => sockets.forEach((s) => s.destroy()));
  for (let i = 0; i < 130; i++) {
    const socket = (await agentSocket(greedy)).on('error', () => undefined);
    socket.write(messageRequest());
    sockets.push(socket);
  }
  await until(() => calls >= 64, 'the calls to arrive');
  let answer = '';
  exchangeRaw(good, messageRequest(['X-Good: good-marker'])).then((text) => (answer = text), () => undefined);
  await until(() => answer !== '', 'the answer to the other agent');
  t.regex(answer, /^HTTP\/1\.1 200/);
});

test('P9 an agent cannot fill the memory with bodies that it does not finish', async (t) => {
  const to = await upstream((_request, response) => response.end(JSON.stringify(messageReply)));
  t.teardown(() => to.close());
  const routes = [{ route: 'default/anthropic', provider: 'anthropic', models: ['claude-*'] }];
  const rig = await Rig.start(t, { policy: policyOf({ routes, requestTimeoutMs: 60_000 }), upstreams: { 'api.anthropic.com': to.port } });
  const { greedy, good } = await two(rig);
  const sockets: TLSSocket[] = [];
  let refused = '';
  for (let i = 0; i < 9; i++) {
    const socket = (await agentSocket(greedy)).on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => (refused += chunk.toString('latin1')));
    socket.write('POST /v1/messages HTTP/1.1\r\nHost: api.anthropic.com\r\nContent-Length: 8388608\r\n\r\n');
    socket.write(Buffer.alloc(8_388_508, 0x20));
    sockets.push(socket);
  }
  await until(() => /^HTTP\/1\.1 429 [^]*too_many_bodies[^]*rate_limit_error/.test(refused), 'a refusal');
  t.regex(await exchangeRaw(good, messageRequest()), /^HTTP\/1\.1 200/);
  for (const socket of sockets) socket.destroy();
  let again = '';
  while (!again.startsWith('HTTP/1.1 200')) again = await exchangeRaw(greedy, messageRequest());
  t.pass();
});

test('P7 what is lost of the telemetry is told in the log, and one header takes little of it', async (t) => {
  const to = await upstream((_request, response) => response.end('{}'));
  t.teardown(() => to.close());
  const capture = { maxBytes: 1_048_576, includeContentTypes: ['application/json'] };
  const rig = await Rig.start(t, { policy: policyOf({ captureBody: capture }), upstreams: { 'api.anthropic.com': to.port } });
  const { port } = await rig.admit();
  await exchangeRaw(port, messageRequest([`X-Long: ${'a'.repeat(20_000)}`]));
  await until(() => rig.spans.length > 0, 'the span');
  t.is(String(rig.spans[0]?.events[0]?.attributes['http.request.header.x-long']).length, 1024);
  rig.isDeaf = true;
  const body = JSON.stringify({ model: 'x'.repeat(900_000) });
  for (let i = 0; i < 16; i++) await exchangeRaw(port, messageRequest([], body));
  await until(() => /spans and log records were lost.*"lost":\d/.test(rig.stderr), 'a line in the log');
  t.pass();
});
