// Writes one span and one log record for every exchange, and for every connection that came to none.
import { SpanKind, SpanStatusCode, trace, type Attributes, type Context, type Logger, type Span, type Tracer } from '@opentelemetry/api';
import type { SandboxFacts } from './flow.ts';
import type { Redactor } from './redact.ts';
import { refusals, type RefusalCode } from './refusals.ts';
import { events, keys, requestHeaderPrefix, responseHeaderPrefix } from './telemetry/keys.ts';
import type { Captured } from './tap.ts';
import { summary } from './summary.ts';
import type { Usage } from './usage.ts';

export interface ExchangeRecord {
  readonly sandbox: SandboxFacts;
  readonly defaultPolicy: string | undefined;
  readonly scheme: 'https' | 'http';
  readonly method: string;
  /** As the Host header says it. */
  readonly authority: string;
  readonly host: string;
  readonly port: number;
  readonly target: string;
  readonly path: string;
  readonly address: string;
  /** 0: the agent left before there was an answer. */
  readonly status: number;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly responseChunks: number;
  readonly provider: string | undefined;
  readonly operation: string | undefined;
  readonly requestModel: string | undefined;
  readonly usage: Usage;
  readonly isStream: boolean;
  /** `namespace/name`. */
  readonly route: string | undefined;
  readonly refused: RefusalCode | undefined;
  readonly offline: boolean;
  readonly requestHeaders: readonly string[];
  readonly responseHeaders: readonly string[];
  readonly requestBody: Captured | undefined;
  readonly responseBody: Captured | undefined;
  readonly redactor: Redactor;
}

export interface ConnectionRecord {
  readonly sandbox: SandboxFacts;
  readonly defaultPolicy: string | undefined;
  readonly address: string;
  readonly port: number;
  readonly name: string | undefined;
  readonly reason: string;
  /** Refused by a decision; malformed or broken off; or closed by the agent without a request. */
  readonly kind: 'denied' | 'malformed' | 'closed';
  readonly durationMs: number;
}

/** What is told of one header. Cut after redaction, so that no secret is cut in two. */
const maxHeaderValue = 1024;

const severities = { info: { severityNumber: 9, severityText: 'INFO' }, warn: { severityNumber: 13, severityText: 'WARN' }, error: { severityNumber: 17, severityText: 'ERROR' } };

export class Audit {
  readonly #tracer: Tracer;
  readonly #logger: Logger;

  constructor(telemetry: { readonly tracer: Tracer; readonly logger: Logger }) {
    this.#tracer = telemetry.tracer;
    this.#logger = telemetry.logger;
  }

  /** The span of an exchange starts with its request, so that its id can travel upstream. */
  start(parent: Context): Span {
    return this.#tracer.startSpan('exchange', { kind: SpanKind.SERVER }, parent);
  }

  exchange(span: Span, parent: Context, record: ExchangeRecord): void {
    const operation = record.operation === undefined ? undefined : [record.operation, record.requestModel].filter((p) => p !== undefined).join(' ');
    const attributes = exchangeAttributes(record);
    span.updateName(operation ?? `${record.method} ${record.host}`);
    span.setAttributes(attributes);
    const { redactor } = record;
    span.addEvent(events.requestHeaders, headerAttributes(requestHeaderPrefix, record.requestHeaders, redactor));
    if (record.requestBody !== undefined) span.addEvent(events.requestBody, bodyAttributes(record.requestBody));
    if (record.responseHeaders.length > 0) span.addEvent(events.responseHeaders, headerAttributes(responseHeaderPrefix, record.responseHeaders, redactor));
    if (record.responseBody !== undefined) span.addEvent(events.responseBody, bodyAttributes(record.responseBody));
    if (record.status >= 400) span.setStatus({ code: SpanStatusCode.ERROR, message: `HTTP ${record.status}` });
    else if (record.refused !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: record.refused });
    span.end();
    const severity = record.status >= 500 ? severities.error : record.status >= 400 || record.status === 0 ? severities.warn : severities.info;
    this.#emit(span, parent, severity, summary(record), attributes);
  }

  /** A connection that carried no exchange. */
  connection(record: ConnectionRecord, parent: Context): void {
    const name = { denied: 'egress.dial.denied', malformed: 'egress.proxy.malformed', closed: 'egress.tcp' }[record.kind];
    const attributes: Attributes = {
      ...identity(record.sandbox),
      ...defined({ [keys.defaultPolicy]: record.defaultPolicy, [keys.destinationName]: record.name }),
      [keys.destinationAddress]: `${record.address}:${record.port}`,
      [keys.peerAddress]: record.address,
      [keys.peerPort]: record.port,
      [keys.durationMs]: Math.round(record.durationMs),
      [record.kind === 'denied' ? keys.denyReason : keys.failureReason]: record.reason,
    };
    const span = this.#tracer.startSpan(name, { kind: SpanKind.SERVER, startTime: Date.now() - record.durationMs }, parent);
    span.setAttributes(attributes);
    if (record.kind !== 'closed') span.setStatus({ code: SpanStatusCode.ERROR, message: record.reason });
    span.end();
    const { agent } = record.sandbox;
    const body = `${name} agent=${agent.namespace}/${agent.name} dst=${record.name ?? record.address}:${record.port} reason=${record.reason} dur=${Math.round(record.durationMs)}ms`;
    this.#emit(span, parent, record.kind === 'closed' ? severities.info : severities.warn, body, attributes);
  }

  #emit(span: Span, parent: Context, severity: typeof severities.info, body: string, attributes: Attributes): void {
    const { traceId, spanId } = span.spanContext();
    this.#logger.emit({
      ...severity, body, timestamp: Date.now(), context: trace.setSpan(parent, span), attributes: { ...attributes, [keys.traceId]: traceId, [keys.spanId]: spanId },
    });
  }
}

