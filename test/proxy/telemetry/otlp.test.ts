// The sender against real HTTP and HTTPS collectors: round trip, loss, and a collector that is away.
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import test, { type ExecutionContext } from 'ava';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { decodeLogs, decodeSpans, type LogLine, type SpanLine } from '../../../proxy/telemetry/otlp-json.ts';
import { telemetry } from '../../../proxy/telemetry/otlp.ts';
import { Sealed } from '../../../proxy/telemetry/sealed.ts';
import { issueCertificate } from '../../../proxy/x509/issue.ts';

const resource = { 'service.name': 'clrk', 'clrk.component': 'egress-proxy' };

interface Collector {
  readonly url: string;
  readonly spans: SpanLine[];
  readonly records: LogLine[];
  readonly requests: { path: string; authorization: string | undefined; connection: number }[];
}

async function listen(t: ExecutionContext, server: Server, scheme: string): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function collector(t: ExecutionContext, tls?: { key: string; cert: string }): Promise<Collector> {
  const seen: Omit<Collector, 'url'> = { spans: [], records: [], requests: [] };
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    seen.requests.push({ path: request.url ?? '', authorization: request.headers.authorization, connection: request.socket.remotePort ?? 0 });
    if (request.url === '/v1/traces') seen.spans.push(...decodeSpans(body));
    else seen.records.push(...decodeLogs(body));
    response.setHeader('content-type', 'application/json').end('{}');
  };
  const listener: RequestListener = (request, response) => void take(request, response);
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  return { url: await listen(t, server, tls ? 'https' : 'http'), ...seen };
}

test('a span and a record arrive as they were written', async (t) => {
  const to = await collector(t);
  const { tracer, logger, stop, dropped } = telemetry({ endpoint: `${to.url}/`, resource });
  const span = tracer.startSpan('chat claude-haiku-4-5', { kind: SpanKind.SERVER, startTime: [1_700_000_000, 123_456_000] });
  span.setAttributes({ 'http.response.status_code': 401, 'gen_ai.response.stream': true, tags: ['a', 'b'], ratio: 0.5 });
  span.addEvent('http.request.headers', { 'http.request.header.x-api-key': '[redacted]' });
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'HTTP 401' });
  span.end([1_700_000_001, 0]);
  logger.emit({ severityNumber: 13, body: 'POST api.anthropic.com/v1/messages 401', attributes: { trace_id: span.spanContext().traceId } });
  await stop();

  const { traceId, spanId } = span.spanContext();
  t.is(to.spans.length, 1);
  t.like(to.spans[0], {
    name: 'chat claude-haiku-4-5',
    kind: 'SERVER',
    traceId,
    spanId,
    startUnixMs: 1_700_000_000_123.456,
    endUnixMs: 1_700_000_001_000,
    status: 'ERROR',
    statusMessage: 'HTTP 401',
    attributes: { 'http.response.status_code': 401, 'gen_ai.response.stream': true, tags: ['a', 'b'], ratio: 0.5 },
    resource,
  });
  t.deepEqual(to.spans[0]?.events[0]?.attributes, { 'http.request.header.x-api-key': '[redacted]' });
  t.like(to.records[0], { severity: 'WARN', body: 'POST api.anthropic.com/v1/messages 401', attributes: { trace_id: traceId }, resource });
  t.is(dropped(), 0);
});

test('an own CA and a bearer token reach an https collector, over one connection for each signal', async (t) => {
  const ca = issueCertificate({ subject: 'test CA', usage: 'ca', days: 1 });
  const leaf = issueCertificate({ subject: 'collector', altNames: ['127.0.0.1'], usage: 'server', days: 1, issuer: ca });
  const to = await collector(t, { key: leaf.key, cert: leaf.certificate });
  const { logger, flush, stop } = telemetry({ endpoint: to.url, ca: ca.certificate, token: Sealed.of('t0ken'), resource });
  for (const body of ['one', 'two', 'three']) {
    logger.emit({ body });
    await flush();
  }
  await stop();
  t.deepEqual(to.records.map((record) => record.body), ['one', 'two', 'three']);
  t.deepEqual(new Set(to.requests.map((request) => request.authorization)), new Set(['Bearer t0ken']));
  t.is(new Set(to.requests.map((request) => request.connection)).size, 1);
});

