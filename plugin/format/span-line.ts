// One span as one line: the line of the otel-traces pane and of plain mode.
import type { SpanLine } from '../../proxy/telemetry/otlp-json.ts';
import { printable } from './printable.ts';
import { timeOfDay } from './time-of-day.ts';

/** `15:04:05.123 chat claude-haiku-4-5 [UNSET] 540ms trace=a1b2c3d4` */
export function spanLine(span: SpanLine): string {
  return `${timeOfDay(span.startUnixMs)} ${printable(span.name, 512)} [${statusName(span)}] ${duration(span)} trace=${span.traceId.slice(0, 8)}`;
}

/** Protocol names, as collectors print them; a span that nobody judged is `UNSET`. */
export function statusName(span: SpanLine): string {
  return span.status === 'UNSET' ? 'UNSET' : `STATUS_CODE_${span.status}`;
}

/** Whole milliseconds, or `?` where an end was never written. */
export function duration(span: SpanLine): string {
  return span.endUnixMs >= span.startUnixMs && span.endUnixMs > 0 ? `${Math.floor(span.endUnixMs - span.startUnixMs)}ms` : '?';
}
