// Plays `k3s server` in the tests' node image: starts the real parts of a Kubernetes node, keeps them together, ends when one of them does.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { readArguments } from './arguments.ts';
import { openCredentials, type Credentials } from './certificates.ts';
import { writeConfiguration } from './configuration.ts';
import { readyGround } from './ground.ts';
import { nameServer } from './name-server.ts';
import { apiserver, containerd, etcd, others, type Part } from './parts.ts';
import { paths } from './paths.ts';

const say = (line: string): void => void process.stderr.write(`${new Date().toISOString()} ${line}\n`);
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const running: ChildProcess[] = [];

/** etcd closes its files; all else may end as it likes. */
function stop(code: number): void {
  const [store, ...rest] = running;
  for (const child of running) child.removeAllListeners('exit');
  for (const child of rest) child.kill('SIGKILL');
  if (!store || store.exitCode !== null || store.signalCode !== null) process.exit(code);
  store.once('exit', () => process.exit(code)).kill('SIGTERM');
}

function start({ name, file, flags }: Part): void {
  const child = spawn(file, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => say(`${name}: ${line}`));
  child.once('error', (error) => say(`${name}: ${error.message}`));
  child.once('exit', (code, signal) => {
    say(`${name} ended (${signal ?? code}), and with it the node`);
    stop(1);
  });
  running.push(child);
}

async function serves(port: number, credentials: Credentials): Promise<void> {
  const { certificate, key } = credentials.pair('admin');
  const agent = new Agent({ ca: readFileSync(credentials.authority), cert: readFileSync(certificate), key: readFileSync(key) });
  const answer = (): Promise<number> => new Promise((resolve) => {
    request(`https://127.0.0.1:${port}/readyz`, { agent }, (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0))).on('error', () => resolve(0)).end();
  });
  while ((await answer()) !== 200) await wait(100);
  agent.destroy();
}

async function run(file: string, words: readonly string[], input = ''): Promise<void> {
  const child = spawn(file, words, { stdio: 'pipe' });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => say(`${basename(file)}: ${line}`));
  child.stdin.end(input);
  const [status] = (await once(child, 'close')) as [number];
  if (status !== 0) say(`${file} ${words.join(' ')} ended with ${status}`);
}

async function importImages(): Promise<void> {
  while (spawnSync('ctr', ['version']).status !== 0) await wait(100);
  mkdirSync(paths.images, { recursive: true });
  for (const folder of [paths.ownImages, paths.images]) {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.tar'))) await run('ctr', ['images', 'import', join(folder, file)]);
  }
}

async function serve(): Promise<void> {
  const settings = readArguments(process.argv.slice(2), process.env, hostname());
  const { address, resolvConf, forwards } = readyGround();
  const credentials = openCredentials(paths.tls, settings, address);
  if (!existsSync(paths.token)) writeFileSync(paths.token, `${settings.token ?? randomBytes(16).toString('hex')}\n`, { mode: 0o600 });
  const files = writeConfiguration(settings, credentials, resolvConf);
  start(etcd);
  start(containerd(files));
  start(apiserver(settings, credentials, address));
  await Promise.all([serves(settings.port, credentials), importImages()]);
  // k3d waits for these words.
  say('k3s is up and running');
  for (const part of others(settings, credentials, files, address)) start(part);
  if (!settings.disabled.includes('coredns')) await run(join(paths.programs, 'kubectl'), ['--kubeconfig', credentials.kubeconfig('admin'), 'apply', '-f', '-'], JSON.stringify(nameServer(settings, forwards)));
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop(0));
serve().catch((error: unknown) => {
  process.stderr.write(`k3s: ${(error as Error).message}\n`);
  stop(1);
});
