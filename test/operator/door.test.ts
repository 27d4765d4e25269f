// The operator's door: who may do what, what is refused, and what readers see of an agent.
import test from 'ava';
import type { ExecutionContext } from 'ava';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { config } from '../../operator/config.ts';
import { clusterKinds } from '../support/cluster.ts';
import { call, clients, end, follow, rig, start, tokens, type Rig, type Running } from './rig.ts';

const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
const identity = (name: string) => [attribute('agent.kind', 'DaemonAgent'), attribute('agent.namespace', 'default'), attribute('agent.name', name)];
const logs = (body: string, extra: readonly object[] = [], name = 'echo-bot') =>
  JSON.stringify({ resourceLogs: [{ resource: { attributes: [] }, scopeLogs: [{ logRecords: [{ timeUnixNano: '1767366245123000000', severityNumber: 9, body: { stringValue: body }, attributes: [...identity(name), ...extra] }] }] }] });
const asJson = { 'content-type': 'application/json' };

const collectorToken = 'collector-token-0123456789';

interface Collector {
  readonly url: string;
  readonly first: Promise<{ readonly path: string | undefined; readonly encoding: string | undefined; readonly authorization: string | undefined; readonly body: Buffer }>;
}

async function collector(t: ExecutionContext): Promise<Collector> {
  const { promise, resolve } = Promise.withResolvers<Awaited<Collector['first']>>();
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      resolve({ path: request.url, encoding: request.headers['content-encoding'], authorization: request.headers.authorization, body: Buffer.concat(chunks) });
      response.end('{}');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, first: promise };
}

for (const kind of clusterKinds) {
  test.serial(`${kind}: the door lets each role do its own and nothing else, and shows an agent to readers`, async (t) => {
    t.timeout(60_000);
    const world: Rig = await rig(t, kind);
    const { ca } = world;
    const sink = await collector(t);
    const operator: Running = await start(t, 'operator/main.js', { ...world.operatorEnv, CLRK_OTLP_FORWARD: sink.url, CLRK_OTLP_FORWARD_TOKEN_FILE: world.put('collector.token', collectorToken) });
    const at = operator.address;
    const statusOf = async (path: string, options: Partial<Parameters<typeof call>[1]> = {}): Promise<number> => (await call(at + path, { ca, ...options })).status;

    const { worker, proxy } = await clients(operator, ca);
    t.is(await statusOf('/healthz'), 404, 'probes have a port of their own');
    t.is(await statusOf('/v1/policy'), 401);
    t.is(await statusOf('/v1/policy', { token: tokens.proxy }), 401, 'a token gives a certificate and nothing else');
    t.is(await statusOf('/v1/policy', { client: worker }), 403);
    t.is(await statusOf('/v1/orders', { client: proxy }), 403);
    t.is(await statusOf('/v1/agents/DaemonAgent/default/echo-bot/logs', { client: worker }), 404);
    t.is(await statusOf('/v1/nothing', { client: worker }), 404);
    t.is(await statusOf('/v1/status', { client: worker, method: 'DELETE' }), 405);
    t.is(await statusOf('/v1/status', { client: worker, method: 'PUT', body: '{"worker":' }), 400);
    t.is(await statusOf('/v1/policy/status', { client: proxy, method: 'PUT', body: 'x'.repeat(10_000) }), 413);

    // Telemetry comes in with gzip, goes on byte for byte, and is found under its agent.
    const zipped = gzipSync(logs('hello', [attribute('log.iostream', 'stdout')]));
    t.is(await statusOf('/v1/logs', { client: worker, method: 'POST', headers: { ...asJson, 'content-encoding': 'gzip' }, body: zipped }), 200);
    const forwarded = await sink.first;
    t.deepEqual([forwarded.path, forwarded.encoding, forwarded.body.equals(zipped)], ['/v1/logs', 'gzip', true]);
    t.is(forwarded.authorization, `Bearer ${collectorToken}`);
    t.is(await statusOf('/v1/logs', { client: proxy, method: 'POST', headers: asJson, body: logs('a call') }), 200);
    t.is(await statusOf('/v1/logs', { client: proxy, method: 'POST', headers: asJson, body: logs('of another', [], 'other') }), 200);
    t.is(await statusOf('/v1/logs', { client: proxy, method: 'POST', headers: { 'content-type': 'application/x-protobuf' }, body: 'x' }), 415);
    t.is(await statusOf('/v1/logs', { client: proxy, method: 'POST', headers: asJson, body: 'nonsense' }), 400);
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    t.is(await statusOf('/v1/logs', { client: proxy, method: 'POST', headers: { ...asJson, 'content-encoding': 'gzip' }, body: bomb }), 413);

    const ofStranger = logs('of another namespace').replaceAll('"default"', '"elsewhere"');
    t.is(await statusOf('/v1/logs', { client: worker, method: 'POST', headers: asJson, body: ofStranger }), 403);

    const read = async (query: string): Promise<readonly string[]> => (await call(`${operator.readers}/v1/agents/DaemonAgent/default/echo-bot/logs${query}`, { ca, token: tokens.reader })).text.split('\n').filter(Boolean).map((line) => (JSON.parse(line) as { body: string }).body);
    t.deepEqual(await read(''), ['hello', 'a call']);
    t.deepEqual(await read('?tail=1'), ['a call']);
    t.deepEqual(await read('?iostream=stdout'), ['hello']);
    t.deepEqual(await read('?since=2026-06-01T00:00:00Z'), []);
    const readerStatus = async (path: string, token?: string): Promise<number> => (await call(operator.readers + path, { ca, ...(token === undefined ? {} : { token }) })).status;
    t.is(await readerStatus('/v1/agents/DaemonAgent/default/echo-bot/logs?tail=x', tokens.reader), 400);
    t.is(await readerStatus('/v1/agents/DaemonAgent/default/echo-bot/secrets', tokens.reader), 404);
    t.is(await readerStatus('/v1/agents/DaemonAgent/default/echo-bot/logs', tokens.worker), 401);
    t.is(await readerStatus('/v1/agents/DaemonAgent/default/echo-bot/logs'), 401);
    t.is(await readerStatus('/v1/orders', tokens.reader), 404);

    const following = follow<{ body: string }>(t, `${operator.readers}/v1/agents/DaemonAgent/default/echo-bot/logs?follow=true&tail=1`, { ca, token: tokens.reader });
    await following.until(({ body }) => body === 'a call');
    await call(`${at}/v1/logs`, { ca, client: worker, method: 'POST', headers: asJson, body: logs('later') });
    t.is((await following.until(({ body }) => body === 'later')).body, 'later');

    t.is(await end(operator.child, 'SIGTERM'), 0);
    for (const token of [...Object.values(tokens), collectorToken]) t.false(operator.stderr().includes(token));
  });
}