function identity(sandbox: SandboxFacts): Attributes {
  const { agent } = sandbox;
  return {
    [keys.agentKind]: agent.kind,
    [keys.agentNamespace]: agent.namespace,
    [keys.agentName]: agent.name,
    [keys.agentUid]: agent.uid,
    [keys.agentRevision]: agent.revision,
    [keys.sandboxId]: sandbox.id,
    [keys.sandboxRuntime]: sandbox.runtime,
    [keys.gateway]: sandbox.gateway,
  };
}

function exchangeAttributes(record: ExchangeRecord): Attributes {
  const [routeNamespace, routeName] = record.route?.split('/') ?? [];
  const { usage } = record;
  return {
    ...identity(record.sandbox),
    [keys.method]: record.method,
    [keys.scheme]: record.scheme,
    [keys.serverAddress]: record.authority,
    [keys.serverPort]: record.port,
    [keys.path]: record.redactor.text(record.path),
    [keys.url]: record.redactor.url(`${record.scheme}://${record.authority}${record.target}`),
    [keys.status]: record.status,
    [keys.destinationAddress]: `${record.address}:${record.port}`,
    [keys.destinationName]: record.host,
    [keys.requestBytes]: record.requestBytes,
    [keys.responseBytes]: record.responseBytes,
    [keys.responseChunks]: record.responseChunks,
    [keys.durationMs]: Math.round(record.durationMs),
    [keys.routeMatched]: record.route !== undefined,
    [keys.offline]: record.offline,
    ...defined({
      [keys.defaultPolicy]: record.defaultPolicy,
      [keys.routeNamespace]: routeNamespace,
      [keys.routeName]: routeName,
      [keys.genAiProvider]: record.provider,
      [keys.genAiSystem]: record.provider,
      [keys.genAiOperation]: record.operation,
      [keys.genAiRequestModel]: record.requestModel,
      [keys.genAiResponseModel]: usage.model,
      [keys.genAiInputTokens]: usage.inputTokens,
      [keys.genAiOutputTokens]: usage.outputTokens,
      [keys.genAiStream]: record.operation === undefined ? undefined : record.isStream,
      [keys.requestTruncated]: record.requestBody?.truncated,
      [keys.responseTruncated]: record.responseBody?.truncated,
      [keys.errorType]: record.refused ?? (record.status >= 400 ? String(record.status) : undefined),
      ...(record.refused === undefined ? {} : { [refusals[record.refused].kind === 'denied' ? keys.denyReason : keys.failureReason]: record.refused }),
    }),
  };
}

/** Repeated headers become one value, as HTTP reads them; the agent cannot make more attributes than it may send headers. */
function headerAttributes(prefix: string, raw: readonly string[], redactor: Redactor): Attributes {
  const found: Record<string, string> = {};
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const key = prefix + redactor.headerName(raw[i] ?? '');
    const value = redactor.header(raw[i] ?? '', raw[i + 1] ?? '').slice(0, maxHeaderValue);
    const all = found[key] === undefined || found[key] === value ? value : `${found[key]}, ${value}`;
    found[key] = all.slice(0, maxHeaderValue);
  }
  return found;
}

function bodyAttributes(body: Captured): Attributes {
  return {
    [keys.bodyBytes]: body.bytes,
    [keys.bodyTruncated]: body.truncated,
    [keys.bodyBase64]: body.base64,
    ...defined({ [keys.bodyEncoding]: body.contentEncoding }),
  };
}

function defined(attributes: Readonly<Record<string, string | number | boolean | undefined>>): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)) as Attributes;
}
