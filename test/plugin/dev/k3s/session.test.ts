// A whole session with its cluster in Docker: a real engine, and a node of the real Kubernetes that keeps k3s's contract.
import test, { type ExecutionContext } from 'ava';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createContainer, inspectContainer, removeContainer } from '../../../../plugin/dev/docker/containers.ts';
import type { Engine } from '../../../../plugin/dev/docker/engine.ts';
import { inspectNetwork, inspectVolume } from '../../../../plugin/dev/docker/networks.ts';
import { Home, manifests, root, Session } from '../../../e2e/session.ts';
import { startDocker } from '../../../support/docker.ts';
import { imageArchive } from '../../../support/images.ts';
import { importNodeImage, lacksNodeImage } from '../../../support/node-image.ts';

const container = 'k3d-clrk-dev-server-0';
const images = ['operator', 'proxy', 'sandbox'] as const;

interface Place {
  readonly home: Home;
  readonly engine: Engine;
  readonly env: NodeJS.ProcessEnv;
  readonly image: string;
}

/** The archives of our images lie where a checkout has them. */
async function placeImages(t: ExecutionContext): Promise<void> {
  const folder = join(root, 'dist/images');
  mkdirSync(folder, { recursive: true });
  for (const name of images) {
    const from = await imageArchive(name);
    const to = join(folder, basename(from));
    if (!existsSync(to)) {
      copyFileSync(from, to);
      t.teardown(() => rmSync(to, { force: true }));
    }
  }
}

async function place(t: ExecutionContext): Promise<Place | undefined> {
  const lack = lacksNodeImage();
  if (lack !== undefined) {
    if (process.env['CLRK_REQUIRE_KUBERNETES']) throw new Error(`no image of a node: ${lack}`);
    t.log(`not run: ${lack}`);
    t.pass();
    return undefined;
  }
  const docker = await startDocker(t, { network: 'host' });
  if (!docker) return undefined;
  await placeImages(t);
  const home = new Home();
  t.teardown(() => home.remove());
  return { home, engine: docker.engine, env: { DOCKER_HOST: `unix://${docker.socket}`, ANTHROPIC_API_KEY: 'sk-ant-made-up' }, image: await importNodeImage(docker.engine) };
}

function start(t: ExecutionContext, { home, env, image }: Place, args: readonly string[] = []): Session {
  const session = new Session(home, ['--k3s-image', image, ...args], env);
  t.teardown(() => session.stop('SIGTERM'));
  return session;
}

const clrk = ({ home, env }: Place, ...args: string[]) => home.command(join(root, 'dist/kubectl-clrk'), args, env);
const isUp = async ({ engine }: Place): Promise<boolean> => (await inspectContainer(engine, container))?.State.Running === true;
const agent = ['--offline', '--apply', manifests, '--secret', 'anthropic-credentials=ANTHROPIC_API_KEY:api-key'];

test.serial('a session with its cluster in Docker runs the first agent, survives what befalls its container, and is gone on with', async (t) => {
  t.timeout(600_000);
  const at = await place(t);
  if (!at) return;
  const { home, engine } = at;

  const first = start(t, at, agent);
  await first.until(new RegExp(`${container}.* ready`), 0, 120_000);
  await first.until(/POST api\.anthropic\.com\/v1\/messages 200/, 0, 180_000);
  const ready = await clrk(at, 'dev', 'wait-ready', '--timeout', '60s');
  t.is(ready.stdout, 'clrk dev ready\n', ready.stderr);
  const status = await clrk(at, 'dev', 'status', '-o', 'json');
  const components = JSON.parse(status.stdout) as readonly { readonly name: string; readonly ready: boolean }[];
  t.deepEqual(components.map(({ name }) => name), [container, 'controller-manager', 'worker-0', 'egress-proxy']);
  t.true(components.every((one) => one.ready), status.stdout);
  t.regex(readFileSync(join(home.clrk, 'kubeconfig'), 'utf8'), /https:\/\/k3d-clrk-dev-server-0:6443/);
  t.regex(readFileSync(home.kubeconfig, 'utf8'), /https:\/\/localhost:\d+/);
  t.is((await inspectNetwork(engine, 'k3d-clrk-dev'))?.Labels?.['k3d.cluster'], 'clrk-dev');
  t.regex((await clrk(at, 'dev', 'logs', 'controller-manager')).stdout, /READY/);
  const second = await clrk(at, 'dev', '--no-tui');
  t.is(second.code, 1);
  t.regex(second.stderr, /another dev session holds/);
  t.regex((await clrk(at, 'dev', 'reload', 'controller-manager')).stdout, /controller-manager reloaded/);

  await removeContainer(engine, container);
  await first.until(/it was removed, and is started again/, 0, 60_000);
  t.regex((await clrk(at, 'dev', 'wait-ready', '--timeout', '120s')).stdout, /ready/, first.text);
  const kept = await home.kubectl('get', 'daemonagent', 'echo-bot', '-o', 'name');
  t.regex(kept.stdout, /echo-bot/, kept.stderr);

  first.process.kill('SIGKILL');
  await first.exit;
  t.true(await isUp(at), 'the cluster outlives a session that is killed');
  const created = (await inspectContainer(engine, container))?.Created;

  const drifted = await clrk(at, 'dev', '--no-tui', '--k3s-image', `${at.image.split(':')[0] ?? ''}:other`);
  t.is(drifted.code, 1);
  t.regex(drifted.stderr, /is not there, and cannot be pulled/);

  const again = start(t, at);
  await again.until(/export KUBECONFIG=/, 0, 120_000);
  t.is((await inspectContainer(engine, container))?.Created, created, 'the same container is gone on with');
  t.is(await again.stop('SIGINT'), 0, again.text);
  t.false(await isUp(at), 'Ctrl-C stops it');
  t.truthy(await inspectVolume(engine, 'k3d-clrk-dev-state'), 'and the state stays');

  rmSync(home.clrk, { recursive: true });
  const anew = start(t, at);
  await anew.until(/is gone: a clean slate/, 0, 30_000);
  await anew.until(/export KUBECONFIG=/, 0, 120_000);
  t.is((await home.kubectl('get', 'daemonagents', '-o', 'name')).stdout, '', 'nothing of before is there');
  t.is(await anew.stop('SIGINT'), 0, anew.text);
});