test('a collector signed by a stranger gets nothing, and what it lost is counted', async (t) => {
  const stranger = issueCertificate({ subject: '127.0.0.1', altNames: ['127.0.0.1'], usage: 'server', days: 1 });
  const to = await collector(t, { key: stranger.key, cert: stranger.certificate });
  const { logger, stop, dropped } = telemetry({ endpoint: to.url, ca: issueCertificate({ subject: 'ours', usage: 'ca', days: 1 }).certificate, resource });
  logger.emit({ body: 'secret' });
  await stop();
  t.is(dropped(), 1);
  t.is(to.requests.length, 0);
});

test('a call is recorded even when the caller says that its trace is not sampled', async (t) => {
  const { trace, ROOT_CONTEXT } = await import('@opentelemetry/api');
  const to = await collector(t);
  const { tracer, stop } = telemetry({ endpoint: to.url, resource });
  const parent = trace.setSpanContext(ROOT_CONTEXT, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0, isRemote: true });
  tracer.startSpan('GET example.com', {}, parent).end();
  await stop();
  t.like(to.spans[0], { traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) });
});

test('records that come while the collector restarts are delivered once it is back', async (t) => {
  let refuse = true;
  const bodies: string[] = [];
  const url = await listen(t, createServer((request, response) => void (async () => {
    const body = await bodyOf(request);
    if (!refuse) bodies.push(...decodeLogs(body).map((line) => line.body));
    response.writeHead(refuse ? 503 : 200, { 'retry-after': '1', 'content-type': 'application/json' }).end('{}');
    refuse = false;
  })()), 'http');
  const { logger, flush, stop, dropped } = telemetry({ endpoint: url, resource });
  logger.emit({ body: 'kept' });
  await flush(8000);
  await stop();
  t.deepEqual(bodies, ['kept']);
  t.is(dropped(), 0);
});

test('a collector that never answers costs only records: adding stays possible, the rest is counted, flush ends', async (t) => {
  const url = await listen(t, createServer(() => undefined), 'http');
  const { logger, tracer, flush, stop, dropped } = telemetry({ endpoint: url, resource, timeoutMs: 500 });
  const body = 'x'.repeat(1024 * 1024);
  for (let n = 0; n < 40; n += 1) tracer.startSpan('call').addEvent('http.response.body', { 'clrk.body.b64': body }).end();
  for (let n = 0; n < 6000; n += 1) logger.emit({ body: 'line' });
  await flush(50);
  t.true(dropped() > 1000, String(dropped()));
  t.true(dropped() < 6040);
  await stop(50);
  const lost = dropped();
  logger.emit({ body: 'late' });
  t.is(dropped(), lost + 1);
});

test('P7 one sandbox that floods the queue leaves room for the records of the others', async (t) => {
  const url = await listen(t, createServer(() => undefined), 'http');
  const { logger, stop, dropped } = telemetry({ endpoint: url, resource, timeoutMs: 500 });
  const emit = (sandbox: string): void => logger.emit({ body: 'line', attributes: { 'clrk.sandbox.id': sandbox } });
  for (let n = 0; n < 6000; n += 1) emit('greedy');
  const lost = dropped();
  t.true(lost > 3000, String(lost));
  for (let n = 0; n < 500; n += 1) emit('other');
  t.is(dropped(), lost);
  await stop(50);
});

test('a value that JSON cannot hold loses its own record and nothing else', async (t) => {
  const to = await collector(t);
  const { logger, flush, stop, dropped } = telemetry({ endpoint: to.url, resource });
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  logger.emit({ body: circle as never });
  await flush();
  logger.emit({ body: 'fine' });
  await stop();
  t.deepEqual(to.records.map((record) => record.body), ['fine']);
  t.is(dropped(), 1);
});
