// The dev session's receiver over real HTTP: what it takes, what it refuses, and the whole way from our own sender to a line.
import test, { type ExecutionContext } from 'ava';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { printChanges } from '../../../plugin/feeds/plain.ts';
import { startReceiver, type Receiver } from '../../../plugin/feeds/receiver.ts';
import { DevStore } from '../../../plugin/feeds/store.ts';
import { telemetry } from '../../../proxy/telemetry/otlp.ts';
import { Sealed } from '../../../proxy/telemetry/sealed.ts';

const token = 'made-up-token-of-the-session';

async function start(t: ExecutionContext): Promise<{ readonly store: DevStore; readonly receiver: Receiver }> {
  const store = new DevStore();
  const receiver = await startReceiver(store, { token, host: '127.0.0.1', port: 0 });
  t.teardown(() => receiver.close());
  return { store, receiver };
}

const authorization = `Bearer ${token}`;
const json = { authorization, 'content-type': 'application/json' };
const record = (attributes: Record<string, string> = {}): string =>
  JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: '1700000000000000000', body: { stringValue: 'GET example.com/ 200' }, attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })) }] }] }] });

test('what our own sender sends arrives in the store and comes out as lines', async (t) => {
  const { store, receiver } = await start(t);
  const printed: string[] = [];
  printChanges(store, { write: (text: string) => printed.push(text) });
  const sender = telemetry({ endpoint: receiver.url, token: Sealed.of(token), resource: { 'service.name': 'clrk' } });
  const span = sender.tracer.startSpan('chat claude-haiku-4-5');
  const { traceId } = span.spanContext();
  sender.logger.emit({ body: 'POST api.anthropic.com/v1/messages 200 540ms', attributes: { 'http.request.method': 'POST', 'gen_ai.usage.input_tokens': 12, 'gen_ai.usage.output_tokens': 24, trace_id: traceId } });
  span.end();
  await sender.stop();
  store.flush();
  t.is(store.recordCount, 1);
  t.like(store.snapshot().totals, { calls: 1, inputTokens: 12, outputTokens: 24, spans: 1 });
  t.is(store.snapshot().spans[0]?.item.traceId, traceId);
  const [log, trace] = printed.toSorted();
  t.regex(log ?? '', new RegExp(`^\\[otel-logs\\] \\d\\d:\\d\\d:\\d\\d\\.\\d{3} POST api\\.anthropic\\.com/v1/messages 200 540ms trace=${traceId.slice(0, 8)}\n$`));
  t.regex(trace ?? '', new RegExp(`^\\[otel-traces\\] \\d\\d:\\d\\d:\\d\\d\\.\\d{3} chat claude-haiku-4-5 \\[UNSET\\] \\d+ms trace=${traceId.slice(0, 8)}\n$`));
});

test('gzip is taken, and an agent\'s own output is kept but not counted as a call', async (t) => {
  const { store, receiver } = await start(t);
  const post = (body: string) => fetch(`${receiver.url}/v1/logs`, { method: 'POST', headers: { ...json, 'content-encoding': 'gzip' }, body: gzipSync(body) });
  t.is((await post(record({ 'http.request.method': 'GET' }))).status, 200);
  t.is((await post(record({ 'log.iostream': 'stdout' }))).status, 200);
  store.flush();
  t.is(store.recordCount, 1);
  t.is(store.snapshot().records.length, 1);
  t.is(store.snapshot().output.length, 1);
});

const refused = test.macro({
  async exec(t, request: { readonly path?: string; readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string | Buffer<ArrayBuffer> }, status: number) {
    const { store, receiver } = await start(t);
    const { path = '/v1/logs', method = 'POST', headers = json, body } = request;
    const answer = await fetch(receiver.url + path, { method, headers, ...(body === undefined ? {} : { body }) });
    t.is(answer.status, status);
    t.is(typeof ((await answer.json()) as { message: unknown }).message, 'string');
    store.flush();
    t.regex(store.snapshot().notice ?? '', /the OTLP receiver refused/);
    t.is((await fetch(`${receiver.url}/v1/logs`, { method: 'POST', headers: json, body: record() })).status, 200, 'it goes on');
  },
  title: (name) => `${name} is refused, and the next request is served`,
});
test('a body that is not JSON', refused, { body: '{' }, 400);
test('a body that is no export request', refused, { body: '{"resourceLogs":1}' }, 400);
test('a body that claims to be gzip', refused, { body: 'plain', headers: { ...json, 'content-encoding': 'gzip' } }, 400);
test('an unknown path', refused, { path: '/v1/metrics', body: '{}' }, 404);
test('another method', refused, { method: 'PUT', body: '{}' }, 405);
test('protobuf', refused, { body: 'x', headers: { ...json, 'content-type': 'application/x-protobuf' } }, 415);
test('an unknown encoding', refused, { body: 'x', headers: { ...json, 'content-encoding': 'br' } }, 415);
test('a small body that unfolds beyond 8 MiB', refused, { body: gzipSync(Buffer.alloc(32 << 20, ' ')) as Buffer<ArrayBuffer>, headers: { ...json, 'content-encoding': 'gzip' } }, 413);

test('a post without the token is answered 401, and nothing of it is shown or counted', async (t) => {
  const { store, receiver } = await start(t);
  for (const sent of [undefined, '', 'Bearer ', 'Bearer wrong', token, `Basic ${token}`, `Bearer ${token}x`]) {
    for (const path of ['/v1/logs', '/v1/traces', '/made-up']) {
      const headers = { 'content-type': 'application/json', ...(sent === undefined ? {} : { authorization: sent }) };
      t.is((await fetch(receiver.url + path, { method: 'POST', headers, body: record({ 'http.request.method': 'GET' }) })).status, 401, `${sent} ${path}`);
    }
  }
  store.flush();
  const { records, output, spans, notice } = store.snapshot();
  t.deepEqual([store.recordCount, records.length, output.length, spans.length, notice], [0, 0, 0, 0, undefined]);
});

test('a body beyond 8 MiB is refused while it comes', async (t) => {
  const { receiver } = await start(t);
  const socket = connect(Number(new URL(receiver.url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk)).on('error', () => undefined);
  socket.write(`POST /v1/logs HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`);
  const chunk = Buffer.alloc(1 << 20, ' ');
  for (let n = 0; n < 10 && answer === ''; n += 1) {
    socket.write(`${chunk.length.toString(16)}\r\n`);
    socket.write(chunk);
    socket.write('\r\n');
    await sleep(5);
  }
  for (let n = 0; n < 200 && answer === ''; n += 1) await sleep(10);
  socket.destroy();
  t.regex(answer, /^HTTP\/1\.1 413 /);
});

test('a sender that leaves in the middle changes nothing', async (t) => {
  const { store, receiver } = await start(t);
  const socket = connect(Number(new URL(receiver.url).port), '127.0.0.1');
  await new Promise((resolve) => socket.write(`POST /v1/logs HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"resource`, resolve));
  socket.destroy();
  t.is((await fetch(`${receiver.url}/v1/logs`, { method: 'POST', headers: json, body: record({ 'http.request.method': 'GET' }) })).status, 200);
  t.is(store.recordCount, 1);
});

test('a port that is taken is an error of the caller', async (t) => {
  const { store, receiver } = await start(t);
  await t.throwsAsync(startReceiver(store, { token, host: '127.0.0.1', port: Number(new URL(receiver.url).port) }), { code: 'EADDRINUSE' });
});
