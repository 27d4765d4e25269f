// The operator's door: who may do what, what is refused, and what readers see of an agent.
import test from 'ava';
import type { ExecutionContext } from 'ava';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { config } from '../../operator/config.ts';
import { clusterKinds } from '../support/cluster.ts';
import { call, end, follow, rig, start, tokens, type Rig, type Running } from './rig.ts';

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

    t.is(await statusOf('/healthz'), 200);
    t.is(await statusOf('/readyz'), 200);
    t.is(await statusOf('/v1/policy?proxy=p'), 401);
    t.is(await statusOf('/v1/policy?proxy=p', { token: 'proxy-token-0123456789x' }), 401);
    t.is(await statusOf('/v1/policy?proxy=p', { token: tokens.worker }), 403);
    t.is(await statusOf('/v1/orders?pool=a%2Fb&worker=w', { token: tokens.proxy }), 403);
    t.is(await statusOf('/v1/agents/DaemonAgent/default/echo-bot/logs', { token: tokens.worker }), 403);
    t.is(await statusOf('/v1/orders', { token: tokens.worker }), 400);
    t.is(await statusOf('/v1/nothing', { token: tokens.worker }), 404);
    t.is(await statusOf('/v1/status', { token: tokens.worker, method: 'DELETE' }), 405);
    t.is(await statusOf('/v1/status', { token: tokens.worker, method: 'PUT', body: '{"worker":' }), 400);
    t.is(await statusOf('/v1/policy/status', { token: tokens.proxy, method: 'PUT', body: 'x'.repeat(10_000) }), 413);

    // Telemetry comes in with gzip, goes on byte for byte, and is found under its agent.
    const zipped = gzipSync(logs('hello', [attribute('log.iostream', 'stdout')]));
    t.is(await statusOf('/v1/logs', { token: tokens.worker, method: 'POST', headers: { ...asJson, 'content-encoding': 'gzip' }, body: zipped }), 200);
    const forwarded = await sink.first;
    t.deepEqual([forwarded.path, forwarded.encoding, forwarded.body.equals(zipped)], ['/v1/logs', 'gzip', true]);
    t.is(forwarded.authorization, `Bearer ${collectorToken}`);
    t.is(await statusOf('/v1/logs', { token: tokens.proxy, method: 'POST', headers: asJson, body: logs('a call') }), 200);
    t.is(await statusOf('/v1/logs', { token: tokens.proxy, method: 'POST', headers: asJson, body: logs('of another', [], 'other') }), 200);
    t.is(await statusOf('/v1/logs', { token: tokens.proxy, method: 'POST', headers: { 'content-type': 'application/x-protobuf' }, body: 'x' }), 415);
    t.is(await statusOf('/v1/logs', { token: tokens.proxy, method: 'POST', headers: asJson, body: 'nonsense' }), 400);
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    t.is(await statusOf('/v1/logs', { token: tokens.proxy, method: 'POST', headers: { ...asJson, 'content-encoding': 'gzip' }, body: bomb }), 413);

    const read = async (query: string): Promise<readonly string[]> => (await call(`${at}/v1/agents/DaemonAgent/default/echo-bot/logs${query}`, { ca, token: tokens.reader })).text.split('\n').filter(Boolean).map((line) => (JSON.parse(line) as { body: string }).body);
    t.deepEqual(await read(''), ['hello', 'a call']);
    t.deepEqual(await read('?tail=1'), ['a call']);
    t.deepEqual(await read('?iostream=stdout'), ['hello']);
    t.deepEqual(await read('?since=2026-06-01T00:00:00Z'), []);
    t.is(await statusOf('/v1/agents/DaemonAgent/default/echo-bot/logs?tail=x', { token: tokens.reader }), 400);
    t.is(await statusOf('/v1/agents/DaemonAgent/default/echo-bot/secrets', { token: tokens.reader }), 404);

    const following = follow<{ body: string }>(t, `${at}/v1/agents/DaemonAgent/default/echo-bot/logs?follow=true&tail=1`, { ca, token: tokens.reader });
    await following.until(({ body }) => body === 'a call');
    await call(`${at}/v1/logs`, { ca, token: tokens.worker, method: 'POST', headers: asJson, body: logs('later') });
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
  t.throws(() => config({}), { message: /^CLRK_WORKER_TOKEN_FILE: is not set/ });
  t.throws(() => config({ CLRK_WORKER_TOKEN_FILE: '/nowhere' }), { message: /^CLRK_WORKER_TOKEN_FILE: ENOENT/ });
  t.throws(() => config({ CLRK_OTLP_FORWARD: 'ftp://x' }), { message: /^CLRK_OTLP_FORWARD: ftp:\/\/x is not/ });
});
