// One span opened: what came of the call, the headers and bodies as the proxy saw them, then every attribute.
import { events, keys } from '../../../proxy/telemetry/keys.ts';
import type { OtlpAttributes, SpanEvent, SpanLine } from '../../../proxy/telemetry/otlp-json.ts';
import { agentOf } from '../../format/log-line.ts';
import { printable } from '../../format/printable.ts';
import { duration, statusName } from '../../format/span-line.ts';
import { timeOfDay } from '../../format/time-of-day.ts';
import type { Tone } from '../theme.ts';
import { bodyText } from './body-text.ts';
import { pair, section, type Row } from './rows.ts';

const bodyKeys: readonly string[] = [keys.bodyBase64];
const titles: Readonly<Record<string, string>> = {
  [events.requestHeaders]: 'request headers',
  [events.requestBody]: 'request body',
  [events.responseHeaders]: 'response headers',
  [events.responseBody]: 'response body',
};

export function spanRows(span: SpanLine): readonly Row[] {
  return [
    ...summary(span),
    ...span.events.flatMap(eventRows),
    ...section('attributes', attributeRows(span.attributes)),
    ...section('resource', attributeRows(span.resource)),
  ];
}

function summary(span: SpanLine): readonly Row[] {
  const { attributes } = span;
  const at = (key: string): string => (attributes[key] === undefined ? '' : printable(String(attributes[key]), 500));
  const tokens = at(keys.genAiInputTokens) && `${at(keys.genAiInputTokens)} input, ${at(keys.genAiOutputTokens) || 0} output`;
  const status = Number(at(keys.status));
  const refused = at(keys.denyReason) || at(keys.failureReason);
  const rows: readonly (Row | false)[] = [
    at(keys.method) !== '' && pair('call', `${at(keys.method)} ${at(keys.serverAddress)}${at(keys.path)}`),
    at(keys.status) !== '' && pair('returned', `${status} in ${duration(span)}`, statusTone(status)),
    tokens !== '' && pair('tokens', tokens, 'good'),
    refused !== '' && pair('refused', refused, 'bad'),
    at(keys.routeName) !== '' && pair('route', `${at(keys.routeNamespace)}/${at(keys.routeName)}`),
    agentOf(attributes) !== undefined && pair('agent', agentOf(attributes) ?? ''),
    pair('started', timeOfDay(span.startUnixMs)),
    pair('status', `${statusName(span)}${span.statusMessage ? ` ${printable(span.statusMessage, 500)}` : ''}`, span.status === 'ERROR' ? 'bad' : 'plain'),
    pair('trace', span.traceId),
    pair('span', `${span.spanId}${span.parentSpanId ? `, parent ${span.parentSpanId}` : ''}`),
  ];
  return rows.filter((row) => row !== false);
}

/** The colour of an HTTP status. */
export function statusTone(status: number): Tone {
  return status >= 200 && status < 400 ? 'good' : status >= 400 && status < 500 ? 'warning' : 'bad';
}

function eventRows(event: SpanEvent): readonly Row[] {
  const body = bodyText(event.attributes);
  const title = titles[event.name] ?? printable(event.name, 200);
  const rows = attributeRows(event.attributes).filter(({ name }) => !bodyKeys.includes(name ?? ''));
  if (body === undefined) return section(title, rows);
  return section(`${title}, ${body.size}`, body.lines.map((text) => ({ text })));
}

/** Attributes in the order of their names, redacted ones first and in colour: they are what a person checks. */
export function attributeRows(attributes: OtlpAttributes): readonly Row[] {
  const isRedacted = (value: unknown): boolean => value === '[redacted]' || value === '<redacted>';
  const sorted = Object.entries(attributes).toSorted(([a, x], [b, y]) => Number(isRedacted(y)) - Number(isRedacted(x)) || a.localeCompare(b));
  return sorted.map(([name, value]) => {
    const text = printable(Array.isArray(value) ? value.join(', ') : String(value), 8192);
    return pair(printable(name, 200), text, isRedacted(value) ? 'good' : 'plain');
  });
}
