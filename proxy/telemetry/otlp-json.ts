// Decodes OTLP/JSON export requests into flat lines, tolerant of what it does not know and bounded in every direction.
import { isRecord, listAt, nanosToMs, plainValue, recordAt, type OtlpValue } from './otlp-value.ts';

export type { OtlpValue } from './otlp-value.ts';
export type OtlpAttributes = Readonly<Record<string, OtlpValue>>;
export type Severity = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';

/** One log record. `resource` holds the attributes of whoever emitted it. */
export interface LogLine {
  readonly timeUnixMs: number;
  readonly severity: Severity;
  readonly body: string;
  readonly attributes: OtlpAttributes;
  readonly resource: OtlpAttributes;
  /** 32 and 16 lower-case hex digits. */
  readonly traceId?: string;
  readonly spanId?: string;
}

export interface SpanEvent {
  readonly name: string;
  readonly timeUnixMs: number;
  readonly attributes: OtlpAttributes;
}

/** One finished span. Times have microsecond resolution. */
export interface SpanLine {
  readonly name: string;
  readonly kind: 'UNSPECIFIED' | 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER';
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startUnixMs: number;
  readonly endUnixMs: number;
  readonly status: 'UNSET' | 'OK' | 'ERROR';
  readonly statusMessage?: string;
  readonly attributes: OtlpAttributes;
  readonly resource: OtlpAttributes;
  readonly events: readonly SpanEvent[];
}

/** The largest request that is read at all. */
export const maxOtlpBytes = 8 * 1024 * 1024;
const maxItems = 20_000;
const maxAttributes = 512;
const maxEvents = 256;

const severities: readonly Severity[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const kinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;
const statuses = ['UNSET', 'OK', 'ERROR'] as const;

/** The body is not an OTLP/JSON export request; the message says why. */
export class MalformedOtlp extends Error {}

/** Decodes the body of a POST to `/v1/logs`. Throws {@link MalformedOtlp}. */
export function decodeLogs(body: string | Uint8Array): readonly LogLine[] {
  return decode(body, { resources: 'resourceLogs', scopes: 'scopeLogs', items: 'logRecords' }, logLine);
}

/** Decodes the body of a POST to `/v1/traces`. Spans without valid ids are skipped. Throws {@link MalformedOtlp}. */
export function decodeSpans(body: string | Uint8Array): readonly SpanLine[] {
  return decode(body, { resources: 'resourceSpans', scopes: 'scopeSpans', items: 'spans' }, spanLine);
}

type Raw = Readonly<Record<string, unknown>>;
interface Names {
  readonly resources: string;
  readonly scopes: string;
  readonly items: string;
}

function decode<Line>(body: string | Uint8Array, names: Names, line: (raw: Raw, resource: OtlpAttributes) => Line | undefined): readonly Line[] {
  const request = parse(body);
  const lines: Line[] = [];
  const resources = request[names.resources] ?? [];
  if (!Array.isArray(resources)) throw new MalformedOtlp(`${names.resources} is not an array`);
  for (const entry of resources.filter(isRecord)) {
    const resource = attributes(recordAt(entry, 'resource'));
    for (const raw of listAt(entry, names.scopes).flatMap((scope) => listAt(scope, names.items))) {
      if (lines.length >= maxItems) return lines;
      const decoded = line(raw, resource);
      if (decoded !== undefined) lines.push(decoded);
    }
  }
  return lines;
}

function parse(body: string | Uint8Array): Raw {
  if (body.length > maxOtlpBytes) throw new MalformedOtlp(`the request is larger than ${maxOtlpBytes} bytes`);
  let request: unknown;
  try {
    request = JSON.parse(typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    throw new MalformedOtlp('the request is not JSON');
  }
  if (!isRecord(request)) throw new MalformedOtlp('the request is not a JSON object');
  return request;
}

function logLine(raw: Raw, resource: OtlpAttributes): LogLine {
  const traceId = hex(raw.traceId, 32);
  const spanId = hex(raw.spanId, 16);
  const body = plainValue(raw.body);
  return {
    timeUnixMs: nanosToMs(raw.timeUnixNano) || nanosToMs(raw.observedTimeUnixNano),
    severity: severity(raw),
    body: typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body),
    attributes: attributes(raw),
    resource,
    ...(traceId === undefined ? {} : { traceId }),
    ...(spanId === undefined ? {} : { spanId }),
  };
}

function spanLine(raw: Raw, resource: OtlpAttributes): SpanLine | undefined {
  const traceId = hex(raw.traceId, 32);
  const spanId = hex(raw.spanId, 16);
  if (traceId === undefined || spanId === undefined) return undefined;
  const parentSpanId = hex(raw.parentSpanId, 16);
  const status = recordAt(raw, 'status');
  const message = text(status.message);
  return {
    name: text(raw.name),
    kind: member(kinds, raw.kind, 'SPAN_KIND_'),
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    startUnixMs: nanosToMs(raw.startTimeUnixNano),
    endUnixMs: nanosToMs(raw.endTimeUnixNano),
    status: member(statuses, status.code, 'STATUS_CODE_'),
    ...(message === '' ? {} : { statusMessage: message }),
    attributes: attributes(raw),
    resource,
    events: listAt(raw, 'events').slice(0, maxEvents).map(spanEvent),
  };
}

function spanEvent(raw: Raw): SpanEvent {
  return { name: text(raw.name), timeUnixMs: nanosToMs(raw.timeUnixNano), attributes: attributes(raw) };
}

/** By number as the protocol says, by text where a sender gave only that; unspecified counts as INFO. */
function severity(raw: Raw): Severity {
  const number = Number(raw.severityNumber);
  if (number >= 1 && number <= 24) return severities[Math.floor((number - 1) / 4)] ?? 'INFO';
  const named = text(raw.severityText).toUpperCase();
  return severities.find((each) => named.startsWith(each)) ?? 'INFO';
}

/** Enumerations may come as a number or as the protocol's full name. */
function member<const Names extends readonly string[]>(names: Names, value: unknown, prefix: string): Names[number] {
  const found = typeof value === 'number' ? names[value] : names.find((name) => `${prefix}${name}` === value);
  return found ?? names[0] ?? '';
}

function attributes(raw: Raw): OtlpAttributes {
  const entries: [string, OtlpValue][] = [];
  for (const pair of listAt(raw, 'attributes').slice(0, maxAttributes)) {
    const value = plainValue(pair.value);
    if (typeof pair.key === 'string' && value !== undefined) entries.push([pair.key, value]);
  }
  // fromEntries defines own properties, so a key named __proto__ stays a key.
  return Object.fromEntries(entries);
}

/** An id of zeros is how senders say "none". */
function hex(value: unknown, digits: number): string | undefined {
  if (typeof value !== 'string' || value.length !== digits || !/^[0-9a-f]+$/i.test(value) || /^0+$/.test(value)) return undefined;
  return value.toLowerCase();
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
