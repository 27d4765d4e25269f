// The values of number, string and bytes literals.
import { Uint, type Value } from '../values/value.ts';
import type { Token } from './lexer.ts';

const maxInt = 2n ** 63n - 1n;
const maxUint = 2n ** 64n - 1n;

/** undefined: out of range. */
function intLiteral(text: string, negative: boolean): bigint | undefined {
  const value = negative ? -BigInt(text) : BigInt(text);
  return value > maxInt || value < -maxInt - 1n ? undefined : value;
}

function uintLiteral(text: string): Uint | undefined {
  const value = BigInt(text.slice(0, -1));
  return value > maxUint ? undefined : new Uint(value);
}

const simple: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', "'": "'", '"': '"', '`': '`', '?': '?' };

/** The text between the quotes; a raw literal keeps its backslashes. */
function content(literal: string): { readonly text: string; readonly raw: boolean } {
  const raw = /^[rR]/.test(literal);
  const body = raw ? literal.slice(1) : literal;
  const width = /^("""|''')/.test(body) && body.length >= 6 ? 3 : 1;
  return { text: body.slice(width, -width).replaceAll('\r\n', '\n').replaceAll('\r', '\n'), raw };
}

/** undefined: an escape of no character. */
function stringLiteral(literal: string): string | undefined {
  const { text, raw } = content(literal);
  if (raw || !text.includes('\\')) return text;
  let wrong = false;
  const value = text.replaceAll(/\\(U[0-9a-fA-F]{8}|u[0-9a-fA-F]{4}|[xX][0-9a-fA-F]{2}|[0-3][0-7][0-7]|.)/gsu, (_, code: string) => {
    const known = simple[code];
    if (known !== undefined) return known;
    const point = /^[0-3]/.test(code) ? Number.parseInt(code, 8) : Number.parseInt(code.slice(1), 16);
    if (point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff)) return String.fromCodePoint(point);
    wrong = true;
    return '';
  });
  return wrong ? undefined : value;
}

/** The value of a bytes literal: escapes of two hex or three octal digits are bytes, everything else is UTF-8. */
function bytesLiteral(literal: string): Uint8Array | undefined {
  const { text, raw } = content(literal.slice(1));
  if (raw || !text.includes('\\')) return Buffer.from(text, 'utf8');
  if (/(?<!\\)(?:\\\\)*\\[uU]/.test(text)) return undefined;
  const pieces = [...text.matchAll(/\\([xX][0-9a-fA-F]{2}|[0-3][0-7][0-7]|.)|[^\\]+/gsu)].map(([piece, code]) => {
    if (code === undefined) return Buffer.from(piece, 'utf8');
    const known = simple[code];
    if (known !== undefined) return Buffer.from(known, 'latin1');
    return Buffer.from([/^[0-3]/.test(code) ? Number.parseInt(code, 8) : Number.parseInt(code.slice(1), 16)]);
  });
  return Buffer.concat(pieces);
}

type Read = { readonly value: Value } | { readonly wrong: string };
const orWrong = (value: Value | undefined, wrong: string): Read => (value === undefined ? { wrong } : { value });

/** The value of a literal, or what is wrong with it; undefined for a token that is none. A sign belongs to numbers. */
export function readLiteral({ kind, text }: Token, negative: boolean): Read | undefined {
  switch (kind) {
    case 'int':
      return orWrong(intLiteral(text, negative), 'invalid int literal');
    case 'uint':
      return orWrong(uintLiteral(text), 'invalid uint literal');
    case 'float':
      return { value: negative ? -Number(text) : Number(text) };
    case 'string':
      return orWrong(stringLiteral(text), 'invalid unicode code point');
    case 'bytes':
      return orWrong(bytesLiteral(text), 'unable to unescape string');
    default:
      return kind === 'word' && text !== 'in' ? { value: text === 'null' ? null : text === 'true' } : undefined;
  }
}
