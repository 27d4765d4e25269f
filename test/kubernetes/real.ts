// Starts a real control plane for tests: etcd, kube-apiserver and, where wanted, the controllers that the embedded one has built in.
import { generateKeyPairSync } from 'node:crypto';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { writeKubeconfig } from '../../plugin/dev/kubeconfig.ts';
import type { Pki } from '../../plugin/dev/pki.ts';
import { freePort } from '../support/free-port.ts';
import type { Assets } from './assets.ts';

/** What a cluster's controllers do that the embedded server does itself. */
export const controllers: readonly string[] = ['garbage-collector-controller', 'namespace-controller', 'serviceaccount-controller', 'root-ca-certificate-publisher-controller'];

export interface RealOptions {
  readonly assets: Assets;
  /** Everything that it writes goes below. */
  readonly folder: string;
  readonly pki: Pki;
  /** The controllers of kube-controller-manager to run; none: it is not started. */
  readonly controllers?: readonly string[];
  /** Tests do not need the disk to have it; the bench does. */
  readonly durable?: boolean;
  readonly flags?: readonly string[];
}

export interface RealControlPlane {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** Of kube-apiserver, the present one. */
  apiserver(): ChildProcess;
  /** All that run. */
  processes(): readonly ChildProcess[];
  /** Kills kube-apiserver and starts it again on the same port with the same etcd. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A test run that is killed takes its servers with it, where the system can say so. */
const withParent: readonly string[] = spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0 ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [];

function start(file: string, flags: readonly string[], lines: string[]): ChildProcess {
  const [command = file, ...rest] = [...withParent, file, ...flags];
  const child = spawn(command, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lines.push(text);
    if (lines.length > 400) lines.splice(0, 200);
  });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const status = (agent: Agent, url: string): Promise<number> =>
  new Promise((resolve) => {
    request(url, { agent }, (answer) => answer.resume().on('end', () => resolve(answer.statusCode ?? 0))).on('error', () => resolve(0)).end();
  });

/** Waits for 200, for as long as all processes live, two minutes at most. */
async function serving(children: readonly ChildProcess[], url: string, { authority, admin }: Pki, lines: readonly string[]): Promise<void> {
  const agent = new Agent({ ca: authority.certificate, cert: admin.certificate, key: admin.key });
  const until = Date.now() + 120_000;
  try {
    while ((await status(agent, url)) !== 200) {
      if (children.some(({ exitCode }) => exitCode !== null)) throw new Error(`a part of it ended before it served:\n${lines.join('').slice(-4000)}`);
      if (Date.now() > until) throw new Error(`no answer at ${url}:\n${lines.join('').slice(-4000)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    agent.destroy();
  }
}

/** Ready when /readyz says so, which waits for the post-start hooks (RBAC roles, system namespaces). */
export async function startReal({ assets, folder, pki, controllers = [], durable = false, flags = [] }: RealOptions): Promise<RealControlPlane> {
  const lines: string[] = [];
  const others: ChildProcess[] = [];
  let apiserver: ChildProcess | undefined;
  const processes = (): readonly ChildProcess[] => [...others, ...(apiserver ? [apiserver] : [])];
  const stop = async (): Promise<void> => {
    for (const child of processes().toReversed()) await end(child);
  };
  mkdirSync(join(folder, 'etcd'), { recursive: true, mode: 0o700 });
  const [etcdPort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
  const etcd = `http://127.0.0.1:${etcdPort}`;
  const server = `https://127.0.0.1:${port}`;
  try {
    others.push(start(assets.etcd, [
      `--data-dir=${join(folder, 'etcd')}`, `--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`, `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`, `--initial-cluster=default=http://127.0.0.1:${peerPort}`, '--log-level=error', ...(durable ? [] : ['--unsafe-no-fsync']),
    ], lines));
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
    writeFileSync(join(folder, 'service-accounts.key'), privateKey, { mode: 0o600 });
    writeFileSync(join(folder, 'service-accounts.pub'), publicKey);
    const apiserverFlags = [
      `--etcd-servers=${etcd}`, '--bind-address=127.0.0.1', `--secure-port=${port}`, `--cert-dir=${join(folder, 'certificates')}`,
      `--tls-cert-file=${join(pki.folder, 'apiserver.crt')}`, `--tls-private-key-file=${join(pki.folder, 'apiserver.key')}`, `--client-ca-file=${join(pki.folder, 'ca.crt')}`,
      '--authorization-mode=RBAC', '--service-cluster-ip-range=10.0.0.0/24', '--service-account-issuer=https://kubernetes.default.svc', '--endpoint-reconciler-type=none',
      `--service-account-key-file=${join(folder, 'service-accounts.pub')}`, `--service-account-signing-key-file=${join(folder, 'service-accounts.key')}`, '--disable-admission-plugins=ServiceAccount', ...flags,
    ];
    const serve = async (): Promise<ChildProcess> => {
      apiserver = start(assets['kube-apiserver'], apiserverFlags, lines);
      await serving([...others, apiserver], `${server}/readyz`, pki, lines);
      return apiserver;
    };
    let current = await serve();
    if (controllers.length > 0) {
      const kubeconfig = join(folder, 'controllers.kubeconfig');
      writeKubeconfig(kubeconfig, { name: 'controllers', server, authority: pki.authority.certificate, client: pki.admin });
      others.push(start(assets['kube-controller-manager'], [
        `--kubeconfig=${kubeconfig}`, `--controllers=${controllers.join(',')}`, '--leader-elect=false', '--secure-port=0', `--root-ca-file=${join(pki.folder, 'ca.crt')}`,
        `--service-account-private-key-file=${join(folder, 'service-accounts.key')}`,
      ], lines));
    }
    const restart = async (): Promise<void> => {
      await end(current);
      current = await serve();
    };
    return { server, apiserver: () => current, processes, restart, stop };
  } catch (error) {
    await stop();
    throw new Error(`the real control plane did not start: ${(error as Error).message}`, { cause: error });
  }
}
