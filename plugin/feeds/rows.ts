// What the dev session shows: components, agents, and the events by which they change. Plain values, no behaviour.
import type { LogLine, SpanLine } from '../../proxy/telemetry/otlp-json.ts';
import type { Entry } from './ring.ts';

export type Health = 'pending' | 'starting' | 'ready' | 'error';

/** One process of the session. */
export interface ComponentRow {
  readonly name: string;
  readonly health: Health;
  /** Why it is so, or what is special about it, e.g. the address it serves on. */
  readonly detail?: string;
  /** Since when it has this health. */
  readonly since?: Date;
  readonly restarts?: number;
}

export interface ConditionRow {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** One DaemonAgent. */
export interface AgentRow {
  readonly namespace: string;
  readonly name: string;
  readonly pool: string;
  readonly image: string;
  /** Pending, Running, Stopped or CrashLoopBackOff. */
  readonly phase: string;
  readonly restarts: number;
  readonly upSince?: Date;
  readonly revision?: string;
  readonly runtime?: string;
  readonly worker?: string;
  /** The last condition that is not true, as one sentence. */
  readonly issue?: string;
  readonly conditions: readonly ConditionRow[];
}

/** What one agent's calls added up to in this session. */
export interface AgentUsage {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface ComponentLine {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** What the header says beside the title. */
export interface Header {
  /** `embedded`, `k3s`, or the name of a context. */
  readonly cluster?: string;
  /** What isolates the sandboxes, e.g. `gvisor`. */
  readonly sandbox?: string;
  /** Present when stand-ins answer instead of providers. */
  readonly offline?: string;
}

export interface Totals extends AgentUsage {
  readonly spans: number;
}

/** Everything at one moment. Parts that did not change are the same objects as in the snapshot before. */
export interface DevSnapshot {
  readonly version: number;
  readonly header: Header;
  readonly components: readonly ComponentRow[];
  readonly lines: ReadonlyMap<string, readonly Entry<ComponentLine>[]>;
  readonly agents: readonly AgentRow[];
  readonly usage: ReadonlyMap<string, AgentUsage>;
  readonly records: readonly Entry<LogLine>[];
  /** The agents' own stdout and stderr. */
  readonly output: readonly Entry<LogLine>[];
  readonly spans: readonly Entry<SpanLine>[];
  readonly notice?: string;
  readonly totals: Totals;
}

/** Changes in the order in which they happened, for whoever prints instead of draws. */
export type DevEvent =
  | { readonly kind: 'component'; readonly before: ComponentRow | undefined; readonly after: ComponentRow }
  | { readonly kind: 'agent'; readonly before: AgentRow | undefined; readonly after: AgentRow | undefined }
  | { readonly kind: 'record'; readonly record: LogLine }
  | { readonly kind: 'output'; readonly record: LogLine }
  | { readonly kind: 'span'; readonly span: SpanLine }
  | { readonly kind: 'notice'; readonly text: string };
