// What the worker accepts and answers: work orders in, status out. The operator writes the first and reads the second.
import { createHash } from 'node:crypto';
import type { AgentIdentity } from '../proxy/contract.ts';
import { child, count, fields, flag, list, oneOf, plainText, text, type Fields } from './decode.ts';

/** Everything one worker should run, swapped whole: what is not in it is stopped. */
export interface WorkOrders {
  readonly version: string;
  readonly orders: readonly WorkOrder[];
}

export interface WorkOrder {
  /** Stable for one revision of one agent: `da-<namespace>-<name>-<generation>`; at most 63 characters, DNS-safe. */
  readonly id: string;
  readonly agent: AgentIdentity;
  readonly image: string;
  /** Replaces the image's entrypoint when not empty; `args` follow it. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly restartPolicy: 'Always' | 'OnFailure' | 'Never';
  /** 0: no limit. */
  readonly maxRestarts: number;
  /** How often it started again under earlier workers; read when its sandbox is made, and no reason to make another. */
  readonly restartCount?: number;
  /** 0: no limit. */
  readonly maxLifetimeSeconds: number;
  /** Thousandths of a core, bytes; 0: not set. */
  readonly limits: { readonly cpuMillis: number; readonly memoryBytes: number };
  /** Absent: the sandbox has no network at all. `authority` is the PEM of the gateway's CA, to be trusted inside. */
  readonly egress?: { readonly gateway: string; readonly authority: string };
}

export type Phase = 'Pending' | 'Running' | 'Stopped' | 'CrashLoopBackOff';

export interface WorkerStatus {
  /** Pod name, e.g. `worker-0`; the one in the client certificate. */
  readonly worker: string;
  readonly runtime: RuntimeChoice;
  readonly sandboxes: readonly SandboxStatus[];
}

/** What isolates the sandboxes of this worker, and why it is not something stronger. */
export interface RuntimeChoice {
  readonly name: 'gvisor' | 'bubblewrap' | 'namespaces';
  /** As a person reads it, e.g. `runsc 0.0~20221219.0 (ptrace)`. */
  readonly detail: string;
  /** How TCP is caught: every port, or only the ports that are listened on (80 and 443). */
  readonly interception: 'tproxy' | 'ports';
  /** What this machine could not give, one sentence each, e.g. "runsc is not installed". */
  readonly missing: readonly string[];
}

export interface SandboxStatus {
  readonly id: string;
  readonly agent: AgentIdentity;
  readonly imageReady: boolean;
  readonly phase: Phase;
  /** What went wrong and what to do, for a person; absent when all is well. */
  readonly message?: string;
  readonly restartCount: number;
  /** RFC 3339. */
  readonly upSince?: string;
}

/** GET: a stream of JSON lines, each a whole WorkOrders; an empty line is a heartbeat. Whose orders they are follows from the client certificate. */
export const ordersPath = '/v1/orders';
/** PUT: a whole WorkerStatus, after every change and every 10 seconds. */
export const statusPath = '/v1/status';

/**
 * The unprivileged account that a worker started as root becomes: directories that it shares with the proxy belong to
 * this group. Not 0 and not nobody; a number that distributions leave free.
 */
export const workerUser = { uid: 60737, gid: 60737 } as const;

/** Archives of images lie in this folder of the worker's state directory, each called {@link imageArchiveName}. */
export const imageArchives = 'images';

/** File name of the archive that answers one image reference; no two references share one. */
export function imageArchiveName(reference: string): string {
  // Percent encoding keeps a name readable; a long one is told apart by its digest, because a file name ends at 255 bytes.
  const encoded = encodeURIComponent(reference).replaceAll('*', '%2A');
  if (encoded.length <= 200) return `${encoded}.tar`;
  return `${encoded.slice(0, 120)}-${createHash('sha256').update(reference).digest('hex')}.tar`;
}

const maxOrders = 10_000;

