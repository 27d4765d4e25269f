// Sends spans and log records to an OTLP/HTTP collector through the OpenTelemetry SDK, in the background.
import type { Agent } from 'node:https';
import type { Attributes, Logger, Tracer } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { AlwaysOnSampler, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { Batch } from './batch.ts';
import { keys } from './keys.ts';
import { reveal, type Sealed } from './sealed.ts';
import { version } from './version.ts';

export interface TelemetryOptions {
  /** Base URL of the collector; `/v1/traces` and `/v1/logs` are appended. */
  readonly endpoint: string;
  /** PEM of the CA that signed the collector's certificate; absent: the system's. */
  readonly ca?: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: Sealed;
  /** Makes the connections, in place of `ca`: for a collector that asks for a client certificate. */
  readonly agent?: () => Agent;
  readonly resource: Readonly<Record<string, string | number | boolean>>;
  /** How long a record may wait for company. */
  readonly delayMs?: number;
  /** How long one request is retried while the collector does not answer. */
  readonly timeoutMs?: number;
}

export interface Telemetry {
  readonly tracer: Tracer;
  readonly logger: Logger;
  /** Spans and records that were lost: a full queue, or a collector that was away too long. */
  dropped(): number;
  /** Sends what waits; resolves after at most `timeoutMs` (2 s), never rejects. */
  flush(timeoutMs?: number): Promise<void>;
  /** Flushes, then takes nothing more. A retry may still be under way: the process should exit after it. */
  stop(timeoutMs?: number): Promise<void>;
}

/** Nothing of what it returns ever blocks or throws into the caller. */
export function telemetry(options: TelemetryOptions): Telemetry {
  const delayMs = options.delayMs ?? 1000;
  const spanExporter = new OTLPTraceExporter(exporterOptions(options, 'traces'));
  const logExporter = new OTLPLogExporter(exporterOptions(options, 'logs'));
  const spans = new Batch<ReadableSpan>({ send: (items, done) => spanExporter.export(items, done), weigh: spanBytes, owner: (span) => ownerOf(span.attributes), delayMs });
  const records = new Batch<ReadableLogRecord>({ send: (items, done) => logExporter.export(items, done), weigh: recordBytes, owner: (record) => ownerOf(record.attributes as Attributes), delayMs });
  const batches = [spans, records];
  const flush = async (timeoutMs = 2000): Promise<void> => {
    await Promise.all(batches.map((batch) => batch.flush(timeoutMs)));
  };
  const stop = async (timeoutMs = 2000): Promise<void> => {
    await Promise.all(batches.map((batch) => batch.close(timeoutMs)));
  };
  const processor = { forceFlush: () => flush(), shutdown: () => stop() };
  const resource = resourceFromAttributes(options.resource);
  const tracers = new TracerProvider({
    resource,
    // The default obeys the caller's traceparent: an agent could hide its calls by sending one that says "not sampled".
    sampler: new AlwaysOnSampler(),
    spanLimits: { attributePerEventCountLimit: 256 },
    spanProcessors: [{ ...processor, onStart: () => undefined, onEnd: (span) => spans.add(span) }],
  });
  const loggers = new LoggerProvider({ resource, processors: [{ ...processor, onEmit: (record) => records.add(record) }] });
  return {
    tracer: tracers.getTracer('clrk', version),
    logger: loggers.getLogger('clrk', version),
    dropped: () => spans.dropped + records.dropped,
    flush,
    stop,
  };
}

function exporterOptions(options: TelemetryOptions, signal: 'traces' | 'logs') {
  const { ca, token, agent } = options;
  return {
    url: `${options.endpoint.replace(/\/+$/, '')}/v1/${signal}`,
    // A function, so that the token stays sealed until a request is made.
    headers: async (): Promise<Record<string, string>> => (token ? { authorization: `Bearer ${reveal(token)}` } : {}),
    httpAgentOptions: agent ?? { keepAlive: true, maxSockets: 1, ...(ca === undefined ? {} : { ca }) },
    // The batch sends one at a time; the exporter counts a request a moment longer than its answer, and would refuse the next one.
    concurrencyLimit: 4,
    timeoutMillis: options.timeoutMs ?? 10_000,
  };
}

function ownerOf(attributes: Attributes): string | undefined {
  const sandbox = attributes[keys.sandboxId];
  return typeof sandbox === 'string' ? sandbox : undefined;
}

function spanBytes(span: ReadableSpan): number {
  return span.events.reduce((sum, event) => sum + attributeBytes(event.attributes ?? {}), attributeBytes(span.attributes));
}

function recordBytes(record: ReadableLogRecord): number {
  const body = typeof record.body === 'string' ? record.body.length : 64;
  return body + attributeBytes(record.attributes as Attributes);
}

function attributeBytes(attributes: Attributes): number {
  let bytes = 128;
  for (const [key, value] of Object.entries(attributes)) {
    bytes += key.length + 32 + (typeof value === 'string' ? value.length : Array.isArray(value) ? value.join().length : 8);
  }
  return bytes;
}
