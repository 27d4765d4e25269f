// Whatever answers in an engine's place, and whatever others have there under our names, is met with words and within bounds.
import test, { type ExecutionContext } from 'ava';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectContainer } from '../../../../plugin/dev/docker/containers.ts';
import { isLocal } from '../../../../plugin/dev/docker/endpoint.ts';
import { openEngine, type Engine } from '../../../../plugin/dev/docker/engine.ts';
import { EngineError } from '../../../../plugin/dev/docker/errors.ts';
import { inspectNetwork } from '../../../../plugin/dev/docker/networks.ts';
import { lastWords } from '../../../../plugin/dev/k3s/await-api.ts';
import { stateIdOf } from '../../../../plugin/dev/k3s/identity.ts';
import { siteOf } from '../../../../plugin/dev/k3s/site.ts';
import { clearNetwork, survey } from '../../../../plugin/dev/k3s/survey.ts';
import { played } from '../../../support/played-engine.ts';

type Answers = Readonly<Record<string, object>>;

/** Answers each path below the version with its value, and 404 else. */
async function engineOf(t: ExecutionContext, answers: Answers): Promise<{ readonly engine: Engine; readonly asked: string[] }> {
  const asked: string[] = [];
  const path = await played(t, ({ url = '', method = '' }, response) => {
    if (url === '/version') return response.end(JSON.stringify({ Version: '27', ApiVersion: '1.44' }));
    const value = answers[url.replace(/^\/v[\d.]+/, '')];
    asked.push(`${method} ${url.replace(/^\/v[\d.]+/, '')}`);
    return response.writeHead(value === undefined ? 404 : 200).end(JSON.stringify(value ?? { message: 'no such thing' }));
  });
  const engine = await openEngine({ kind: 'socket', path });
  t.teardown(() => engine.close());
  return { engine, asked };
}

test('an answer that is JSON and no container or network is told as that', async (t) => {
  for (const body of [{}, [], { Id: 'x' }, { Id: 'x', State: {}, Config: {} }]) {
    const { engine } = await engineOf(t, { '/containers/one/json': body, '/networks/net': body });
    await t.throwsAsync(inspectContainer(engine, 'one'), { instanceOf: EngineError, message: 'looking at container one: the engine answered with something else' });
    await t.throwsAsync(inspectNetwork(engine, 'net'), { instanceOf: EngineError, message: 'looking at network net: the engine answered with something else' });
  }
});

test('the last words of a container that never ends are cut off', async (t) => {
  const path = await played(t, (request, response) => {
    if (request.url === '/version') return response.end(JSON.stringify({ Version: '27', ApiVersion: '1.44' }));
    const piece = Buffer.alloc(8 + 16_384, 'x');
    piece.writeUInt32BE(0x01_00_00_00, 0);
    piece.writeUInt32BE(16_384, 4);
    const more = (): void => void (response.destroyed || response.write(piece, more));
    return more();
  });
  const engine = await openEngine({ kind: 'socket', path });
  t.teardown(() => engine.close());
  t.true((await lastWords(engine, 'one')).join('').length <= 1 << 18);
});

test('a network of our name that somebody else made is not joined and not removed', async (t) => {
  const stateDir = '/nonexistent/.clrk';
  const identity = { stateId: 'mine', token: 't', nodePassword: 'p', telemetryToken: 'o' };
  const { engine, asked } = await engineOf(t, { '/networks/k3d-clrk-dev': { Id: 'n', IPAM: {}, Labels: { app: 'k3d' } } });
  const site = siteOf(engine, identity, { stateDir, home: '/nonexistent', image: 'k3s:1' });
  await t.throwsAsync(survey(site), { message: 'the engine has a network k3d-clrk-dev that is not of kubectl clrk' });
  await clearNetwork(site);
  t.false(asked.some((line) => line.startsWith('DELETE')));
});

test('the state folder that a container names is not read where it leads to a pipe or a device', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-named-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, lay] of [['pipe', (at: string) => execFileSync('mkfifo', [at])], ['device', (at: string) => symlinkSync('/dev/zero', at)]] as const) {
    mkdirSync(join(folder, name, 'k3s'), { recursive: true });
    lay(join(folder, name, 'k3s/state-id'));
    t.deepEqual(stateIdOf(join(folder, name)), { kind: 'unreadable' });
  }
});

test('a host whose name begins like a loopback address is another machine', (t) => {
  t.false(isLocal({ kind: 'tcp', host: '127.example.com', port: 2375 }));
});
