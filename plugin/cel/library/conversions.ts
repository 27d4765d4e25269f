// Conversions between types, and the type of a value.
import { isInRange, parseDateTime, parseDuration, second, showDuration, showTimestamp, unixSeconds } from '../values/time.ts';
import { Failure, Timestamp, TypeValue, Uint, typeName, type Duration, type Value } from '../values/value.ts';
import type { Library } from '../types/functions.ts';

const noConversion = (from: string, to: string): Failure => new Failure(`type conversion error from '${from}' to '${to}'`);
const same = (value: Value): Value => value;
const int64 = 2n ** 63n;
const uint64 = 2n ** 64n;

function fromText(text: string, limits: readonly [bigint, bigint], to: string): bigint | Failure {
  if (!/^[+-]?\d{1,40}$/.test(text)) return noConversion('string', to);
  const value = BigInt(text.replace(/^\+/, ''));
  return value < limits[0] || value >= limits[1] ? noConversion('string', to) : value;
}

const truths: Readonly<Record<string, boolean>> = { 1: true, t: true, T: true, TRUE: true, true: true, True: true, 0: false, f: false, F: false, FALSE: false, false: false, False: false };

/** The shortest decimal notation that reads back as the same double, as Go's %g writes it: an exponent from 1e+06 on and below 1e-4. */
export function showDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 6) return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  return Object.is(value, -0) ? '-0' : String(value);
}

function doubleToInt(value: number): Value {
  return Number.isFinite(value) && value > -(2 ** 63) && value < 2 ** 63 ? BigInt(Math.trunc(value)) : new Failure('integer overflow');
}

export const conversions: Library = {
  type: { 'type: (A) -> type(A)': (value: Value): Value => new TypeValue(typeName(value)) },
  dyn: { 'to_dyn: (A) -> dyn': same },
  bool: {
    'bool_to_bool: (bool) -> bool': same,
    'string_to_bool: (string) -> bool': (text: string): Value => (Object.hasOwn(truths, text) ? (truths[text] ?? false) : noConversion('string', 'bool')),
  },
  bytes: { 'bytes_to_bytes: (bytes) -> bytes': same, 'string_to_bytes: (string) -> bytes': (text: string): Value => Buffer.from(text, 'utf8') },
  double: {
    'double_to_double: (double) -> double': same,
    'int64_to_double: (int) -> double': (value: bigint): Value => Number(value),
    'string_to_double: (string) -> double': (text: string): Value => (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$|^[+-]?(?:inf|infinity)$|^nan$/i.test(text) ? readDouble(text) : noConversion('string', 'double')),
    'uint64_to_double: (uint) -> double': (value: Uint): Value => Number(value.value),
  },
  duration: {
    'duration_to_duration: (duration) -> duration': same,
    'int64_to_duration: (int) -> duration': (): Value => noConversion('int', 'google.protobuf.Duration'),
    'string_to_duration: (string) -> duration': (text: string): Value => parseDuration(text) ?? noConversion('string', 'google.protobuf.Duration'),
  },
  int: {
    'int64_to_int64: (int) -> int': same,
    'double_to_int64: (double) -> int': doubleToInt,
    'duration_to_int64: (duration) -> int': (value: Duration): Value => value.nanoseconds,
    'string_to_int64: (string) -> int': (text: string): Value => fromText(text, [-int64, int64], 'int'),
    'timestamp_to_int64: (timestamp) -> int': (time: Timestamp): Value => unixSeconds(time),
    'uint64_to_int64: (uint) -> int': (value: Uint): Value => (value.value >= int64 ? new Failure('integer overflow') : value.value),
  },
  string: {
    'string_to_string: (string) -> string': same,
    'bool_to_string: (bool) -> string': (value: boolean): Value => String(value),
    'bytes_to_string: (bytes) -> string': bytesToString,
    'double_to_string: (double) -> string': (value: number): Value => showDouble(value),
    'duration_to_string: (duration) -> string': (value: Duration): Value => showDuration(value),
    'int64_to_string: (int) -> string': (value: bigint): Value => String(value),
    'timestamp_to_string: (timestamp) -> string': (value: Timestamp): Value => showTimestamp(value),
    'uint64_to_string: (uint) -> string': (value: Uint): Value => String(value.value),
  },
  timestamp: {
    'timestamp_to_timestamp: (timestamp) -> timestamp': same,
    'int64_to_timestamp: (int) -> timestamp': (value: bigint): Value => (isInRange(value * second) ? new Timestamp(value * second) : new Failure('timestamp overflow')),
    'string_to_timestamp: (string) -> timestamp': (text: string): Value => parseDateTime(text) ?? noConversion('string', 'google.protobuf.Timestamp'),
  },
  uint: {
    'uint64_to_uint64: (uint) -> uint': same,
    'double_to_uint64: (double) -> uint': (value: number): Value => (value >= 0 && value < 2 ** 64 ? new Uint(BigInt(Math.trunc(value))) : new Failure('unsigned integer overflow')),
    'int64_to_uint64: (int) -> uint': (value: bigint): Value => (value < 0n ? new Failure('unsigned integer overflow') : new Uint(value)),
    'string_to_uint64: (string) -> uint': (text: string): Value => {
      const read = /^\d/.test(text) ? fromText(text, [0n, uint64], 'uint') : noConversion('string', 'uint');
      return read instanceof Failure ? read : new Uint(read);
    },
  },
};

function readDouble(text: string): number {
  if (/nan/i.test(text)) return Number.NaN;
  return /inf/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text);
}

function bytesToString(value: Uint8Array): Value {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return new Failure('invalid UTF-8 in bytes, cannot convert to string');
  }
}
