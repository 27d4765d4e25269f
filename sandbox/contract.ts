// What the worker accepts and answers: work orders in, status out. The operator writes the first and reads the second.
import type { AgentIdentity } from '../proxy/contract.ts';

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
  /** 0: no limit. */
  readonly maxLifetimeSeconds: number;
  /** Thousandths of a core, bytes; 0: not set. */
  readonly limits: { readonly cpuMillis: number; readonly memoryBytes: number };
  /** Absent: the sandbox has no network at all. `authority` is the PEM of the gateway's CA, to be trusted inside. */
  readonly egress?: { readonly gateway: string; readonly authority: string };
}

export type Phase = 'Pending' | 'Running' | 'Stopped' | 'CrashLoopBackOff';

export interface WorkerStatus {
  /** Pod name, e.g. `worker-0`. */
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

/** GET: a stream of JSON lines, each a whole WorkOrders; an empty line is a heartbeat. Query: pool=namespace/name, worker=name. */
export const ordersPath = '/v1/orders';
/** PUT: a whole WorkerStatus, after every change and every 10 seconds. */
export const statusPath = '/v1/status';
