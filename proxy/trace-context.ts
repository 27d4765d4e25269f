// Reads the traceparent an agent sends (W3C Trace Context), so that its calls hang under its own spans.
import { ROOT_CONTEXT, TraceFlags, trace, type Context, type Span } from '@opentelemetry/api';

/** The context to start the exchange's span in. The sampled flag is set whatever the agent says: it cannot opt out of the record. */
export function parentContext(traceparent: string | undefined): Context {
  const [, traceId, spanId] = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:$|-)/.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true });
}

/** The header for the upstream, for agents that sent none. */
export function traceparent(span: Span): string {
  const { traceId, spanId } = span.spanContext();
  return `00-${traceId}-${spanId}-01`;
}
