// Plain mode: prints what changes in the store, one line a change, for pipes, logs and terminals without the interface.
import { phaseTint } from '../format/agent-phase.ts';
import { agentOf, logLine, outputLine } from '../format/log-line.ts';
import type { Paint, Tint } from '../format/colour.ts';
import { printable } from '../format/printable.ts';
import { spanLine } from '../format/span-line.ts';
import { keys } from '../../proxy/telemetry/keys.ts';
import type { LogLine } from '../../proxy/telemetry/otlp-json.ts';
import type { AgentRow, ComponentRow, DevEvent, Health } from './rows.ts';
import type { DevStore } from './store.ts';

const tints: Readonly<Record<Health, Tint>> = { pending: 'quiet', starting: 'warning', ready: 'good', error: 'bad' };

/** Prints until the returned function is called. Everything that others wrote is made safe for a terminal. */
export function printChanges(store: DevStore, stream: { write(text: string): unknown }, paint: Paint = (_tint, text) => text): () => void {
  return store.listen((event) => {
    for (const line of changeLines(event, paint)) stream.write(`${line}\n`);
  });
}

/** The lines that one change is worth; none when nothing that is printed changed. */
export function changeLines(event: DevEvent, paint: Paint): readonly string[] {
  switch (event.kind) {
    case 'component':
      return componentLines(event.before, event.after, paint);
    case 'agent':
      return agentLines(event.before, event.after, paint);
    case 'record':
      return [`[otel-logs] ${logLine(event.record)}`];
    case 'output':
      return [`[agent ${agentOf(event.record.attributes) ?? '?'} ${streamOf(event.record)}] ${outputLine(event.record)}`];
    case 'span':
      return [`[otel-traces] ${spanLine(event.span)}`];
    case 'notice':
      return [event.text];
    default:
      return event satisfies never;
  }
}

function streamOf(record: LogLine): string {
  return record.attributes[keys.ioStream] === 'stderr' ? 'stderr' : 'stdout';
}

function componentLines(before: ComponentRow | undefined, after: ComponentRow, paint: Paint): readonly string[] {
  const lines: string[] = [];
  const restarts = after.restarts ?? 0;
  if (restarts > (before?.restarts ?? 0)) lines.push(paint('warning', `${after.name} restarted ×${restarts}`));
  if (before?.health !== after.health || (after.health !== 'pending' && before.detail !== after.detail && after.detail)) {
    const detail = after.detail ? paint('quiet', ` (${printable(after.detail, 300)})`) : '';
    lines.push(`${after.name} ${paint(tints[after.health], after.health)}${detail}`);
  }
  return lines;
}

function agentLines(before: AgentRow | undefined, after: AgentRow | undefined, paint: Paint): readonly string[] {
  if (after === undefined) return before ? [`agent ${before.namespace}/${before.name} deleted`] : [];
  const same = before?.phase === after.phase && before.restarts === after.restarts && before.issue === after.issue && before.runtime === after.runtime;
  if (same) return [];
  const facts = [after.worker && `on ${after.worker}`, after.runtime && `in ${after.runtime}`, after.restarts > 0 && `↻${after.restarts}`].filter(Boolean).join(' ');
  const issue = after.issue ? paint('bad', `: ${printable(after.issue, 500)}`) : '';
  return [`agent ${after.namespace}/${after.name} ${paint(phaseTint(after.phase), after.phase)}${facts && ` ${facts}`}${issue}`];
}
