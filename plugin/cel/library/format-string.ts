// `'%s has %d'.format([name, count])`: the clauses %s %d %f %e %b %x %X %o.
import { showDuration, showTimestamp } from '../values/time.ts';
import { Duration, Failure, List, Mapping, Timestamp, TypeValue, Uint, typeName, type Value } from '../values/value.ts';
import { showDouble } from './conversions.ts';

/** A clause that a value cannot be shown with. */
class Wrong extends Error {}

/** A result costs nothing, and can be twice as long as what it was made of: without an end, a few calls fill the memory. */
export const longestResult = 16_000_000;

/** Throws as soon as the pieces are too long together, before they are one text. */
function bounded(pieces: Iterable<string>): readonly string[] {
  const made: string[] = [];
  let length = 0;
  for (const piece of pieces) {
    length += piece.length;
    if (length > longestResult) throw new Wrong(`format would make more than ${longestResult} characters`);
    made.push(piece);
  }
  return made;
}

function* each<T>(all: Iterable<T>, show: (one: T) => string): Generator<string> {
  for (const one of all) yield show(one);
}

const mostDigits = 1000;
const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

const integerOf = (value: Value): bigint | undefined => (typeof value === 'bigint' ? value : value instanceof Uint ? value.value : undefined);

/** What each clause takes, for the message that refuses another type; the checker asks the same question of literal formats. */
export const clauses: Readonly<Record<string, { readonly takes: readonly string[]; readonly words: string }>> = {
  s: { takes: ['list', 'map', 'int', 'uint', 'double', 'bool', 'string', 'google.protobuf.Timestamp', 'bytes', 'google.protobuf.Duration', 'type', 'null_type'], words: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps' },
  d: { takes: ['int', 'uint'], words: 'decimal clause can only be used on integers' },
  f: { takes: ['double', 'string'], words: 'fixed-point clause can only be used on doubles' },
  e: { takes: ['double', 'string'], words: 'scientific clause can only be used on doubles' },
  b: { takes: ['int', 'uint', 'bool'], words: 'only integers and bools can be formatted as binary' },
  x: { takes: ['int', 'uint', 'string', 'bytes'], words: 'only integers, byte buffers, and strings can be formatted as hex' },
  o: { takes: ['int', 'uint'], words: 'octal clause can only be used on integers' },
};

function quoted(value: Value): string {
  const text = plain(value, 6);
  if (typeof value === 'string') return JSON.stringify(text);
  if (value instanceof Uint8Array) return `b${JSON.stringify(text)}`;
  return typeof value === 'number' && !Number.isFinite(value) ? JSON.stringify(text) : text;
}

/** `digits`: inside lists and maps doubles show six of them. */
function plain(value: Value, digits?: number): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return digits === undefined || !Number.isFinite(value) ? showDouble(value) : value.toFixed(digits);
  if (typeof value !== 'object') return String(value);
  if (value instanceof List) return `[${bounded(each(value, quoted)).join(', ')}]`;
  if (value instanceof Mapping) {
    const keys = value.keys().map((key) => [quoted(key), key] as const).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${bounded(each(keys, ([shown, key]) => `${shown}:${quoted(value.find(key) ?? null)}`)).join(', ')}}`;
  }
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value instanceof Timestamp) return showTimestamp(value);
  if (value instanceof Duration) return showDuration(value);
  if (value instanceof TypeValue) return digits === undefined ? value.name : `type(${value.name})`;
  if (value instanceof Failure) throw new Wrong(value.message);
  throw new Wrong(`${clauses['s']?.words}, was given ${typeName(value)}`);
}

function doubleOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : undefined;
}

/** As en-US writes it: thousands apart, powers of ten as such. */
function localised(value: number, scientific: boolean, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞';
  if (!scientific) {
    const [whole = '', fraction] = Math.abs(value) < 1e21 ? value.toFixed(Math.min(digits, 100)).split('.') : [BigInt(value).toString(), '0'.repeat(digits)];
    return whole.replaceAll(/\B(?=(\d{3})+$)/g, ',') + (digits > 0 && fraction !== undefined ? `.${fraction}` : '');
  }
  const [mantissa = '', power = '0'] = value.toExponential(Math.min(digits, 100)).split('e');
  const raised = Array.from(String(Math.abs(Number(power))).padStart(2, '0'), (digit) => superscripts[Number(digit)]).join('');
  return `${mantissa}×10${Number(power) < 0 ? '⁻' : ''}${raised}`;
}

function clause(mark: string, value: Value, digits: number | undefined): string {
  const lower = mark === 'X' ? 'x' : mark;
  const rule = clauses[lower];
  if (!rule) throw new Wrong(`could not parse formatting clause: unrecognized formatting clause "${mark}"`);
  const refused = (): never => {
    throw new Wrong(`error during formatting: ${rule.words}, was given ${typeName(value)}`);
  };
  const integer = integerOf(value);
  switch (lower) {
    case 's':
      return rule.takes.includes(typeName(value)) ? plain(value) : refused();
    case 'f':
    case 'e': {
      const double = doubleOf(value);
      return double === undefined ? refused() : localised(double, lower === 'e', digits ?? 6);
    }
    case 'd':
      return integer === undefined ? refused() : String(integer);
    case 'o':
      return integer === undefined ? refused() : integer.toString(8);
    case 'b':
      return integer !== undefined ? integer.toString(2) : typeof value === 'boolean' ? String(Number(value)) : refused();
    default: {
      const hex = integer !== undefined ? integer.toString(16) : typeof value === 'string' ? Buffer.from(value).toString('hex') : value instanceof Uint8Array ? Buffer.from(value).toString('hex') : refused();
      return mark === 'X' ? hex.toUpperCase() : hex;
    }
  }
}

/** The clauses of a format in their order: what is literally there between them, and each clause with its digits. */
export function formatParts(format: string): readonly (string | { readonly mark: string; readonly digits: number | undefined })[] | Failure {
  const parts: (string | { readonly mark: string; readonly digits: number | undefined })[] = [];
  for (const [piece, digits, mark] of format.matchAll(/%%|%(?:\.(\d*))?([^]?)|[^%]+/gu)) {
    if (!piece.startsWith('%')) parts.push(piece);
    else if (piece === '%%') parts.push('%');
    else if (mark === '' || mark === undefined) return new Failure(digits === undefined ? 'unexpected end of string' : 'could not parse formatting clause: error while parsing precision: could not find end of precision specifier');
    else if (!(mark === 'X' || Object.hasOwn(clauses, mark))) return new Failure(`could not parse formatting clause: unrecognized formatting clause "${mark}"`);
    else if (Number(digits ?? 0) > mostDigits || digits === '') return new Failure('could not parse formatting clause: error while parsing precision: error while converting precision to integer');
    else parts.push({ mark, digits: digits === undefined ? undefined : Number(digits) });
  }
  return parts;
}

export function formatString(format: string, args: readonly Value[]): Value {
  const parts = formatParts(format);
  if (parts instanceof Failure) return parts;
  let next = 0;
  try {
    return bounded(each(parts, (part) => {
      if (typeof part === 'string') return part;
      const value = args[next++];
      if (value === undefined) throw new Wrong(`index ${next - 1} out of range`);
      if (value instanceof Failure) throw new Wrong(value.message);
      return clause(part.mark, value, part.digits);
    })).join('');
  } catch (error) {
    if (error instanceof Wrong) return new Failure(error.message);
    throw error;
  }
}
