// Bytes in motion: event streams as they come, uploads, back-pressure both ways, keep-alive, 100-continue, traces.
import test from 'ava';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { agentSocket, exchangeRaw, messageReply, messageRequest, readAll } from './agent.ts';
import { policyOf, Rig, until } from './rig.ts';
import { upstream, type Upstream } from './upstream.ts';

const rig = new Rig();
let answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void = (_request, response) => response.end();
let to: Upstream;
let port = 0;
test.before(async () => {
  to = await upstream((request, response, body) => answer(request, response, body));
  await rig.begin({ policy: policyOf({ captureBody: { maxBytes: 4096, includeContentTypes: ['text/event-stream'] } }), upstreams: { 'api.anthropic.com': to.port } });
  ({ port } = await rig.admit());
});
test.after.always(async () => {
  await rig.stop();
  to?.close();
});
const rss = (): number => Number.parseInt(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${rig.process?.pid}/status`, 'utf8'))?.[1] ?? '0', 10) / 1024;
const chunked = 'POST /v1/messages HTTP/1.1\r\nHost: api.anthropic.com\r\nTransfer-Encoding: chunked\r\n\r\n';

test.serial('each event of a stream arrives while the upstream is still silent about the next', async (t) => {
  let next: (text: string) => void = () => undefined;
  answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    next = (text) => (text === '' ? response.end() : response.write(text));
  };
  const socket = await agentSocket(port);
  let seen = '';
  socket.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  socket.write(messageRequest());
  await until(() => /text\/event-stream/.test(seen), 'the head alone');
  const events = [
    'event: message_start\ndata: {"type":"message_start","message":{"model":"claude-haiku-4-5","usage":{"input_tokens":7,"output_tokens":1}}}\n\n',
    'event: message_delta\ndata: {"type":"message_delta","usage":{"output_tokens":9}}\n\n',
  ];
  for (const event of events) {
    next(event);
    await until(() => seen.includes(event), 'an event');
  }
  next('');
  const log = await rig.record(/input_tokens=7 output_tokens=9/);
  t.is(log.attributes['gen_ai.response.stream'], true);
  t.is(log.attributes['gen_ai.response.model'], 'claude-haiku-4-5');
  const body = (await rig.span(log)).events.find((e) => e.name === 'http.response.body');
  t.is(Buffer.from(String(body?.attributes['clrk.body.b64']), 'base64').toString(), events.join(''));
});

test.serial('connections are kept alive on both sides', async (t) => {
  const ports = new Set<number | undefined>();
  answer = (request, response) => {
    ports.add(request.socket.remotePort);
    response.end(JSON.stringify(messageReply));
  };
  const socket = await agentSocket(port);
  let seen = '';
  socket.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  for (let i = 1; i <= 5; i++) {
    socket.write(messageRequest().replace('Connection: close\r\n', ''));
    await until(() => seen.split('HTTP/1.1 200').length === i + 1, `answer ${i}`);
  }
  socket.destroy();
  t.is(ports.size, 1);
});

test.serial('an agent that asks with 100-continue is invited, and one that is refused is not', async (t) => {
  answer = (_request, response, body) => response.end(String(body.length));
  const socket = await agentSocket(port);
  let seen = '';
  socket.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  socket.write('POST /v1/messages HTTP/1.1\r\nHost: api.anthropic.com\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n');
  await until(() => seen.startsWith('HTTP/1.1 100 Continue'), 'the invitation');
  socket.write('hello');
  await until(() => /200 OK/.test(seen), 'the answer');
  const refused = await exchangeRaw(port, 'POST /v1/other HTTP/1.1\r\nHost: api.anthropic.com\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n');
  t.regex(refused, /^HTTP\/1\.1 403/);
});

test.serial('an upload in chunks arrives whole', async (t) => {
  answer = (_request, response, body) => response.end(`${body.length} ${body.includes('\0')}`);
  const socket = await agentSocket(port);
  const all = readAll(socket);
  socket.write(chunked.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
  for (let i = 0; i < 100; i++) socket.write(`4000\r\n${'x'.repeat(0x4000)}\r\n`);
  socket.write('0\r\n\r\n');
  t.regex(await all, new RegExp(`${100 * 0x4000} false`));
});

test.serial('an upload whose rest is malformed is not finished upstream', async (t) => {
  const before = to.requests.length;
  const socket = await agentSocket(port);
  const all = readAll(socket);
  socket.write(`${chunked}5\r\nhello\r\n`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.write('nonsense\r\n');
  t.regex(await all, /^HTTP\/1\.1 400/);
  t.is(to.requests.length, before);
  await rig.record(/v1\/messages 400/);
});

test.serial('P9 an agent that does not read makes the upstream wait and the proxy grow only within a bound', async (t) => {
  let written = 0;
  answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    const more = (): void => {
      while (written < 512 && response.write(Buffer.alloc(1_048_576))) written++;
      if (written < 512) response.once('drain', () => (written++, more()));
    };
    more();
  };
  const before = rss();
  const socket = await agentSocket(port);
  socket.pause();
  socket.write(messageRequest());
  let last = -1;
  while (written !== last) {
    last = written;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  t.true(written < 64, `the upstream could write ${written} MB`);
  t.true(rss() - before < 48, `it grew by ${Math.round(rss() - before)} MB`);
  socket.destroy();
});

test.serial('the traceparent of an agent is honoured and passed on, also when it says not to sample', async (t) => {
  answer = (_request, response) => response.end('{}');
  const traceId = 'abcdef0123456789abcdef0123456789';
  await exchangeRaw(port, messageRequest([`traceparent: 00-${traceId}-1234567890abcdef-00`, 'x-mark: traced']));
  await until(() => rig.spans.some((s) => s.traceId === traceId), 'the span');
  t.is(rig.spans.find((s) => s.traceId === traceId)?.parentSpanId, '1234567890abcdef');
  t.true(to.requests.at(-1)?.rawHeaders.includes(`00-${traceId}-1234567890abcdef-00`));
  await exchangeRaw(port, messageRequest());
  const own = to.requests.at(-1)?.rawHeaders.find((h) => /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/.test(h));
  await until(() => rig.spans.some((s) => own?.includes(s.spanId) && own.includes(s.traceId)), 'the span that travelled');
  t.pass();
});

test.serial('headers that belong to one connection stay on it', async (t) => {
  answer = (_request, response) => {
    response.writeHead(200, ['Connection', 'x-private', 'X-Private', '1', 'Keep-Alive', 'timeout=1', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Kept', 'yes']);
    response.end('ok');
  };
  const got = await exchangeRaw(port, messageRequest(['TE: trailers', 'Proxy-Authorization: Basic x', 'X-Hop: 1', 'X-Kept: yes']).replace('Connection: close', 'Connection: close, x-hop'));
  const sent = to.requests.at(-1)?.rawHeaders.filter((_, i) => i % 2 === 0).map((h) => h.toLowerCase()) ?? [];
  for (const gone of ['te', 'proxy-authorization', 'x-hop']) t.false(sent.includes(gone), gone);
  t.true(sent.includes('x-kept'));
  t.false(/x-private|timeout=1/i.test(got));
  t.is(got.match(/set-cookie/gi)?.length, 2);
});
