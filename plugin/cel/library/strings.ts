// Functions on strings. Positions count characters (code points), not the units of JavaScript's strings.
import { Failure, listOf, type List, type Value } from '../values/value.ts';
import type { Library } from '../types/functions.ts';
import { formatString, longestResult } from './format-string.ts';

const characters = (text: string): readonly string[] => Array.from(text);
const outOfRange = (index: bigint): Failure => new Failure(`index out of range: ${index}`);
const isIn = (index: bigint, size: number): boolean => index >= 0n && index <= size;

function charAt(text: string, index: bigint): Value {
  const all = characters(text);
  return isIn(index, all.length) ? (all[Number(index)] ?? '') : outOfRange(index);
}

function startsAt(all: readonly string[], part: readonly string[], index: number): boolean {
  return part.every((character, offset) => all[index + offset] === character);
}

function indexOf(text: string, part: string, offset = 0n): Value {
  if (part === '') return offset;
  if (offset < 0n) return outOfRange(offset);
  const all = characters(text);
  const wanted = characters(part);
  for (let index = Number(offset); index <= all.length - wanted.length; index++) if (startsAt(all, wanted, index)) return BigInt(index);
  return -1n;
}

function lastIndexOf(text: string, part: string, offset?: bigint): Value {
  const all = characters(text);
  const from = offset ?? BigInt(part === '' ? all.length : all.length - 1);
  if (part === '') return from;
  const wanted = characters(part);
  if (from < 0n) return offset === undefined ? -1n : outOfRange(from);
  if (from >= all.length) return -1n;
  for (let index = Math.min(Number(from), all.length - wanted.length); index >= 0; index--) if (startsAt(all, wanted, index)) return BigInt(index);
  return -1n;
}

/** A negative count replaces all; replacing nothing puts the new text around every character. */
function replace(text: string, old: string, made: string, count = -1n): Value {
  if (count === 0n) return text;
  const pieces = old === '' ? characters(text) : text.split(old);
  const most = count < 0n || count > 1e9 ? Infinity : Number(count);
  if (text.length + Math.min(pieces.length + 1, most) * made.length > longestResult) return new Failure(`replace would make more than ${longestResult} characters`);
  if (old !== '') return pieces.reduce((all, piece, index) => all + (index <= most ? made : old) + piece);
  return pieces.reduce((all, piece, index) => all + (index < most ? made : '') + piece, '') + (pieces.length < most ? made : '');
}

function split(text: string, separator: string, count = -1n): Value {
  if (count === 0n) return listOf([]);
  const pieces = separator === '' ? [...characters(text)] : text.split(separator);
  const most = count < 0n || count > 1e9 ? pieces.length : Number(count);
  return listOf(pieces.length <= most ? pieces : [...pieces.slice(0, most - 1), pieces.slice(most - 1).join(separator)]);
}

function substring(text: string, start: bigint, end?: bigint): Value {
  const all = characters(text);
  if (end !== undefined && start > end) return new Failure(`invalid substring range. start: ${start}, end: ${end}`);
  if (!isIn(start, all.length)) return outOfRange(start);
  if (end !== undefined && !isIn(end, all.length)) return outOfRange(end);
  return all.slice(Number(start), end === undefined ? undefined : Number(end)).join('');
}

function join(list: List, separator = ''): Value {
  const texts: string[] = [];
  let length = 0;
  for (const element of list) {
    if (typeof element !== 'string') return element instanceof Failure ? element : new Failure('join: invalid input');
    texts.push(element);
    length += element.length + separator.length;
    if (length > longestResult) return new Failure(`join would make more than ${longestResult} characters`);
  }
  return texts.join(separator);
}

const escapes: Readonly<Record<string, string>> = { '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\', '"': '\\"' };
/** The text in double quotes with its escapes. */
// oxlint-disable-next-line no-control-regex
export const quote = (text: string): string => `"${text.toWellFormed().replaceAll(/[\x07\b\f\n\r\t\v\\"]/g, (mark) => escapes[mark] ?? mark)}"`;

export const strings: Library = {
  contains: { 'contains_string: string.(string) -> bool': (text: string, part: string): Value => text.includes(part) },
  startsWith: { 'starts_with_string: string.(string) -> bool': (text: string, part: string): Value => text.startsWith(part) },
  endsWith: { 'ends_with_string: string.(string) -> bool': (text: string, part: string): Value => text.endsWith(part) },
  charAt: { 'string_char_at_int: string.(int) -> string': charAt },
  indexOf: { 'string_index_of_string: string.(string) -> int': indexOf, 'string_index_of_string_int: string.(string, int) -> int': indexOf },
  lastIndexOf: { 'string_last_index_of_string: string.(string) -> int': lastIndexOf, 'string_last_index_of_string_int: string.(string, int) -> int': lastIndexOf },
  lowerAscii: { 'string_lower_ascii: string.() -> string': (text: string): Value => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()) },
  upperAscii: { 'string_upper_ascii: string.() -> string': (text: string): Value => text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase()) },
  replace: { 'string_replace_string_string: string.(string, string) -> string': replace, 'string_replace_string_string_int: string.(string, string, int) -> string': replace },
  split: { 'string_split_string: string.(string) -> list(string)': split, 'string_split_string_int: string.(string, int) -> list(string)': split },
  substring: { 'string_substring_int: string.(int) -> string': substring, 'string_substring_int_int: string.(int, int) -> string': substring },
  trim: { 'string_trim: string.() -> string': (text: string): Value => text.replaceAll(/^[\t-\r \x85\p{Z}]+|[\t-\r \x85\p{Z}]+$/gu, '') },
  join: { 'list_join: list(string).() -> string': join, 'list_join_string: list(string).(string) -> string': join },
  format: { 'string_format: string.(list(dyn)) -> string': (text: string, args: List): Value => formatString(text, [...args]) },
  'strings.quote': { 'strings_quote: (string) -> string': quote },
};
