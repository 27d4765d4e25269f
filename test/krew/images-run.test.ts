// Each image as a container under a real Docker engine: it starts, answers, refuses bad configuration, and stops when told to.
import anyTest, { type TestFn } from 'ava';
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { imageOf, podPaths, ports, users, type ImageName } from '../../operator/install/names.ts';
import { containerLogs, inspectContainer, stopContainer, waitContainer } from '../../plugin/dev/docker/containers.ts';
import { execInContainer } from '../../plugin/dev/docker/exec.ts';
import { inspectImage, loadImage } from '../../plugin/dev/docker/images.ts';
import { issueCertificate } from '../../proxy/x509/issue.ts';
import { clusterKinds, startCluster } from '../support/cluster.ts';
import { openDocker, sayLacking } from '../support/docker.ts';
import { imageArchive } from '../support/images.ts';
import { lendPort } from '../support/lend-port.ts';
import { asked, ready, rightsOf, run, written } from './containers.ts';

type Docker = NonNullable<Awaited<ReturnType<typeof openDocker>>>;
const test = anyTest as TestFn<{ readonly docker: Docker | undefined }>;
const images: readonly ImageName[] = ['operator', 'proxy', 'sandbox'];
const files = mkdtempSync(join(tmpdir(), 'clrk-images-'));
const authority = issueCertificate({ subject: 'test', usage: 'ca', days: 1 });
const identity = `${files}:${podPaths.identity}`;

test.before(async (t) => {
  const docker = await openDocker();
  t.context = { docker };
  const content = { 'ca.crt': authority.certificate, token: 'a-token-0123456789' };
  for (const [name, text] of Object.entries(content)) writeFileSync(join(files, name), text);
  chmodSync(files, 0o755);
  if (docker) for (const name of images) await loadImage(docker.engine, await imageArchive(name));
});
test.after.always(async (t) => {
  await t.context.docker?.stop();
  rmSync(files, { recursive: true, force: true });
});

/** Of worker and proxy: an operator that is away is waited for. */
const identified = {
  POD_NAME: 'pod', POD_NAMESPACE: 'default', CLRK_OPERATOR_URL: 'https://127.0.0.1:9', CLRK_OPERATOR_CA_FILE: `${podPaths.identity}/ca.crt`,
  CLRK_OPERATOR_TOKEN_FILE: `${podPaths.identity}/token`, CLRK_PROXY_SOCKET_DIR: podPaths.sockets,
};

for (const name of images) {
  test.serial(`${name}: without its configuration it ends with code 2 and one line that names a variable`, async (t) => {
    const { docker } = t.context;
    if (docker === undefined) return sayLacking(t);
    const container = await run(t, docker.engine, { name });
    t.is(await waitContainer(docker.engine, container), 2);
    const { stdout, stderr } = await written(docker.engine, container);
    t.is(stdout, '');
    t.regex(stderr, /^[^\n]*\b(CLRK|POD)_[A-Z_]+\b[^\n]*\n$/);
  });
}

test.serial('the engine knows each image by its name, its user and its labels', async (t) => {
  const { docker } = t.context;
  if (docker === undefined) return sayLacking(t);
  const user: Readonly<Record<ImageName, string>> = { operator: `${users.operator}:${users.operator}`, proxy: `${users.proxy}:${users.group}`, sandbox: `${users.worker}:${users.group}` };
  for (const name of images) {
    t.is((await inspectImage(docker.engine, imageOf(name)))?.architecture, 'amd64');
    const { Config } = await docker.engine.ask<{ readonly Config: { readonly User: string; readonly Labels: Readonly<Record<string, string>> } }>({ path: `/images/${imageOf(name)}/json`, doing: 'looking at an image' });
    t.is(Config.User, user[name]);
    t.is(Config.Labels['org.opencontainers.image.licenses'], 'Apache-2.0');
    t.is(Config.Labels['clrk.apoxy.dev/sbom'], '/clrk/sbom.cdx.json');
  }
});

test.serial('containerd, which Kubernetes uses, takes each archive under its name', async (t) => {
  const { docker } = t.context;
  if (docker === undefined) return sayLacking(t);
  const ctr = (...words: readonly string[]) => promisify(execFile)('ctr', ['--address', join(dirname(docker.socket), 'exec/containerd/containerd.sock'), '--namespace', 'k8s.io', 'images', ...words]);
  for (const name of images) await ctr('import', await imageArchive(name));
  const names = (await ctr('list', '--quiet')).stdout.split('\n');
  for (const name of images) t.true(names.includes(imageOf(name)), name);
});