test.serial('what is in the way of a cluster in Docker is told before anything is changed', async (t) => {
  t.timeout(180_000);
  const at = await place(t);
  if (!at) return;
  const { engine, image } = at;
  await createContainer(engine, container, { Image: image, Cmd: ['server'] });
  const stranger = await clrk(at, 'dev', '--no-tui', '--k3s-image', image);
  t.is(stranger.code, 1);
  t.regex(stranger.stderr, /the engine has a container k3d-clrk-dev-server-0 that is not of kubectl clrk/);
  await removeContainer(engine, container);

  const early = start(t, at);
  await early.until(/starting \((creating|starting) the container\)/, 0, 60_000);
  t.is(await early.stop('SIGINT'), 130, early.text);
  t.false(await isUp(at), 'Ctrl-C while it starts leaves nothing running');

  const drift = start(t, at);
  await drift.until(/export KUBECONFIG=/, 0, 120_000);
  await drift.stop('SIGINT');
  await engine.ask({ method: 'POST', path: `/images/${image}/tag`, query: { repo: image.split(':')[0], tag: 'v1.35.5' }, doing: 'tagging' });
  const other = `${image.split(':')[0] ?? ''}:v1.35.5`;
  const refused = await clrk(at, 'dev', '--no-tui', '--k3s-image', other);
  t.is(refused.code, 1);
  t.regex(refused.stderr, /was made .* with image clrk\.test\/k3s:v1\.35\.4 .* now it is image clrk\.test\/k3s:v1\.35\.5/);
  t.regex(refused.stderr, /--force-recreate/);
  const forced = new Session(at.home, ['--k3s-image', other, '--force-recreate'], at.env);
  t.teardown(() => forced.stop('SIGTERM'));
  await forced.until(/export KUBECONFIG=/, 0, 120_000);
  t.is((await inspectContainer(engine, container))?.Config.Image, other);
  t.is(await forced.stop('SIGINT'), 0, forced.text);
});

test('without an engine, or with one on another machine, a cluster in Docker is refused, and dev alone takes the embedded one', async (t) => {
  const home = new Home();
  t.teardown(() => home.remove());
  const asked = (DOCKER_HOST: string) => home.command(join(root, 'dist/kubectl-clrk'), ['dev', '--no-tui', '--cluster', 'k3s'], { DOCKER_HOST });
  const none = await asked('unix:///nonexistent/docker.sock');
  t.is(none.code, 1);
  t.regex(none.stderr, /the Docker engine at unix:\/\/\/nonexistent\/docker\.sock cannot be used: there is no such socket\nhint: start Docker, or run without it: --cluster embedded/);
  const elsewhere = await asked('tcp://engine.example:2375');
  t.regex(elsewhere.stderr, /the Docker engine at tcp:\/\/engine\.example:2375 runs on another machine/);
  t.regex((await home.clrkCommand('dev', 'status')).stderr, /no dev session has run with the state folder/);
  const usual = new Session(home, []);
  t.teardown(() => usual.stop('SIGTERM'));
  await usual.until(/embedded cluster, state in/);
  await usual.until(/export KUBECONFIG=/);
  t.regex((await home.clrkCommand('dev', 'wait-ready', '--timeout', '60s')).stdout, /clrk dev ready/);
  t.regex((await home.clrkCommand('dev', 'status')).stdout, /apiserver +running +yes/);
  for (const words of [['logs'], ['reload', 'worker']]) t.regex((await home.clrkCommand('dev', ...words)).stderr, /is for a session with its cluster in Docker/);
  t.is(await usual.stop('SIGINT'), 0, usual.text);
});
