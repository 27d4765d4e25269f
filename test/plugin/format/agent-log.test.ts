import test from 'ava';
import { AgentLogPrinter, ioStream } from '../../../plugin/format/agent-log.ts';
import type { LogLine } from '../../../proxy/telemetry/otlp-json.ts';

const at = new Date(2026, 0, 2, 15, 4, 5, 123).getTime();
const record = (body: string, attributes: LogLine['attributes'] = {}, component = 'worker'): LogLine => ({ timeUnixMs: at, severity: 'INFO', body, attributes, resource: { 'clrk.component': component } });
const call = record('POST api.anthropic.com/v1/messages 401 12ms', { 'http.response.status_code': 401 }, 'egress-proxy');

test('a line says when, who and what, below each other', (t) => {
  const printer = new AgentLogPrinter(false);
  t.is(printer.line(record('hello', { 'log.iostream': 'stdout' })), '2026-01-02 15:04:05.123  worker[stdout]  hello\n');
  t.is(printer.line(record('x'.repeat(3))), '2026-01-02 15:04:05.123  worker          xxx\n');
});

test('what an agent wrote can not move the cursor', (t) => {
  t.regex(new AgentLogPrinter(true).line(record('\u001B]0;title\u0007 \u202Ereversed')), / {2}\\x1b\]0;title\\x07 \\u202ereversed\n$/);
});

test('a call names its trace, and nothing else does', (t) => {
  const ids = { traceId: 'a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4' };
  const printer = new AgentLogPrinter(false);
  t.true(printer.line({ ...record('GET x 200', { 'http.request.method': 'GET' }, 'egress-proxy'), ...ids }).endsWith('  GET x 200 trace=a1b2c3d4\n'));
  t.true(printer.line({ ...record('out', { 'log.iostream': 'stdout' }), ...ids }).endsWith('  out\n'));
});

test('only calls are painted', (t) => {
  const paint = (colours: boolean, line: LogLine): string => new AgentLogPrinter(colours).line(line).replaceAll('\u001B', 'ESC');
  t.true(paint(true, call).endsWith('  ESC[34mPOSTESC[0m api.anthropic.com/v1/messages ESC[33m401ESC[0m 12ms\n'));
  t.true(paint(true, record('POST x 401')).endsWith('  POST x 401\n'));
  t.false(paint(false, call).includes('ESC'));
});

test('the stream of the process is known, and only that', (t) => {
  t.is(ioStream(record('x', { 'log.iostream': 'stderr' })), 'stderr');
  t.is(ioStream(record('x', { 'log.iostream': 'other' })), undefined);
});
