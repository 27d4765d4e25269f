// Kubernetes quantities: quantity('500m'), compared and added exactly, in billionths.
import { Failure, Opaque, type Value } from '../values/value.ts';
import type { Library } from '../types/functions.ts';

const unit = 1_000_000_000n;

class Quantity extends Opaque {
  readonly typeName = 'kubernetes.Quantity';
  /** In billionths. */
  readonly nano: bigint;
  /** Written without a fraction, however small: only then does Kubernetes call it an integer. */
  readonly whole: boolean;
  constructor(nano: bigint, whole: boolean) {
    super();
    this.nano = nano;
    this.whole = whole;
  }
  equals(other: Opaque): boolean {
    return other instanceof Quantity && other.nano === this.nano;
  }
}

const powers: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binary = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const wrongFormat = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const largest = (2n ** 63n - 1n) * unit;

/** What is finer than a billionth is rounded up, what is larger than the largest integer becomes it, as Kubernetes does. */
function parse(text: string): Quantity | Failure {
  if (text === '') return new Failure(wrongFormat);
  const [, sign = '', whole = '', fraction = '', suffix] = /^([+-]?)(\d*)(?:\.(\d*))?([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,3})?$/.exec(text.length > 200 ? '' : text) ?? [];
  if (whole === '' && fraction === '') return new Failure(/^[+-]?[0-9.]+/.test(text) && !/^[+-]?\.?$/.test(text) ? 'unable to parse quantity\'s suffix' : wrongFormat);
  const exponent = suffix === undefined ? 0 : /^[eE][+-]?\d/.test(suffix) ? Number(suffix.slice(1)) : powers[suffix];
  const digits = BigInt(whole + fraction);
  const scaled = binary.includes(suffix ?? '') ? divideUp(digits * unit * 1024n ** BigInt(binary.indexOf(suffix ?? '') + 1), fraction.length) : scale(digits, 9 + Math.max(-400, Math.min(400, exponent ?? 0)) - fraction.length);
  const nano = scaled > largest ? largest : scaled;
  const isWhole = fraction === '' && (exponent ?? 0) >= 0 && whole.length <= 18;
  return new Quantity(sign === '-' ? -nano : nano, isWhole);
}

const divideUp = (value: bigint, tens: number): bigint => (value + 10n ** BigInt(tens) - 1n) / 10n ** BigInt(tens);
const scale = (value: bigint, tens: number): bigint => (tens >= 0 ? value * 10n ** BigInt(tens) : divideUp(value, -tens));
const order = (a: Quantity, b: Quantity): bigint => (a.nano < b.nano ? -1n : a.nano > b.nano ? 1n : 0n);
const isInteger = ({ nano, whole }: Quantity): boolean => whole && nano % unit === 0n && nano / unit < 2n ** 63n && nano / unit >= -(2n ** 63n);

export const quantities: Library = {
  quantity: { 'string_to_quantity: (string) -> quantity': parse },
  isQuantity: { 'is_quantity_string: (string) -> bool': (text: string): Value => parse(text) instanceof Quantity },
  sign: { 'quantity_sign: (quantity) -> int': (one: Quantity): Value => order(one, new Quantity(0n, true)) },
  isGreaterThan: { 'quantity_is_greater_than: quantity.(quantity) -> bool': (a: Quantity, b: Quantity): Value => order(a, b) > 0n },
  isLessThan: { 'quantity_is_less_than: quantity.(quantity) -> bool': (a: Quantity, b: Quantity): Value => order(a, b) < 0n },
  compareTo: { 'quantity_compare_to: quantity.(quantity) -> int': order },
  asApproximateFloat: { 'quantity_get_float: quantity.() -> double': ({ nano }: Quantity): Value => Number(nano) / 1e9 },
  asInteger: { 'quantity_get_int: quantity.() -> int': (one: Quantity): Value => (isInteger(one) ? one.nano / unit : new Failure('cannot convert value to integer')) },
  isInteger: { 'quantity_is_integer: quantity.() -> bool': isInteger },
  add: { 'quantity_add: quantity.(quantity) -> quantity': (a: Quantity, b: Quantity): Value => new Quantity(a.nano + b.nano, a.whole && b.whole), 'quantity_add_int: quantity.(int) -> quantity': (a: Quantity, b: bigint): Value => new Quantity(a.nano + b * unit, a.whole) },
  sub: { 'quantity_sub: quantity.(quantity) -> quantity': (a: Quantity, b: Quantity): Value => new Quantity(a.nano - b.nano, a.whole && b.whole), 'quantity_sub_int: quantity.(int) -> quantity': (a: Quantity, b: bigint): Value => new Quantity(a.nano - b * unit, a.whole) },
};
