// Strangers and members who take more than their share at the operator's doors: others are not kept out, and memory stays bounded.
import test, { type ExecutionContext } from 'ava';
import { once } from 'node:events';
import { connect as connectPlainly } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { openReaderDoor } from '../../operator/serve/readers.ts';
import { logLimits, Ring } from '../../operator/serve/ring.ts';
import { telemetryStore } from '../../operator/serve/telemetry.ts';
import { sessionTokens } from '../../operator/trust/session-tokens.ts';
import { openProbe } from '../../proxy/probe.ts';
import { silent } from '../support/enrolment.ts';
import { clientOf, openDoors, podOf } from './newcomers.ts';
import { call, eventually, follow, tokens } from './rig.ts';

/** Opens connections from another address of this machine; resolves when no more than `max` of them are left. */
async function crowd(t: ExecutionContext, port: number, { count, max }: { readonly count: number; readonly max: number }): Promise<number> {
  const sockets = Array.from({ length: count }, () => connectPlainly({ host: '127.0.0.1', port, localAddress: '127.0.0.2' }).on('error', () => undefined).resume());
  t.teardown(() => sockets.forEach((socket) => socket.destroy()));
  await Promise.all(sockets.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])));
  return eventually(async () => sockets.filter((socket) => !socket.destroyed).length, (left) => left <= max);
}

test('one address cannot take all connections of a door or of a probe', async (t) => {
  t.timeout(60_000);
  const { address, ca } = await openDoors(t);
  await crowd(t, Number(new URL(address).port), { count: 300, max: 256 });
  t.is((await call(`${address}/v1/policy`, { ca })).status, 401, 'another address is answered');
  const probe = await openProbe({ host: '127.0.0.1', port: 0 }, () => undefined);
  t.teardown(probe.close);
  await crowd(t, Number(probe.address.split(':')[1]), { count: 100, max: 16 });
  t.is((await fetch(`http://${probe.address}/healthz`)).status, 200);
});

test('one pod cannot hold more streams than it needs, and another pod is not concerned', async (t) => {
  const { address, ca, trust } = await openDoors(t);
  const [greedy, other] = [clientOf(trust, 'proxy', podOf('pod-a')), clientOf(trust, 'proxy', podOf('pod-b'))];
  const streams = Array.from({ length: 32 }, () => follow(t, `${address}/v1/policy`, { ca, client: greedy }));
  await Promise.all(streams.map((stream) => stream.until(() => true)));
  t.is((await call(`${address}/v1/policy`, { ca, client: greedy })).status, 429);
  await follow(t, `${address}/v1/policy`, { ca, client: other }).until(() => true);
});

test('an address that asks for certificates again and again is told to wait, before anybody is asked about its tokens', async (t) => {
  const { address, ca } = await openDoors(t);
  const ask = (localAddress: string, token: string) => call(`${address}/v1/enrol`, { ca, token, method: 'POST', body: '{}', localAddress });
  const statuses = [];
  for (let count = 0; count < 100; count++) statuses.push((await ask('127.0.0.2', `made-up-${count}`)).status);
  t.true(statuses.includes(429));
  t.is((await ask('127.0.0.3', tokens.worker)).status, 400, 'a body without a key, and a token that is looked at');
});

test('a session is never resumed, and a handshake never repeated: neither could bring another certificate into a connection', async (t) => {
  const { address, ca, trust } = await openDoors(t);
  const { hostname: host, port } = new URL(address);
  const open = async (more: object): Promise<TLSSocket> => {
    const socket = connect({ host, port: Number(port), ca, ...clientOf(trust, 'proxy', podOf('pod-a')), ...more });
    t.teardown(() => socket.destroy());
    await once(socket, 'secureConnect');
    return socket.on('error', () => undefined);
  };
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const first = await open({ maxVersion });
    const sessions: Buffer[] = [];
    first.on('session', (session) => sessions.push(session));
    first.write('GET /v1/nothing HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(first, 'data');
    const session = sessions.at(-1) ?? first.getSession();
    t.false((await open({ maxVersion, session })).isSessionReused(), maxVersion);
  }
  const again = await open({ maxVersion: 'TLSv1.2' });
  const outcome = await new Promise((resolve) => {
    again.once('close', () => resolve('refused'));
    again.renegotiate({}, (error) => resolve(error ? 'refused' : 'renegotiated'));
  });
  t.is(outcome, 'refused');
});