/** One line of the orders stream, checked; throws an Error that names the path of what is wrong. */
export function parseWorkOrders(value: unknown): WorkOrders {
  const root = fields(value, '');
  return { version: text(root, 'version'), orders: list(root, 'orders', maxOrders, parseOrder) };
}

function parseOrder(value: unknown, path: string): WorkOrder {
  const order = fields(value, path);
  const id = text(order, 'id', 63);
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(id)) throw new Error(`${path}.id: ${JSON.stringify(id)} is not a DNS label`);
  const limits = child(order, 'limits');
  const egress = order.value['egress'] === undefined ? undefined : child(order, 'egress');
  return {
    id,
    agent: parseAgent(child(order, 'agent')),
    image: text(order, 'image', 1024),
    command: list(order, 'command', 4096, plainText),
    args: list(order, 'args', 4096, plainText),
    env: list(order, 'env', 4096, (entry, at) => {
      const pair = fields(entry, at);
      const name = text(pair, 'name', 1024);
      if (name === '' || name.includes('=') || name.includes('\0')) throw new Error(`${at}.name: ${JSON.stringify(name)} is not a variable name`);
      return { name, value: plainText(pair.value['value'], `${at}.value`) };
    }),
    restartPolicy: oneOf(order, 'restartPolicy', ['Always', 'OnFailure', 'Never'] as const),
    maxRestarts: count(order, 'maxRestarts'),
    ...(order.value['restartCount'] === undefined ? {} : { restartCount: count(order, 'restartCount') }),
    maxLifetimeSeconds: count(order, 'maxLifetimeSeconds'),
    limits: { cpuMillis: count(limits, 'cpuMillis'), memoryBytes: count(limits, 'memoryBytes') },
    ...(egress === undefined ? {} : { egress: { gateway: text(egress, 'gateway', 512), authority: text(egress, 'authority', 65_536) } }),
  };
}

function parseAgent(agent: Fields): AgentIdentity {
  return {
    kind: oneOf(agent, 'kind', ['DaemonAgent', 'TaskAgent'] as const),
    namespace: text(agent, 'namespace', 253),
    name: text(agent, 'name', 253),
    uid: text(agent, 'uid', 253),
    revision: text(agent, 'revision', 512),
  };
}

/** One report of a worker, checked; throws an Error that names the path of what is wrong. */
export function parseWorkerStatus(value: unknown): WorkerStatus {
  const root = fields(value, '');
  const runtime = child(root, 'runtime');
  return {
    worker: text(root, 'worker', 253),
    runtime: {
      name: oneOf(runtime, 'name', ['gvisor', 'bubblewrap', 'namespaces'] as const),
      detail: text(runtime, 'detail', 512),
      interception: oneOf(runtime, 'interception', ['tproxy', 'ports'] as const),
      missing: list(runtime, 'missing', 64, plainText),
    },
    sandboxes: list(root, 'sandboxes', maxOrders, (entry, path) => {
      const sandbox = fields(entry, path);
      return {
        id: text(sandbox, 'id', 63),
        agent: parseAgent(child(sandbox, 'agent')),
        imageReady: flag(sandbox, 'imageReady'),
        phase: oneOf(sandbox, 'phase', ['Pending', 'Running', 'Stopped', 'CrashLoopBackOff'] as const),
        ...(sandbox.value['message'] === undefined ? {} : { message: text(sandbox, 'message', 4096) }),
        restartCount: count(sandbox, 'restartCount'),
        ...(sandbox.value['upSince'] === undefined ? {} : { upSince: text(sandbox, 'upSince', 64) }),
      };
    }),
  };
}

/** What the single executable, which holds all programs, agrees on with them: no image has it. */
export const executable = {
  /** First word that makes it one of its inner processes, e.g. `__process worker`; no command is called so. */
  innerProcess: '__process',
  /** Name inside it of its loader, which a thread runs too. */
  loader: 'loader.js',
  /** Variable that tells its processes where the native half of koffi was put. */
  nativeFile: 'CLRK_NATIVE_FILE',
} as const;
