// Cuts the text of an expression into tokens.
import { SyntaxFault, type Issue } from './issues.ts';

export type TokenKind = 'ident' | 'escaped' | 'int' | 'uint' | 'float' | 'string' | 'bytes' | 'word' | 'mark' | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** In code points. */
  readonly at: number;
}

const escape = String.raw`\\(?:[abfnrtv"'\\?` + '`' + String.raw`]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})`;
const quoted = [
  String.raw`[rR]"""[^]*?"""`, String.raw`[rR]'''[^]*?'''`,
  `"""(?:${escape}|[^\\\\])*?"""`, `'''(?:${escape}|[^\\\\])*?'''`,
  String.raw`[rR]"[^"\n\r]*"`, String.raw`[rR]'[^'\n\r]*'`,
  `"(?:${escape}|[^\\\\"\\n\\r])*"`, `'(?:${escape}|[^\\\\'\\n\\r])*'`,
].join('|');

const rules: readonly (readonly [TokenKind | 'blank', RegExp])[] = [
  ['blank', /(?:[\t \r\n\f]+|\/\/[^\n]*)/y],
  ['bytes', new RegExp(`[bB](?:${quoted})`, 'y')],
  ['string', new RegExp(`(?:${quoted})`, 'y')],
  ['float', /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y],
  ['uint', /(?:0x[0-9a-fA-F]+|\d+)[uU]/y],
  ['int', /(?:0x[0-9a-fA-F]+|\d+)/y],
  ['word', /(?:true|false|null|in)(?![A-Za-z0-9_])/y],
  ['ident', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['escaped', /`[A-Za-z0-9_.\-/ ]+`/y],
  ['mark', /(?:==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%])/y],
];

/** All tokens, the last one of kind `end`. What is no token is reported, each piece once. */
export function tokens(source: string): { readonly tokens: readonly Token[]; readonly issues: readonly Issue[] } {
  const found: Token[] = [];
  const issues: Issue[] = [];
  let offset = 0;
  let at = 0;
  const advance = (text: string): void => {
    offset += text.length;
    at += Array.from(text).length;
  };
  while (offset < source.length) {
    const match = rules.map(([kind, rule]) => ({ kind, text: matchAt(rule, source, offset) })).reduce<{ kind: TokenKind | 'blank'; text: string } | undefined>(
      // The longest match wins, the earlier rule among equals.
      (best, { kind, text }) => (text !== undefined && text.length > (best?.text.length ?? 0) ? { kind, text } : best), undefined);
    if (match) {
      if (match.kind !== 'blank') found.push({ kind: match.kind, text: match.text, at });
      advance(match.text);
      continue;
    }
    const wrong = unknown(source.slice(offset));
    issues.push({ at, message: `Syntax error: token recognition error at: '${wrong.replaceAll(/[\n\r\t]/g, (mark) => visible[mark] ?? mark)}'` });
    if (issues.length > 100) throw new SyntaxFault(issues);
    advance(wrong);
  }
  found.push({ kind: 'end', text: '<EOF>', at });
  return { tokens: found, issues };
}

function matchAt(rule: RegExp, source: string, offset: number): string | undefined {
  rule.lastIndex = offset;
  return rule.exec(source)?.[0];
}

const visible: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const openString = new RegExp(`^[bB]?(?:[rR]"[^"\\n\\r]*|[rR]'[^'\\n\\r]*|"(?:${escape}|[^\\\\"\\n\\r])*|'(?:${escape}|[^\\\\'\\n\\r])*)(?:\\\\?[^])?`, 'u');

/** What belongs to one wrong token: as much as could begin a token, and the character that made it wrong. */
const unknown = (rest: string): string => (openString.exec(rest) ?? /^[=&|][^]?/u.exec(rest))?.[0] ?? Array.from(rest)[0] ?? '';
