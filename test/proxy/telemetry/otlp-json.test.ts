// Decoding of OTLP/JSON: exact where it matters, tolerant elsewhere, bounded everywhere.
import test from 'ava';
import { decodeLogs, decodeSpans, MalformedOtlp, maxOtlpBytes } from '../../../proxy/telemetry/otlp-json.ts';

const traceId = '0AF7651916CD43DD8448EB211C80319C';
const spanId = 'b7ad6b7169203331';
const logs = (record: object): string => JSON.stringify({ resourceLogs: [{ resource: { attributes: [] }, scopeLogs: [{ logRecords: [record] }] }] });
const spans = (span: object): string => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId, spanId, ...span }] }] }] });
const attribute = (value: unknown): unknown => decodeLogs(logs({ attributes: [{ key: 'k', value }] }))[0]?.attributes.k;

const value = test.macro({
  exec(t, raw: unknown, expected: unknown) {
    t.deepEqual(attribute(raw), expected);
  },
  title: (name) => `an attribute: ${name}`,
});
test('a string stays a string', value, { stringValue: 'x' }, 'x');
test('an integer sent as a string becomes a number', value, { intValue: '312' }, 312);
test('an integer sent as a number is taken too', value, { intValue: 312 }, 312);
test('an integer beyond 2^53 stays exact as a string', value, { intValue: '9223372036854775807' }, '9223372036854775807');
test('zero and false are values', value, { boolValue: false }, false);
test('a double keeps its fraction', value, { doubleValue: 0.25 }, 0.25);
test('NaN travels as a string', value, { doubleValue: 'NaN' }, 'NaN');
test('an array becomes an array of scalars', value, { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '2' }] } }, ['a', 2]);
test('a map becomes its JSON text', value, { kvlistValue: { values: [{ key: 'a', value: { intValue: 1 } }] } }, '{"a":1}');
test('bytes stay base64', value, { bytesValue: 'AAE=' }, 'AAE=');
test('an unknown kind of value is left out', value, { futureValue: 1 }, undefined);

test('a time in nanoseconds keeps its microseconds, as a string and as a number', (t) => {
  t.is(decodeLogs(logs({ timeUnixNano: '1700000000123456789' }))[0]?.timeUnixMs, 1_700_000_000_123.456);
  t.is(Math.round(decodeLogs(logs({ timeUnixNano: 1_700_000_000_123_456_768 }))[0]?.timeUnixMs ?? 0), 1_700_000_000_123);
});

test('a record without a time takes the time it was observed', (t) => {
  t.is(decodeLogs(logs({ timeUnixNano: '0', observedTimeUnixNano: '1700000000000000000' }))[0]?.timeUnixMs, 1_700_000_000_000);
});

test('ids are checked and lower-cased, and zeros mean none', (t) => {
  t.like(decodeLogs(logs({ traceId, spanId }))[0], { traceId: traceId.toLowerCase(), spanId });
  for (const bad of ['', '0'.repeat(32), 'xyz', `${traceId}00`, 7]) t.is(decodeLogs(logs({ traceId: bad }))[0]?.traceId, undefined);
});

test('a span without valid ids is skipped', (t) => {
  t.is(decodeSpans(spans({})).length, 1);
  t.is(decodeSpans(spans({ spanId: 'short' })).length, 0);
});

test('kind and status are read by number and by name', (t) => {
  t.like(decodeSpans(spans({ kind: 2, status: { code: 2, message: 'HTTP 500' } }))[0], { kind: 'SERVER', status: 'ERROR', statusMessage: 'HTTP 500' });
  t.like(decodeSpans(spans({ kind: 'SPAN_KIND_CLIENT', status: { code: 'STATUS_CODE_OK' } }))[0], { kind: 'CLIENT', status: 'OK' });
  t.like(decodeSpans(spans({ kind: 99 }))[0], { kind: 'UNSPECIFIED', status: 'UNSET' });
});

test('severity is read by number, else by text, else it is INFO', (t) => {
  const of = (record: object) => decodeLogs(logs(record))[0]?.severity;
  t.is(of({ severityNumber: 17 }), 'ERROR');
  t.is(of({ severityNumber: 14 }), 'WARN');
  t.is(of({ severityText: 'warning' }), 'WARN');
  t.is(of({}), 'INFO');
});

test('a key named __proto__ is a key like any other', (t) => {
  const [line] = decodeLogs(logs({ attributes: [{ key: '__proto__', value: { stringValue: 'x' } }] }));
  t.deepEqual(Object.keys(line?.attributes ?? {}), ['__proto__']);
  t.is(({} as Record<string, unknown>).x, undefined);
});

test('what is not an export request is refused with the reason', (t) => {
  t.throws(() => decodeLogs('{'), { instanceOf: MalformedOtlp, message: 'the request is not JSON' });
  t.throws(() => decodeLogs('[]'), { instanceOf: MalformedOtlp, message: 'the request is not a JSON object' });
  t.throws(() => decodeSpans('{"resourceSpans":{}}'), { instanceOf: MalformedOtlp, message: 'resourceSpans is not an array' });
  t.throws(() => decodeLogs(new Uint8Array(maxOtlpBytes + 1)), { instanceOf: MalformedOtlp });
});

test('wrong types inside a request are skipped, not fatal', (t) => {
  const odd = { resourceLogs: [null, 1, { resource: 'x', scopeLogs: [{ logRecords: [null, { attributes: 'x', body: 5, timeUnixNano: {} }] }] }], more: 1 };
  t.deepEqual(decodeLogs(JSON.stringify(odd)), [{ timeUnixMs: 0, severity: 'INFO', body: '', attributes: {}, resource: {} }]);
  t.deepEqual(decodeLogs('{}'), []);
});

test('endless nesting and endless attributes are cut', (t) => {
  let deep: object = { stringValue: 'x' };
  for (let n = 0; n < 1000; n += 1) deep = { arrayValue: { values: [deep] } };
  t.true(JSON.stringify(attribute(deep)).length < 100);
  const many = Array.from({ length: 5000 }, (_, n) => ({ key: `k${n}`, value: { intValue: n } }));
  t.is(Object.keys(decodeLogs(logs({ attributes: many }))[0]?.attributes ?? {}).length, 512);
});