test('readers who do not read cost no more than what they were sent', async (t) => {
  t.timeout(60_000);
  const { trust, ca } = await openDoors(t);
  const store = telemetryStore(undefined);
  const door = await openReaderDoor({ host: '127.0.0.1', port: 0, trust, tokens: sessionTokens(tokens, podOf('worker-0')), store, log: silent });
  t.teardown(door.close);
  const line = 'x'.repeat(64 * 1024);
  for (let count = 0; count < 60; count++) store.traces.add('DaemonAgent/default/echo-bot', { timeUnixMs: 1, iostream: undefined, json: JSON.stringify({ count, line }) });
  const used = (): number => process.memoryUsage().rss;
  const before = used();
  const { hostname: host, port } = new URL(door.address);
  for (let count = 0; count < 70; count++) {
    const socket = connect({ host, port: Number(port), ca }).on('error', () => undefined);
    t.teardown(() => socket.destroy());
    await once(socket, 'secureConnect');
    socket.pause();
    socket.write(`GET /v1/agents/DaemonAgent/default/echo-bot/traces?follow=true HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tokens.reader}\r\n\r\n`);
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const grown = Math.round((used() - before) / 1e6);
  t.true(grown < 110, `${grown} MB more`);
  t.is((await call(`${door.address}/v1/agents/DaemonAgent/default/echo-bot/logs`, { ca, token: tokens.reader })).status, 429, 'a namespace has its share of readers');
  t.is((await call(`${door.address}/v1/agents/DaemonAgent/other/echo-bot/logs`, { ca, token: tokens.reader })).status, 200);
});

test('a pod that invents agents displaces those of its own namespace, and says nothing about another', async (t) => {
  const ring = new Ring(logLimits);
  const entry = { timeUnixMs: 1, iostream: undefined, json: '{}' };
  ring.add('DaemonAgent/quiet/echo-bot', entry);
  for (let count = 0; count < 1000; count++) ring.add(`DaemonAgent/loud/agent-${count}`, entry);
  t.is(ring.entries('DaemonAgent/quiet/echo-bot').length, 1);
  t.is(ring.entries('DaemonAgent/loud/agent-0').length, 0);

  const { address, ca, trust } = await openDoors(t);
  const client = clientOf(trust, 'worker', podOf('worker-0'));
  const attributes = (given: Readonly<Record<string, string>>) => Object.entries(given).map(([key, value]) => ({ key, value: { stringValue: value } }));
  const status = async (resource: Readonly<Record<string, string>>, record: Readonly<Record<string, string>>): Promise<number> => {
    const body = JSON.stringify({ resourceLogs: [{ resource: { attributes: attributes(resource) }, scopeLogs: [{ logRecords: [{ timeUnixNano: '1767366245123000000', body: { stringValue: 'x' }, attributes: attributes(record) }] }] }] });
    return (await call(`${address}/v1/logs`, { ca, client, method: 'POST', headers: { 'content-type': 'application/json' }, body })).status;
  };
  const own = { 'agent.kind': 'DaemonAgent', 'agent.namespace': 'default', 'agent.name': 'echo-bot' };
  t.is(await status({}, own), 200);
  t.is(await status({ 'agent.namespace': 'elsewhere' }, own), 403, 'a collector may look at the resource');
  t.is(await status({}, { 'agent.namespace': 'elsewhere' }), 403, 'and at a record without a name');
});
