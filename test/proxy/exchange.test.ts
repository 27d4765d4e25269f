// The main road: an agent calls a provider, the proxy puts the key in, and one span and one record tell of it.
import test from 'ava';
import { once } from 'node:events';
import { agentSocket, exchangeRaw, messageReply, messageRequest } from './agent.ts';
import { bodyText, policyOf, Rig, secret, until } from './rig.ts';
import { upstream } from './upstream.ts';

test('a call gets its credential on the way out and leaves one span and one record', async (t) => {
  const to = await upstream((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-echo': request.headers['x-api-key'] });
    response.end(JSON.stringify(messageReply));
  });
  t.teardown(() => to.close());
  const rig = await Rig.start(t, { policy: policyOf({ captureBody: { maxBytes: 65_536, includeContentTypes: ['application/json'] } }), upstreams: { 'api.anthropic.com': to.port } });
  const { port, status } = await rig.admit();
  t.is(status, 200);
  const answer = await exchangeRaw(port, messageRequest(['X-Api-Key: placeholder', 'x-API-key: second']));
  t.regex(answer, /^HTTP\/1.1 200 OK/);
  const [sent] = to.requests;
  t.deepEqual(sent?.rawHeaders.filter((_, i) => i % 2 === 1 && sent.rawHeaders[i - 1]?.toLowerCase() === 'x-api-key'), [secret]);
  const log = await rig.record(/\/v1\/messages/);
  t.regex(bodyText(log), /^POST api\.anthropic\.com\/v1\/messages 200 \d+ms req=\d+B resp=\d+B provider=anthropic model=claude-haiku-4-5 input_tokens=12 output_tokens=24 route=default\/anthropic$/);
  const span = await rig.span(log);
  t.is(span.name, 'chat claude-haiku-4-5');
  t.false(JSON.stringify([rig.spans, rig.logs]).includes(secret));
  t.is(rig.logs.length, 1);
});

test('P7 every one of many calls in a row leaves its span and its record, also while others are being sent', async (t) => {
  const to = await upstream((_request, response) => response.end('{}'));
  t.teardown(() => to.close());
  const rig = await Rig.start(t, { policy: policyOf(), upstreams: { 'api.anthropic.com': to.port }, env: { CLRK_OTLP_DELAY_MS: '1' } });
  const { port } = await rig.admit();
  const socket = await agentSocket(port);
  for (let i = 0; i < 200; i++) {
    socket.write(messageRequest().replace('Connection: close\r\n', ''));
    await once(socket, 'data');
  }
  socket.destroy();
  await until(() => rig.logs.length === 200 && rig.spans.length === 200, '200 of each');
  t.is(new Set(rig.logs.map((l) => l.spanId)).size, 200);
});
