// Objects as `-o yaml` prints them, byte for byte as kubectl does: keys in order, long texts folded, quotes where YAML 1.1 needs them.
import { goNumber } from './go-text.ts';

/** Texts are folded at the first space behind this column. */
const width = 80;
/** A key beyond it stands behind a question mark. */
const longestSimpleKey = 128;

const words = /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF|\.nan|\.NaN|\.NAN|[-+]?\.(?:inf|Inf|INF))$/;
const integer = /^[-+]?(?:0|[1-9]\d*|0[0-7]+|0o[0-7]+|0[xX][0-9a-fA-F]+|0[bB][01]+)$/;
const float = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const sexagesimal = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/;
const date = /^(\d{4}-\d{1,2}-\d{1,2})(?:[Tt]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:Z|[-+]\d{2}:\d{2})| \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?)?$/;

/** A reader would take it for something else than a text. */
function isOther(text: string): boolean {
  if (text === '' || words.test(text) || sexagesimal.test(text)) return true;
  const day = date.exec(text)?.[1];
  if (day !== undefined && isDay(day)) return true;
  if (!/^[-+.\d]/.test(text)) return false;
  if (text.startsWith('.')) return float.test(text);
  const plain = text.replaceAll('_', '');
  return integer.test(plain) || float.test(plain);
}

function isDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  const made = new Date(Date.UTC(year, month - 1, day));
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
}

