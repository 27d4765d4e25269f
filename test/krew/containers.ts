// Runs the images as a pod would: read-only root, no capability, no new privileges, and nothing writable but what is mounted.
import type { ExecutionContext } from 'ava';
import { setTimeout as sleep } from 'node:timers/promises';
import { workerProfileText } from '../../operator/install/seccomp/profile.ts';
import { imageOf, podPaths, users, type ImageName } from '../../operator/install/names.ts';
import { containerLogs, createContainer, removeContainer, startContainer } from '../../plugin/dev/docker/containers.ts';
import { execInContainer } from '../../plugin/dev/docker/exec.ts';
import { inspectContainer } from '../../plugin/dev/docker/containers.ts';
import type { Engine } from '../../plugin/dev/docker/engine.ts';

export interface Run {
  readonly name: ImageName;
  readonly env?: Readonly<Record<string, string>>;
  /** `host path:container path`, all read-only. */
  readonly mounts?: readonly string[];
  /** Of the engine; nothing unless said otherwise. */
  readonly network?: 'none' | 'host';
}

/** As emptyDir volumes are: of the pod's group, and able to hold programs. */
const writable: Readonly<Record<ImageName, readonly string[]>> = { operator: [], proxy: [podPaths.sockets], sandbox: [podPaths.sockets, podPaths.workerState, podPaths.workerRun] };
const owner: Readonly<Record<ImageName, number>> = { operator: users.operator, proxy: users.proxy, sandbox: users.worker };
let count = 0;

/** Created and started; gone with the test. The answer is its name. */
export async function run(t: ExecutionContext, engine: Engine, { name, env = {}, mounts = [], network = 'none' }: Run): Promise<string> {
  const container = `test-${name}-${++count}`;
  const security = ['no-new-privileges', ...(name === 'sandbox' ? [`seccomp=${workerProfileText()}`] : [])];
  await createContainer(engine, container, {
    Image: imageOf(name),
    Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
    HostConfig: {
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: security,
      NetworkMode: network,
      Binds: mounts.map((mount) => `${mount}:ro`),
      Tmpfs: Object.fromEntries(writable[name].map((path) => [path, `exec,mode=0770,uid=${owner[name]},gid=${users.group}`])),
    },
  });
  t.teardown(() => removeContainer(engine, container));
  await startContainer(engine, container);
  return container;
}

export interface Written {
  readonly stdout: string;
  readonly stderr: string;
}

export async function written(engine: Engine, container: string): Promise<Written> {
  const streams = { stdout: '', stderr: '' };
  for await (const { stream, bytes } of containerLogs(engine, container)) streams[stream] += bytes.toString();
  return streams;
}

/** Waits for the line that a process writes when it serves; throws when it ends before. */
export async function ready(engine: Engine, container: string): Promise<unknown> {
  for (;;) {
    const { stdout, stderr } = await written(engine, container);
    const line = stdout.split('\n').find((one) => one.startsWith('READY '));
    if (line !== undefined) return JSON.parse(line.slice(6));
    const state = (await inspectContainer(engine, container))?.State;
    if (state?.Running !== true) throw new Error(`${container} ended with ${state?.ExitCode}: ${stderr}`);
    await sleep(50);
  }
}

export interface Rights {
  readonly uid: number;
  readonly gid: number;
  readonly capabilities: string;
  readonly noNewPrivileges: string;
  readonly seccomp: string;
  /** Folders of the container in which its user may write. */
  readonly writable: readonly string[];
}

const look = `const { accessSync, constants, lstatSync, readdirSync, readFileSync } = require('node:fs');
const status = readFileSync('/proc/1/status', 'utf8');
const field = (name) => new RegExp('^' + name + ':\\\\s+(\\\\S+)', 'm').exec(status)[1];
const writable = [];
const walk = (folder) => {
  if (['/proc', '/sys', '/dev'].includes(folder)) return;
  try { accessSync(folder, constants.W_OK); writable.push(folder); return; } catch {}
  try { for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) walk((folder === '/' ? '' : folder) + '/' + entry.name); } catch {}
};
walk('/');
console.log(JSON.stringify({ uid: Number(field('Uid')), gid: Number(field('Gid')), capabilities: field('CapBnd'), noNewPrivileges: field('NoNewPrivs'), seccomp: field('Seccomp'), writable: writable.sort() }));`;

/** What the container's first process may do, and where its user may write. */
export async function rightsOf(engine: Engine, container: string): Promise<Rights> {
  const { code, stdout, stderr } = await execInContainer(engine, container, ['/usr/local/bin/node', '-e', look]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Rights;
}

/** What the container answers to itself, as the kubelet would hear it. */
export async function asked(engine: Engine, container: string, url: string): Promise<{ readonly status: number; readonly text: string }> {
  const script = `fetch(${JSON.stringify(url)}).then(async (a) => console.log(JSON.stringify({ status: a.status, text: await a.text() })))`;
  const { code, stdout, stderr } = await execInContainer(engine, container, ['/usr/local/bin/node', '-e', script]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as { status: number; text: string };
}