for (const kind of clusterKinds) {
  test.serial(`${kind}: the end of stdin stops the operator, whose parent must have died`, async (t) => {
    t.timeout(60_000);
    const world = await rig(t, kind);
    const operator = await world.startOperator();
    const ended = new Promise((resolve) => operator.child.on('exit', resolve));
    operator.child.stdin?.end();
    t.is(await ended, 0);
  });
}

test('a setting that cannot be used is named', (t) => {
  const listening = { CLRK_LISTEN: '127.0.0.1:0', CLRK_READER_LISTEN: '[::1]:0' };
  t.throws(() => config({}), { message: /^CLRK_LISTEN: is not set/ });
  t.throws(() => config({ ...listening, CLRK_PROBE_LISTEN: 'nowhere' }), { message: /^CLRK_PROBE_LISTEN: nowhere is not host:port/ });
  t.throws(() => config({ ...listening, CLRK_SESSION_POD: 'a/b' }), { message: /^CLRK_SESSION_POD: a\/b is not namespace\/pool\/pod/ });
  t.throws(() => config({ ...listening, CLRK_SESSION_POD: 'a/b/c' }), { message: /^CLRK_WORKER_TOKEN_FILE: is not set/ });
  t.throws(() => config({ ...listening, CLRK_SESSION_POD: 'a/b/c', CLRK_WORKER_TOKEN_FILE: '/nowhere' }), { message: /^CLRK_WORKER_TOKEN_FILE: ENOENT/ });
  t.throws(() => config({ ...listening, CLRK_CERTIFICATE_SECONDS: '0' }), { message: /^CLRK_CERTIFICATE_SECONDS: 0 is no number/ });
  t.like(config({ ...listening, CLRK_PROBE_LISTEN: 'fe80::1:8081' }), { probe: { host: 'fe80::1', port: 8081 }, certificateSeconds: 3600, listenForReaders: { host: '::1', port: 0 } });
  t.throws(() => config({ CLRK_OTLP_FORWARD: 'ftp://x' }), { message: /^CLRK_OTLP_FORWARD: ftp:\/\/x is not/ });
});
