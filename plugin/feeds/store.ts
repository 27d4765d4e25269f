// The one place where the dev session's state lives: written by the session and the receiver, read as immutable snapshots at 10 Hz.
import { keys } from '../../proxy/telemetry/keys.ts';
import type { LogLine, OtlpAttributes, SpanLine } from '../../proxy/telemetry/otlp-json.ts';
import { agentOf, isAgentOutput, isCall } from '../format/log-line.ts';
import { printable } from '../format/printable.ts';
import { Ring } from './ring.ts';
import type { AgentRow, AgentUsage, ComponentLine, ComponentRow, DevEvent, DevSnapshot, Header } from './rows.ts';

/** Redraws a second; faster ones cost CPU and show nothing more. */
const flushMs = 100;
const maxComponents = 64;
const maxAgents = 1000;
const lineLimits = { items: 2000, bytes: 4 << 20, weigh: (line: ComponentLine) => line.text.length };
const recordLimits = { items: 500, bytes: 8 << 20, weigh: (record: LogLine) => record.body.length + weight(record.attributes) };
const spanLimits = {
  items: 500,
  bytes: 32 << 20,
  weigh: (span: SpanLine) => span.events.reduce((sum, event) => sum + weight(event.attributes), weight(span.attributes)),
};

export class DevStore {
  readonly #components = new Map<string, ComponentRow>();
  readonly #lines = new Map<string, Ring<ComponentLine>>();
  readonly #records = new Ring<LogLine>(recordLimits);
  readonly #output = new Ring<LogLine>(recordLimits);
  readonly #spans = new Ring<SpanLine>(spanLimits);
  readonly #usage = new Map<string, AgentUsage>();
  readonly #subscribers = new Set<() => void>();
  readonly #listeners = new Set<(event: DevEvent) => void>();
  #agents: readonly AgentRow[] = [];
  #header: Header = {};
  #notice: string | undefined;
  #totals = { calls: 0, inputTokens: 0, outputTokens: 0, spans: 0 };
  #timer: NodeJS.Timeout | undefined;
  #snapshot: DevSnapshot = this.#take(0);

  /** HTTP call records seen since the session began; an agent's own output does not count. */
  get recordCount(): number {
    return this.#totals.calls;
  }

  setHeader(header: Header): void {
    this.#header = { ...this.#header, ...header };
    this.#touch();
  }

  /** Rows stand in the order in which they were first named. Without `since`, the clock restarts when the health changes. */
  setComponent(row: ComponentRow): void {
    const before = this.#components.get(row.name);
    if (before === undefined && this.#components.size >= maxComponents) return;
    const since = row.since ?? (before?.health === row.health ? before.since : undefined) ?? new Date();
    const after = { ...row, since };
    this.#components.set(row.name, after);
    this.#tell({ kind: 'component', before, after });
  }

  /** Of one that is there no more; its lines stay. */
  removeComponent(name: string): void {
    if (this.#components.delete(name)) this.#touch();
  }

  /** One line that a component wrote. */
  line(component: string, stream: 'stdout' | 'stderr', text: string): void {
    let ring = this.#lines.get(component);
    if (ring === undefined) {
      if (this.#lines.size >= maxComponents) return;
      ring = new Ring(lineLimits);
      this.#lines.set(component, ring);
    }
    ring.push({ stream, text: printable(text, 2000) });
    this.#touch();
  }

  records(records: readonly LogLine[]): void {
    for (const record of records) {
      if (isAgentOutput(record)) {
        this.#output.push(record);
        this.#tell({ kind: 'output', record });
        continue;
      }
      this.#records.push(record);
      if (isCall(record)) this.#count(record.attributes);
      this.#tell({ kind: 'record', record });
    }
  }

  spans(spans: readonly SpanLine[]): void {
    for (const span of spans) {
      this.#spans.push(span);
      this.#totals = { ...this.#totals, spans: this.#totals.spans + 1 };
      this.#tell({ kind: 'span', span });
    }
  }

  /** All agents there are now. */
  agents(rows: readonly AgentRow[]): void {
    const key = (row: AgentRow): string => `${row.namespace}/${row.name}`;
    const before = new Map(this.#agents.map((row) => [key(row), row]));
    this.#agents = rows.slice(0, maxAgents).toSorted((a, b) => key(a).localeCompare(key(b)));
    for (const after of this.#agents) {
      this.#tell({ kind: 'agent', before: before.get(key(after)), after });
      before.delete(key(after));
    }
    for (const gone of before.values()) this.#tell({ kind: 'agent', before: gone, after: undefined });
    this.#touch();
  }

  /** A sentence for the person: what is going on, or what to do. */
  notice(text: string): void {
    this.#notice = printable(text, 1000);
    this.#tell({ kind: 'notice', text: this.#notice });
  }

  /** Empties the lists; the counters go on. */
  clear(what: 'records' | 'spans' | { readonly component: string }): void {
    if (what === 'records') this.#records.clear();
    else if (what === 'spans') this.#spans.clear();
    else this.#lines.get(what.component)?.clear();
    this.#touch();
  }

  /** The state at the last flush: the same object until something changed and up to 100 ms went by. */
  readonly snapshot = (): DevSnapshot => this.#snapshot;

  /** Calls back after each flush that changed something. Returns what ends it. */
  readonly subscribe = (changed: () => void): (() => void) => {
    this.#subscribers.add(changed);
    return () => this.#subscribers.delete(changed);
  };

  /** Calls back at once with every change, in order. Returns what ends it. */
  listen(heard: (event: DevEvent) => void): () => void {
    this.#listeners.add(heard);
    return () => this.#listeners.delete(heard);
  }

  /** Makes the newest state visible now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#snapshot = this.#take(this.#snapshot.version + 1);
    for (const changed of this.#subscribers) changed();
  }

  #touch(): void {
    this.#timer ??= setTimeout(() => this.flush(), flushMs).unref();
  }

  #tell(event: DevEvent): void {
    for (const heard of this.#listeners) heard(event);
    this.#touch();
  }

  #count(attributes: OtlpAttributes): void {
    const tokens = (key: string): number => Math.max(0, Number(attributes[key] ?? 0) || 0);
    const more = (usage: AgentUsage): AgentUsage => ({
      calls: usage.calls + 1,
      inputTokens: usage.inputTokens + tokens(keys.genAiInputTokens),
      outputTokens: usage.outputTokens + tokens(keys.genAiOutputTokens),
    });
    this.#totals = { ...this.#totals, ...more(this.#totals) };
    const agent = agentOf(attributes);
    if (agent === undefined || (!this.#usage.has(agent) && this.#usage.size >= maxAgents)) return;
    this.#usage.set(agent, more(this.#usage.get(agent) ?? { calls: 0, inputTokens: 0, outputTokens: 0 }));
  }

  #take(version: number): DevSnapshot {
    return {
      version,
      header: this.#header,
      components: [...this.#components.values()],
      lines: new Map([...this.#lines].map(([name, ring]) => [name, ring.snapshot()])),
      agents: this.#agents,
      usage: new Map(this.#usage),
      records: this.#records.snapshot(),
      output: this.#output.snapshot(),
      spans: this.#spans.snapshot(),
      ...(this.#notice === undefined ? {} : { notice: this.#notice }),
      totals: this.#totals,
    };
  }
}

/** Bytes of attributes, roughly: captured bodies are what counts. */
function weight(attributes: OtlpAttributes): number {
  return Object.values(attributes).reduce<number>((sum, value) => sum + 64 + (typeof value === 'string' ? value.length : 0), 0);
}