test.serial('proxy: it serves its sockets as an ordinary user without any right, and stops with code 0', async (t) => {
  const { docker } = t.context;
  if (docker === undefined) return sayLacking(t);
  const { engine } = docker;
  const container = await run(t, engine, { name: 'proxy', mounts: [identity], env: { ...identified, CLRK_PROBE_LISTEN: `127.0.0.1:${ports.proxyProbe}` } });
  await ready(engine, container);
  t.is((await asked(engine, container, `http://127.0.0.1:${ports.proxyProbe}/healthz`)).status, 200);
  t.deepEqual(await asked(engine, container, `http://127.0.0.1:${ports.proxyProbe}/readyz`), { status: 503, text: 'waiting for the first policy\n' });
  t.deepEqual(await rightsOf(engine, container), { uid: users.proxy, gid: users.group, capabilities: '0000000000000000', noNewPrivileges: '1', seccomp: '2', writable: [podPaths.sockets] });
  await stopContainer(engine, container, { graceSeconds: 10 });
  t.is((await inspectContainer(engine, container))?.State.ExitCode, 0);
});

test.serial('sandbox: without any right and with /proc masked it finds gVisor and steers every port, and stops with code 0', async (t) => {
  const { docker } = t.context;
  if (docker === undefined) return sayLacking(t);
  const { engine } = docker;
  const env = { ...identified, CLRK_STATE_DIR: podPaths.workerState, CLRK_RUN_DIR: podPaths.workerRun, CLRK_PROBE_LISTEN: `127.0.0.1:${ports.workerProbe}` };
  const container = await run(t, engine, { name: 'sandbox', mounts: [identity], env });
  const { runtime } = (await ready(engine, container)) as { readonly runtime: { readonly name: string; readonly interception: string } };
  t.like(runtime, { name: 'gvisor', interception: 'tproxy' });
  t.is((await asked(engine, container, `http://127.0.0.1:${ports.workerProbe}/healthz`)).status, 200);
  t.deepEqual(await asked(engine, container, `http://127.0.0.1:${ports.workerProbe}/readyz`), { status: 503, text: 'waiting for the operator\n' });
  const rights = await rightsOf(engine, container);
  t.like(rights, { gid: users.group, noNewPrivileges: '1', seccomp: '2' });
  t.deepEqual(rights.writable, [podPaths.sockets, podPaths.workerRun, podPaths.workerState].toSorted());
  const { stdout } = await execInContainer(engine, container, ['/usr/bin/sh', '-c', 'while read -r line; do case $line in Uid*|CapBnd*) echo "$line";; esac; done < /proc/self/status']);
  t.regex(stdout, /Uid:\s+1000\s/);
  t.regex(stdout, /CapBnd:\s+0000000000000000/);
  await stopContainer(engine, container, { graceSeconds: 15 });
  t.is((await inspectContainer(engine, container))?.State.ExitCode, 0);
});

test.serial('sandbox: a runtime that needs a /proc of its own is refused where it is masked, and not replaced', async (t) => {
  const { docker } = t.context;
  if (docker === undefined) return sayLacking(t);
  const env = { ...identified, CLRK_STATE_DIR: podPaths.workerState, CLRK_RUN_DIR: podPaths.workerRun, CLRK_SANDBOX: 'bubblewrap' };
  const container = await run(t, docker.engine, { name: 'sandbox', mounts: [identity], env });
  t.is(await waitContainer(docker.engine, container), 2);
  t.regex((await written(docker.engine, container)).stderr, /^clrk-worker: CLRK_SANDBOX: bubblewrap: .*\n$/);
});

test.serial('operator: it works for a real API server as an ordinary user without any right, and stops with code 0', async (t) => {
  const { docker } = t.context;
  if (docker === undefined) return sayLacking(t);
  const { engine, pid } = docker;
  const cluster = await startCluster(t, { kind: clusterKinds.at(-1) ?? 'embedded' });
  const back = await lendPort(pid, Number(new URL(cluster.server).port));
  t.teardown(back);
  const folder = mkdtempSync(join(tmpdir(), 'clrk-images-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'kubeconfig'), readFileSync(cluster.kubeconfig), { mode: 0o644 });
  const env = {
    KUBECONFIG: '/etc/clrk/kubeconfig', POD_NAME: 'clrk-operator-1', POD_NAMESPACE: 'clrk',
    CLRK_LISTEN: `127.0.0.1:${ports.door}`, CLRK_READER_LISTEN: `127.0.0.1:${ports.reader}`, CLRK_PROBE_LISTEN: `127.0.0.1:${ports.operatorProbe}`,
  };
  const container = await run(t, engine, { name: 'operator', network: 'host', mounts: [`${folder}:/etc/clrk`], env });
  await ready(engine, container);
  for (const path of ['healthz', 'readyz']) t.is((await asked(engine, container, `http://127.0.0.1:${ports.operatorProbe}/${path}`)).status, 200, path);
  t.deepEqual(await rightsOf(engine, container), { uid: users.operator, gid: users.operator, capabilities: '0000000000000000', noNewPrivileges: '1', seccomp: '2', writable: [] });
  const lines: string[] = [];
  await stopContainer(engine, container, { graceSeconds: 10 });
  for await (const { bytes } of containerLogs(engine, container)) lines.push(bytes.toString());
  t.is((await inspectContainer(engine, container))?.State.ExitCode, 0, lines.join(''));
});
