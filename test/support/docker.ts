// A real Docker engine for tests: started by hand with folders, socket and namespaces of its own, and gone with all it made.
import type { ExecutionContext } from 'ava';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEngine, type Engine } from '../../plugin/dev/docker/engine.ts';
import { removeControlGroups, rulesOfHost } from './docker-litter.ts';

export interface TestEngine {
  readonly engine: Engine;
  /** For DOCKER_HOST: `unix://` before it. */
  readonly socket: string;
  /** In whose network namespace the engine is. */
  readonly pid: number;
}

export interface DockerOptions {
  /**
   * `own`: the engine has a network of its own that nobody else reaches, and leaves no trace in this machine's.
   * `host`: ports of containers can be reached at localhost, and containers can reach this machine.
   */
  readonly network?: 'own' | 'host';
}

const needed = ['dockerd', 'containerd', 'runc', 'unshare', 'setpriv', 'iptables', 'ip'];
const startMs = 30_000;
/** Where CLRK_REQUIRE_KUBERNETES is set, a test may not pass for want of the real thing. */
const isRequired = Boolean(process.env['CLRK_REQUIRE_KUBERNETES']);

/** Why no engine can be started here; undefined when one can. */
export function lacksDocker(): string | undefined {
  const missing = needed.filter((name) => !isInstalled(name));
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a Docker engine is started by root on Linux only';
  return missing.length > 0 ? `${missing.join(', ')} not installed (Debian: docker.io, iptables, iproute2)` : undefined;
}

/** Undefined, and said in the log of the test, where this machine has none; a failure where one is required. */
export async function startDocker(t: ExecutionContext, options: DockerOptions = {}): Promise<TestEngine | undefined> {
  const started = await openDocker(options);
  if (started === undefined) {
    sayLacking(t);
    return undefined;
  }
  t.teardown(started.stop);
  return started;
}

/** For a test that does not run because there is no engine. */
export function sayLacking(t: ExecutionContext): void {
  t.log(`not run: ${lacksDocker() ?? 'no Docker engine'}`);
  t.pass();
}

/** As {@link startDocker}, for several tests: whoever starts it stops it. */
export async function openDocker({ network = 'own' }: DockerOptions = {}): Promise<(TestEngine & { readonly stop: () => Promise<void> }) | undefined> {
  const lack = lacksDocker();
  if (lack !== undefined && isRequired) throw new Error(`no Docker engine: ${lack}`);
  if (lack !== undefined) return undefined;
  // Below /var/tmp: a socket's path is short, and image layers do not belong into memory.
  const folder = mkdtempSync('/var/tmp/clrk-docker-');
  const group = folder.slice(folder.lastIndexOf('/') + 1);
  const rules = network === 'host' ? rulesOfHost() : undefined;
  const socket = join(folder, 'docker.sock');
  const child = start(folder, socket, group, network);
  const clear = async (): Promise<void> => {
    await stop(child);
    removeControlGroups(group);
    rules?.restore();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const engine = await answering(child, socket, folder);
    return { engine, socket, pid: child.pid ?? 0, stop: async () => { await engine.close(); await clear(); } };
  } catch (error) {
    await clear();
    throw error;
  }
}

function start(folder: string, socket: string, group: string, network: 'own' | 'host'): ChildProcess {
  // Not this machine's own settings.
  const settings = join(folder, 'daemon.json');
  writeFileSync(settings, '{}');
  const options = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '-H', `unix://${socket}`, '--pidfile', join(folder, 'pid'), '--cgroup-parent', `/${group}`, '--shutdown-timeout', '3', '--config-file', settings];
  // In a process namespace of its own, so that no container and none of their keepers outlives it, however the test ends.
  const spaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', ...(network === 'own' ? ['--net'] : [])];
  const script = 'mount --make-rshared / && ip link set lo up && exec dockerd "$@"';
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...spaces, 'sh', '-c', script, 'sh', ...options], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' } });
  const log = createWriteStream(join(folder, 'log'));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  child.once('close', () => log.end());
  return child;
}

async function answering(child: ChildProcess, socket: string, folder: string): Promise<Engine> {
  for (const until = Date.now() + startMs; Date.now() < until && child.exitCode === null; ) {
    if (existsSync(socket)) {
      const engine = await openEngine({ kind: 'socket', path: socket }).catch(() => undefined);
      if (engine !== undefined) return engine;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`dockerd did not start: ${readFileSync(join(folder, 'log'), 'utf8').trim().split('\n').slice(-3).join('; ')}`);
}

/** The first process of the namespace is asked; what does not end of itself ends with it. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  for (const pid of childrenOf(child.pid ?? 0)) process.kill(pid, 'SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(late);
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

function isInstalled(program: string): boolean {
  return ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
