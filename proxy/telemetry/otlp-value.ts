// The JSON forms of OTLP's values and 64-bit numbers, brought down to plain JavaScript values.

/** What an attribute holds after decoding; anything nested deeper than a list of scalars becomes its JSON text. */
export type OtlpValue = string | number | boolean | readonly (string | number | boolean)[];

type Raw = Readonly<Record<string, unknown>>;

/** Nesting beyond this is cut: an attribute is shown to a person, not walked. */
const maxDepth = 8;
const maxElements = 1024;

export function isRecord(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function recordAt(raw: Raw, name: string): Raw {
  const value = raw[name];
  return isRecord(value) ? value : {};
}

/** The objects of a list; what is not an object is skipped. */
export function listAt(raw: Raw, name: string): readonly Raw[] {
  const value = raw[name];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** Nanoseconds since 1970, as a decimal string (what the protocol says) or a number, to milliseconds; 0 when it is neither. */
export function nanosToMs(value: unknown): number {
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return Number(BigInt(value) / 1000n) / 1000;
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return Math.floor(value / 1000) / 1000;
  return 0;
}

/** An OTLP AnyValue as a plain value; undefined when it holds none. */
export function plainValue(raw: unknown): OtlpValue | undefined {
  const value = unwrap(raw, 0);
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.map((element) => (isScalar(element) ? element : JSON.stringify(element ?? null)));
  return isScalar(value) ? value : JSON.stringify(value);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function unwrap(raw: unknown, depth: number): unknown {
  if (!isRecord(raw) || depth > maxDepth) return undefined;
  if (typeof raw.stringValue === 'string') return raw.stringValue;
  if (typeof raw.boolValue === 'boolean') return raw.boolValue;
  if (raw.intValue !== undefined) return integer(raw.intValue);
  if (raw.doubleValue !== undefined) return double(raw.doubleValue);
  if (typeof raw.bytesValue === 'string') return raw.bytesValue;
  if (isRecord(raw.arrayValue)) return listAt(raw.arrayValue, 'values').slice(0, maxElements).map((element) => unwrap(element, depth + 1) ?? null);
  if (isRecord(raw.kvlistValue)) {
    const pairs = listAt(raw.kvlistValue, 'values').slice(0, maxElements);
    return Object.fromEntries(pairs.map((pair) => [String(pair.key), unwrap(pair.value, depth + 1) ?? null]));
  }
  return undefined;
}

/** 64-bit integers travel as strings; one that a double cannot hold exactly stays a string. */
function integer(value: unknown): number | string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || !/^-?\d{1,20}$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** NaN and the infinities travel as strings, and stay strings because JSON has no number for them. */
function double(value: unknown): number | string | undefined {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return value;
  return typeof value === 'string' && value !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined;
}