/** What no style but double quotes can hold. */
const special = /[^\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const indicators = /^(?:---|\.\.\.)|^[#,[\]{}&*!|>'"%@`]|^[-?:](?:[ \t]|$)|:(?:[ \t]|$)|[ \t]#/;

type Style = 'plain' | 'single' | 'double' | 'literal';

function styleOf(text: string, isKey: boolean): Style {
  const spaceBeforeBreak = / [\n\u2028\u2029]/.test(text);
  if (special.test(text) || spaceBeforeBreak) return 'double';
  if (text.includes('\n')) return isKey || text.endsWith(' ') ? 'double' : 'literal';
  if (isOther(text)) return 'double';
  if (/[\u2028\u2029]/.test(text)) return 'double';
  return indicators.test(text) || text.startsWith(' ') || text.endsWith(' ') ? 'single' : 'plain';
}

class Writer {
  text = '';
  #column = 0;

  put(text: string): void {
    this.text += text;
    this.#column += Array.from(text).length;
  }

  line(indent: number): void {
    this.text += `\n${' '.repeat(indent)}`;
    this.#column = indent;
  }

  get isFull(): boolean {
    return this.#column > width;
  }
}

/** The whole document, line end included. */
export function goYaml(value: unknown): string {
  const out = new Writer();
  node(out, value, 0, 'start');
  return `${out.text.replace(/^\n/, '')}\n`;
}

type Lead = 'start' | 'key' | 'dash';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `indent` is that of what stands around it. */
function node(out: Writer, value: unknown, indent: number, lead: Lead): void {
  const space = lead === 'start' ? '' : ' ';
  if (Array.isArray(value) && value.length > 0) return list(out, value, lead === 'dash' ? indent + 2 : indent, lead);
  if (isObject(value) && keysOf(value).length > 0) return mapping(out, value, lead === 'start' ? 0 : indent + 2, lead);
  out.put(space);
  if (typeof value === 'string') scalar(out, value, indent + 2, false);
  else if (Array.isArray(value)) out.put('[]');
  else if (isObject(value)) out.put('{}');
  else out.put(typeof value === 'number' ? goNumber(value) : value === true ? 'true' : value === false ? 'false' : 'null');
}

/** A list below its key stands no deeper than the key. */
function list(out: Writer, items: readonly unknown[], indent: number, lead: Lead): void {
  for (const [at, item] of items.entries()) {
    if (at === 0 && lead === 'dash') out.put(' ');
    else out.line(indent);
    out.put('-');
    node(out, item, indent, 'dash');
  }
}

const keysOf = (value: Readonly<Record<string, unknown>>): readonly string[] => Object.keys(value).filter((key) => value[key] !== undefined);

function mapping(out: Writer, value: Readonly<Record<string, unknown>>, indent: number, lead: Lead): void {
  for (const [at, key] of keysOf(value).toSorted(naturally).entries()) {
    if (at === 0 && lead === 'dash') out.put(' ');
    else out.line(indent);
    const simple = Buffer.byteLength(key) <= longestSimpleKey && !key.includes('\n');
    if (!simple) out.put('? ');
    scalar(out, key, indent + 2, simple);
    if (!simple) out.line(indent);
    out.put(':');
    node(out, value[key], indent, 'key');
  }
}

function scalar(out: Writer, text: string, indent: number, isKey: boolean): void {
  switch (styleOf(text, isKey)) {
    case 'plain':
      return folded(out, text, indent, isKey);
    case 'single':
      out.put("'");
      folded(out, text.replaceAll("'", "''"), indent, isKey, true);
      return out.put("'");
    case 'double':
      return doubled(out, text, indent, isKey);
    case 'literal':
      return literal(out, text, indent);
  }
}

/** A line that is full ends at the next lone space. */
function folded(out: Writer, text: string, indent: number, isKey: boolean, quoted = false): void {
  let before = '';
  for (let at = 0; at < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    const ends = quoted && (at === 0 || at === text.length - 1);
    if (character === ' ' && before !== ' ' && !isKey && !ends && out.isFull && text[at + 1] !== ' ') out.line(indent);
    else out.put(character);
    before = character;
    at += character.length;
  }
}

const escapes: Readonly<Record<string, string>> = { '\0': '\\0', '\x07': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r', '\x1b': '\\e', '"': '\\"', '\\': '\\\\', '\x85': '\\N', '\u2028': '\\L', '\u2029': '\\P' };

function escape(character: string): string {
  const known = escapes[character];
  if (known !== undefined) return known;
  if (!special.test(character)) return character;
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
}

function doubled(out: Writer, text: string, indent: number, isKey: boolean): void {
  out.put('"');
  let before = '';
  for (let at = 0; at < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (character === ' ' && before !== ' ' && !isKey && out.isFull && at > 0 && at < text.length - 1) {
      out.line(indent);
      if (text[at + 1] === ' ') out.put('\\');
    } else out.put(escape(character));
    before = character;
    at += character.length;
  }
  out.put('"');
}

/** A text of several lines as it stands; how it ends is told by `-` and `+`. */
function literal(out: Writer, text: string, indent: number): void {
  const end = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : '';
  out.put(`|${/^[ \n]/.test(text) ? '2' : ''}${end}`);
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  for (const line of lines) {
    if (line === '') out.text += '\n';
    else {
      out.line(indent);
      out.put(line);
    }
  }
}

const isLetter = (letter: string): boolean => /\p{L}/u.test(letter);
const isDigit = (letter: string | undefined): boolean => letter !== undefined && /\p{Nd}/u.test(letter);

/** Numbers inside of keys count as numbers, letters come behind everything else. */
function naturally(a: string, b: string): number {
  const [x, y] = [Array.from(a), Array.from(b)];
  const at = x.findIndex((letter, index) => index < y.length && letter !== y[index]);
  const [p, q] = [x[at], y[at]];
  if (at < 0 || p === undefined || q === undefined) return x.length - y.length;
  const order = (p.codePointAt(0) ?? 0) - (q.codePointAt(0) ?? 0);
  if (isLetter(p) && isLetter(q)) return order;
  if (isLetter(p) || isLetter(q)) return isLetter(p) ? 1 : -1;
  // A zero counts only behind another digit.
  let lead = 0;
  if (p === '0' || q === '0') for (let i = at - 1; i >= 0 && isDigit(x[i]); i--) if (x[i] !== '0') lead = 1;
  const [m, n] = [digits(x, at), digits(y, at)];
  return Number(`${lead}${m}`) - Number(`${lead}${n}`) || m.length - n.length || order;
}

function digits(letters: readonly string[], from: number): string {
  let end = from;
  while (isDigit(letters[end])) end += 1;
  return letters.slice(from, end).join('');
}
