// Semantic versions: semver('1.2.3'), compared by their rules; semver('v1.2', true) takes what is commonly written.
import { Failure, Opaque, type Value } from '../values/value.ts';
import type { Library } from '../types/functions.ts';

class Semver extends Opaque {
  readonly typeName = 'kubernetes.Semver';
  readonly numbers: readonly bigint[];
  readonly before: readonly string[];
  constructor(numbers: readonly bigint[], before: readonly string[]) {
    super();
    this.numbers = numbers;
    this.before = before;
  }
  equals(other: Opaque): boolean {
    return other instanceof Semver && order(this, other) === 0;
  }
}

const number = /^\d+$/;
const sign = (a: bigint | number | string, b: bigint | number | string): number => (a < b ? -1 : a > b ? 1 : 0);

function orderParts(a: string, b: string): number {
  if (number.test(a) && number.test(b)) return sign(BigInt(a), BigInt(b));
  return number.test(a) ? -1 : number.test(b) ? 1 : sign(a, b);
}

function order(a: Semver, b: Semver): number {
  for (const [index, one] of a.numbers.entries()) if (one !== b.numbers[index]) return sign(one, b.numbers[index] ?? 0n);
  if (a.before.length === 0 || b.before.length === 0) return sign(b.before.length, a.before.length) * (a.before.length === b.before.length ? 0 : 1);
  for (const [index, one] of a.before.entries()) {
    const other = b.before[index];
    const found = other === undefined ? 1 : orderParts(one, other);
    if (found !== 0) return found;
  }
  return sign(a.before.length, b.before.length);
}

function parse(text: string): Semver | Failure {
  if (text === '') return new Failure('Version string empty');
  const [, core = '', before, build] = /^([^-+]*)(?:-([^+]*))?(?:\+(.*))?$/s.exec(text.length > 512 ? '' : text) ?? [];
  const parts = core.split('.');
  if (parts.length !== 3) return new Failure('No Major.Minor.Patch elements found');
  for (const [index, part] of parts.entries()) {
    const word = ['major', 'minor', 'patch'][index];
    if (!number.test(part)) return new Failure(`Invalid character(s) found in ${word} number ${JSON.stringify(part)}`);
    if (part.length > 1 && part.startsWith('0')) return new Failure(`${'MmP'.charAt(index)}${word?.slice(1)} number must not contain leading zeroes ${JSON.stringify(part)}`.replace(/^m/, 'M'));
  }
  const pieces = before === undefined ? [] : before.split('.');
  for (const piece of [...pieces, ...(build === undefined ? [] : build.split('.'))]) {
    if (piece === '') return new Failure('Prerelease is empty');
    if (!/^[0-9A-Za-z-]+$/.test(piece)) return new Failure(`Invalid character(s) found in prerelease ${JSON.stringify(piece)}`);
  }
  const zero = pieces.find((piece) => number.test(piece) && piece.length > 1 && piece.startsWith('0'));
  return zero === undefined ? new Semver(parts.map(BigInt), pieces) : new Failure(`Numeric PreRelease version must not contain leading zeroes ${JSON.stringify(zero)}`);
}

/** Drops a leading v and leading zeroes, fills up missing numbers. */
function normalised(text: string): string | Failure {
  const [first = '', second, ...rest] = text.replace(/^v/, '').split('.');
  const parts = [first, ...(second === undefined ? [] : [second]), ...(rest.length > 0 ? [rest.join('.')] : [])];
  const trimmed = parts.map((part) => (part.length > 1 ? part.replace(/^0+/, '').replace(/^(?!\d)/, '0') : part));
  if (trimmed.length < 3 && /[+-]/.test(trimmed.at(-1) ?? '')) return new Failure('short version cannot contain PreRelease/Build meta data');
  return [...trimmed, '0', '0'].slice(0, 3).join('.');
}

function read(text: string, lenient = false): Semver | Failure {
  const written = lenient ? normalised(text) : text;
  return written instanceof Failure ? written : parse(written);
}
const is = (text: string, lenient = false): Value => read(text, lenient) instanceof Semver;
const part = (index: number) => (version: Semver): Value => version.numbers[index] ?? 0n;

export const versions: Library = {
  semver: { 'string_to_semver: (string) -> semver': read, 'string_bool_to_semver: (string, bool) -> semver': read },
  isSemver: { 'is_semver_string: (string) -> bool': is, 'is_semver_string_bool: (string, bool) -> bool': is },
  isGreaterThan: { 'semver_is_greater_than: semver.(semver) -> bool': (a: Semver, b: Semver): Value => order(a, b) > 0 },
  isLessThan: { 'semver_is_less_than: semver.(semver) -> bool': (a: Semver, b: Semver): Value => order(a, b) < 0 },
  compareTo: { 'semver_compare_to: semver.(semver) -> int': (a: Semver, b: Semver): Value => BigInt(order(a, b)) },
  major: { 'semver_major: semver.() -> int': part(0) },
  minor: { 'semver_minor: semver.() -> int': part(1) },
  patch: { 'semver_patch: semver.() -> int': part(2) },
};
