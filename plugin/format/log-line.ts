// One log record as one line: the line of the otel-logs pane, of plain mode, and of an agent's own output.
import { keys } from '../../proxy/telemetry/keys.ts';
import type { LogLine, OtlpAttributes } from '../../proxy/telemetry/otlp-json.ts';
import { printable } from './printable.ts';
import { timeOfDay } from './time-of-day.ts';

/** An agent's own stdout or stderr, as opposed to a record of a call. */
export function isAgentOutput(record: LogLine): boolean {
  return record.attributes[keys.ioStream] !== undefined;
}

/** A record of one HTTP call through the proxy. */
export function isCall(record: LogLine): boolean {
  return !isAgentOutput(record) && record.attributes[keys.method] !== undefined;
}

/** `15:04:05.123 POST api.anthropic.com/v1/messages 200 540ms req=312B ... trace=a1b2c3d4` */
export function logLine(record: LogLine): string {
  const trace = traceOf(record);
  const parts = [timeOfDay(record.timeUnixMs), printable(record.body || summary(record.attributes)), trace && `trace=${trace.slice(0, 8)}`];
  return parts.filter(Boolean).join(' ');
}

/** `15:04:05.123 the line` */
export function outputLine(record: LogLine): string {
  return `${timeOfDay(record.timeUnixMs)} ${printable(record.body)}`;
}

/** `namespace/name` of the agent that a record or span speaks of. */
export function agentOf(attributes: OtlpAttributes): string | undefined {
  const namespace = attributes[keys.agentNamespace];
  const name = attributes[keys.agentName];
  return typeof namespace === 'string' && typeof name === 'string' ? printable(`${namespace}/${name}`, 200) : undefined;
}

/** The trace that a record belongs to, from the record itself or from its attribute. */
export function traceOf(record: LogLine): string | undefined {
  const attribute = record.attributes[keys.traceId];
  return record.traceId ?? (typeof attribute === 'string' && /^[0-9a-f]{32}$/.test(attribute) ? attribute : undefined);
}

/** The body as the proxy writes it, for records of senders that left it out. */
function summary(attributes: OtlpAttributes): string {
  const at = (name: string): string => String(attributes[name] ?? '');
  const pair = (name: string, key: string, unit = ''): string => (at(key) === '' ? '' : `${name}=${at(key)}${unit}`);
  const positive = (name: string, key: string): string => (Number(attributes[key]) > 0 ? `${name}=${at(key)}` : '');
  if (at(keys.method) === '') return '(no text)';
  const route = at(keys.routeName) === '' ? '' : `route=${at(keys.routeNamespace)}/${at(keys.routeName)}`;
  const parts = [
    at(keys.method),
    `${at(keys.serverAddress)}${at(keys.path)}`,
    at(keys.status),
    `${at(keys.durationMs) || '?'}ms`,
    pair('req', keys.requestBytes, 'B'),
    pair('resp', keys.responseBytes, 'B'),
    pair('provider', keys.genAiProvider) || pair('provider', keys.genAiSystem),
    pair('model', keys.genAiRequestModel),
    positive('input_tokens', keys.genAiInputTokens),
    positive('output_tokens', keys.genAiOutputTokens),
    route,
  ];
  return parts.filter(Boolean).join(' ');
}
