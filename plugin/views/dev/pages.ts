// The opened thing as a page: a title and rows, for a component, an agent, a record or a span.
import { keys } from '../../../proxy/telemetry/keys.ts';
import type { LogLine } from '../../../proxy/telemetry/otlp-json.ts';
import type { AgentRow, ComponentRow, DevSnapshot } from '../../feeds/rows.ts';
import { phaseText, phaseTint } from '../../format/agent-phase.ts';
import { age, count } from '../../format/age.ts';
import { agentOf, logLine, outputLine, traceOf } from '../../format/log-line.ts';
import { printable } from '../../format/printable.ts';
import { timeOfDay } from '../../format/time-of-day.ts';
import type { Tone } from '../theme.ts';
import { attributeRows, spanRows } from './span-page.ts';
import { pair, section, type Row } from './rows.ts';
import type { Detail } from './state.ts';

export interface Page {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** Undefined when the thing is no longer there. */
export function page(snapshot: DevSnapshot, { pane, id }: Detail, now: Date): Page | undefined {
  switch (pane) {
    case 'components': {
      const component = snapshot.components.find(({ name }) => name === id);
      return component && { title: component.name, rows: componentRows(component, snapshot, now) };
    }
    case 'agents': {
      const agent = snapshot.agents.find(({ namespace, name }) => `${namespace}/${name}` === id);
      return agent && { title: `agent ${String(id)}`, rows: agentRows(agent, snapshot, now) };
    }
    case 'otel-logs': {
      const record = snapshot.records.find((entry) => entry.id === id)?.item;
      return record && { title: `otel-logs ${timeOfDay(record.timeUnixMs)}`, rows: recordRows(record) };
    }
    case 'otel-traces': {
      const span = snapshot.spans.find((entry) => entry.id === id)?.item;
      return span && { title: `otel-traces ${printable(span.name, 200)}`, rows: spanRows(span) };
    }
    default:
      return pane satisfies never;
  }
}

function componentRows(component: ComponentRow, snapshot: DevSnapshot, now: Date): readonly Row[] {
  const written = snapshot.lines.get(component.name) ?? [];
  return [
    pair('health', `${component.health} for ${age(component.since, now)}`, healthTone(component.health)),
    ...(component.detail ? [pair('detail', printable(component.detail, 2000))] : []),
    ...(component.restarts ? [pair('restarts', String(component.restarts), 'warning')] : []),
    ...section('log', written.length === 0 ? [{ text: '(nothing written yet)', tone: 'quiet' }] : written.map(({ item }) => ({ text: item.text, ...lineTone(item.text) }))),
  ];
}

/** The tone of a health, here and in the list. */
export function healthTone(health: ComponentRow['health']): Tone {
  return health === 'ready' ? 'good' : health === 'error' ? 'bad' : health === 'starting' ? 'warning' : 'quiet';
}

/** Our own processes write JSON lines with a level; others are shown as they are. */
function lineTone(text: string): { readonly tone?: Tone } {
  const level = /^\{[^{]{0,80}"level":"(warn|error)"/.exec(text)?.[1];
  return level === undefined ? {} : { tone: level === 'warn' ? 'warning' : 'bad' };
}

function agentRows(agent: AgentRow, snapshot: DevSnapshot, now: Date): readonly Row[] {
  const name = `${agent.namespace}/${agent.name}`;
  const usage = snapshot.usage.get(name);
  const some = (label: string, value: string | undefined): readonly Row[] => (value ? [pair(label, printable(value, 500))] : []);
  const output = snapshot.output.filter(({ item }) => agentOf(item.attributes) === name);
  return [
    pair('phase', phaseText(agent, now), tone(agent.phase)),
    ...(agent.issue ? [pair('issue', printable(agent.issue, 2000), 'bad')] : []),
    ...some('image', agent.image),
    ...some('pool', agent.pool),
    ...some('worker', agent.worker),
    ...some('sandbox', agent.runtime),
    ...some('revision', agent.revision),
    pair('calls', usage ? `${usage.calls}, tokens ${count(usage.inputTokens)} in, ${count(usage.outputTokens)} out` : '0'),
    ...section('conditions', agent.conditions.map((condition) => pair(`${condition.status === 'True' ? '●' : '✕'} ${printable(condition.type, 100)}`, printable(`${condition.reason}${condition.message ? `: ${condition.message}` : ''}`, 2000), condition.status === 'True' ? 'plain' : 'bad'))),
    ...section('output', output.length === 0 ? [{ text: '(nothing written yet)', tone: 'quiet' }] : output.map(({ item }) => outputRow(item))),
  ];
}

function tone(phase: string): Tone {
  return phaseTint(phase);
}

function outputRow(record: LogLine): Row {
  return { text: outputLine(record), ...(record.attributes[keys.ioStream] === 'stderr' ? { tone: 'warning' as const } : {}) };
}

function recordRows(record: LogLine): readonly Row[] {
  const trace = traceOf(record);
  return [
    { text: logLine(record) },
    { text: '' },
    pair('severity', record.severity, record.severity === 'INFO' ? 'plain' : record.severity === 'WARN' ? 'warning' : 'bad'),
    ...(trace ? [pair('trace', trace)] : []),
    ...section('attributes', attributeRows(record.attributes)),
    ...section('resource', attributeRows(record.resource)),
  ];
}
