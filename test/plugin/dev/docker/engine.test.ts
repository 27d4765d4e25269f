import test from 'ava';
import { containerLogs, createContainer, getArchive, inspectContainer, putArchive, removeContainer, startContainer, stopContainer, waitContainer } from '../../../../plugin/dev/docker/containers.ts';
import { openEngine } from '../../../../plugin/dev/docker/engine.ts';
import { EngineError, isAway } from '../../../../plugin/dev/docker/errors.ts';
import { execInContainer } from '../../../../plugin/dev/docker/exec.ts';
import { canPull, inspectImage, loadImage, pullImage } from '../../../../plugin/dev/docker/images.ts';
import { createNetwork, createVolume, inspectNetwork, inspectVolume, removeNetwork, removeVolume } from '../../../../plugin/dev/docker/networks.ts';
import { firstFile, packTar } from '../../../../plugin/dev/docker/tar.ts';
import { imageOf } from '../../../../operator/install/names.ts';
import { startDocker } from '../../../support/docker.ts';
import { imageArchive } from '../../../support/images.ts';
import { played } from '../../../support/played-engine.ts';

test('a socket that is not there is told with what to do', async (t) => {
  const error = await t.throwsAsync(openEngine({ kind: 'socket', path: '/nonexistent/docker.sock' }), { instanceOf: EngineError, message: /unix:\/\/\/nonexistent\/docker\.sock cannot be used: there is no such socket/ });
  t.true(isAway(error));
  t.regex(error.hints.join(), /--cluster embedded/);
});

test('what answers and is no engine, is too old, or never answers is refused', async (t) => {
  const rows = [
    [await played(t, (_request, response) => response.end('<html>')), /is not JSON/],
    [await played(t, (_request, response) => response.end('{}')), /answers, but not as a Docker engine/],
    [await played(t, (_request, response) => response.end(JSON.stringify({ Version: '17', ApiVersion: '1.30' }))), /it is too old/],
    [await played(t, () => undefined), /it does not answer/],
    [await played(t, (request) => request.destroy()), /it closed the connection/],
  ] as const;
  for (const [path, message] of rows) await t.throwsAsync(openEngine({ kind: 'socket', path }, { withinMs: 1000 }), { message });
});

test('an answer without an end is cut off', async (t) => {
  const path = await played(t, (request, response) => {
    if (request.url === '/version') return response.end(JSON.stringify({ Version: '27', ApiVersion: '1.47' }));
    const more = (): void => void (response.destroyed || response.write(Buffer.alloc(1 << 20), more));
    more();
  });
  const engine = await openEngine({ kind: 'socket', path });
  t.teardown(() => engine.close());
  await t.throwsAsync(engine.ask({ path: '/info', doing: 'asking' }), { message: /more than 8388608 bytes/ });
});

test('containers, images, networks and volumes are made, used and removed in a real engine', async (t) => {
  t.timeout(180_000);
  const docker = await startDocker(t);
  if (!docker) return;
  const { engine } = docker;
  const image = imageOf('operator');
  t.is(await inspectImage(engine, image), undefined);
  t.regex((await canPull(engine, 'localhost:1/none:1', { withinMs: 5000 })) ?? '', /refused/);
  await t.throwsAsync(pullImage(engine, 'localhost:1/none:1', { tell: () => undefined }), { message: /pulling localhost:1\/none:1: .*refused/ });
  t.regex((await loadImage(engine, await imageArchive('operator'))).join(), /clrk-operator/);
  t.is((await inspectImage(engine, image))?.architecture, 'amd64');

  await createVolume(engine, 'state', { mark: 'one' });
  t.is((await inspectVolume(engine, 'state'))?.Labels?.['mark'], 'one');
  await createNetwork(engine, 'net', { Driver: 'bridge' });
  t.truthy((await inspectNetwork(engine, 'net'))?.IPAM.Config?.[0]?.Gateway);

  const script = 'console.log("out"); console.error("err"); process.on("SIGTERM", () => process.exit(7)); setInterval(() => undefined, 1000)';
  await createContainer(engine, 'one', { Image: image, User: '0', Entrypoint: ['/usr/local/bin/node', '-e', script], HostConfig: { NetworkMode: 'net', Binds: ['state:/state'] } });
  await t.throwsAsync(createContainer(engine, 'one', { Image: image }), { message: /already in use/ });
  await putArchive(engine, 'one', { folder: '/state', archive: packTar([{ path: `deep/${'n'.repeat(150)}`, bytes: Buffer.from('kept'), mode: 0o640 }]) });
  await startContainer(engine, 'one');
  await startContainer(engine, 'one');
  t.true((await inspectContainer(engine, 'one'))?.State.Running);
  t.is(firstFile((await getArchive(engine, 'one', { path: `/state/deep/${'n'.repeat(150)}` })) ?? Buffer.alloc(0))?.toString(), 'kept');
  t.is(await getArchive(engine, 'one', { path: '/nothing' }), undefined);
  t.deepEqual(await execInContainer(engine, 'one', ['/usr/local/bin/node', '-e', 'console.log(1); console.error(2); process.exit(3)']), { code: 3, stdout: '1\n', stderr: '2\n' });

  const said = new Map<string, string>();
  for await (const { stream, bytes } of containerLogs(engine, 'one', { follow: true })) {
    said.set(stream, `${said.get(stream) ?? ''}${bytes.toString()}`);
    if (said.size === 2) break;
  }
  t.deepEqual([said.get('stdout'), said.get('stderr')], ['out\n', 'err\n']);

  const ended = waitContainer(engine, 'one');
  t.true(await stopContainer(engine, 'one', { graceSeconds: 10 }));
  t.is(await ended, 7);
  t.deepEqual([await removeContainer(engine, 'one'), await removeContainer(engine, 'one'), await stopContainer(engine, 'one', { graceSeconds: 1 })], [true, false, false]);
  t.deepEqual([await removeNetwork(engine, 'net'), await removeNetwork(engine, 'net'), await removeVolume(engine, 'state'), await inspectVolume(engine, 'state')], [true, false, true, undefined]);
});
