// Writes JSON as the YAML that a cluster answers with: keys in order, lists not indented, quotes only where a reader could err.
import { isObject } from '../json.ts';

const plainWords = /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF|<<|=|\.nan|\.NaN|\.NAN|[-+]?\.(?:inf|Inf|INF))$/;
const numbers = /^(?:[-+]?(?:0|[1-9][0-9_]*|0[0-9_]+|0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+)|[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$/;
const dates = /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d{1,2}(?::?\d{2})?))?)?$/;
/** A text that a reader would take for something else. */
const isOther = (text: string): boolean => text === '' || plainWords.test(text) || numbers.test(text) || dates.test(text);

const leading = /^[-?:](?:\s|$)|^[,[\]{}#&*!|>'"%@`]|^(?:---|\.\.\.)|^\s/;
const within = /: |:$| #|\s$/;
/** Characters that only double quotes can hold. */
const special = /[^\t\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|[\u2028\u2029\ufeff]|\t/u;

function scalar(text: string): string {
  if (isOther(text) || special.test(text)) return doubled(text);
  if (text.includes('\n')) return doubled(text);
  return leading.test(text) || within.test(text) ? `'${text.replaceAll("'", "''")}'` : text;
}

const escapes: { readonly [letter: string]: string } = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r', '\0': '\\0', '\x07': '\\a', '\b': '\\b', '\v': '\\v', '\f': '\\f', '\x1b': '\\e', '\x85': '\\N', '\u2028': '\\L', '\u2029': '\\P', '\ufeff': '\\uFEFF' };
const doubled = (text: string): string => `"${text.replaceAll(/["\\\p{Cc}\u2028\u2029\ufeff]/gu, (letter) => escapes[letter] ?? `\\x${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)}"`;

/** A text of several lines as it stands, its end told by `-` and `+`. */
function block(text: string, indent: string): string {
  const hint = /^[ \n]/.test(text) ? String(2) : '';
  const end = text.endsWith('\n') ? (text.endsWith('\n\n') || text === '\n' ? '+' : '') : '-';
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  return `|${hint}${end}\n${lines.map((line) => (line === '' ? '' : indent + line)).join('\n')}\n`;
}

const isBlock = (text: string): boolean => text.includes('\n') && !special.test(text.replaceAll('\t', ' '));

/** What follows a key or a dash, line end included. `indent` is that of the children. */
function value(given: unknown, indent: string, dash: boolean): string {
  if (Array.isArray(given)) {
    if (given.length === 0) return ' []\n';
    // Lists stand below their key without further indentation.
    const lead = dash ? '' : '\n';
    const own = dash ? indent : indent.slice(2);
    const items = given.map((item, index) => `${index === 0 && dash ? ' ' : own}-${value(item, `${own}  `, true)}`);
    return lead + items.join('');
  }
  if (isObject(given)) {
    const keys = Object.keys(given).filter((key) => given[key] !== undefined).toSorted(naturally);
    if (keys.length === 0) return ' {}\n';
    const entries = keys.map((key, index) => `${index === 0 && dash ? ' ' : indent}${scalar(key)}:${value(given[key], `${indent}  `, false)}`);
    return (dash ? '' : '\n') + entries.join('');
  }
  if (typeof given === 'string') return ` ${isBlock(given) ? block(given, indent) : `${scalar(given)}\n`}`;
  return ` ${given === null || given === undefined ? 'null' : String(given)}\n`;
}

const isLetter = (letter: string): boolean => /\p{L}/u.test(letter);
const isDigit = (letter: string): boolean => letter >= '0' && letter <= '9';

/** Numbers inside of keys count as numbers, letters come behind everything else. */
function naturally(a: string, b: string): number {
  const [x, y] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const [p = '', q = ''] = [x[i], y[i]];
    if (p === q) continue;
    if (isDigit(p) && isDigit(q)) {
      const [m = '', n = ''] = [/^\d+/.exec(x.slice(i).join(''))?.[0], /^\d+/.exec(y.slice(i).join(''))?.[0]];
      return Number(m) - Number(n) || m.length - n.length || (p < q ? -1 : 1);
    }
    if (isLetter(p) !== isLetter(q)) return isLetter(p) ? 1 : -1;
    return (p.codePointAt(0) ?? 0) - (q.codePointAt(0) ?? 0);
  }
  return x.length - y.length;
}

/** One item of a list in a field of the document itself. */
export const yamlItem = (item: unknown): string => `-${value(item, '  ', true)}`;

/** The whole document. */
export const yamlText = (document: object): string => value(document, '', false).replace(/^\n/, '').replace(/^ /, '');
