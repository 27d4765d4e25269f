// Walks over tokens, reports what is wrong, and keeps an expression within its bounds.
import { SyntaxFault, type Issue } from './issues.ts';
import type { Token } from './lexer.ts';

const deepest = 250;
/** Macros that repeat their target double an expression with every one of them. */
const mostNodes = 500_000;

export class TokenReader {
  readonly #tokens: readonly Token[];
  readonly issues: Issue[];
  #next = 0;
  #depth = 0;
  #ids = 0;

  constructor(found: readonly Token[], issues: readonly Issue[]) {
    this.#tokens = found;
    this.issues = [...issues];
  }

  id(): number {
    if (++this.#ids > mostNodes) throw new SyntaxFault([{ at: -1, message: `the expression has more than ${mostNodes} parts once its macros are expanded` }]);
    return this.#ids;
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.#next + ahead] ?? { kind: 'end', text: '<EOF>', at: 0 };
  }

  is(text: string): boolean {
    const { kind, text: found } = this.peek();
    return (kind === 'mark' || kind === 'word') && found === text;
  }

  take(): Token {
    const token = this.peek();
    this.#next++;
    return token;
  }

  /** Takes the mark where it stands. */
  takes(text: string): boolean {
    if (!this.is(text)) return false;
    this.#next++;
    return true;
  }

  /** Reports a syntax error and gives up: what follows one would only be guessed. */
  fail(token: Token, message: string): never {
    throw new SyntaxFault([...this.issues, { at: token.at, message: `Syntax error: ${message}` }]);
  }

  expect(text: string, also = ''): Token {
    if (this.is(text)) return this.take();
    const found = this.peek();
    const wanted = also ? `{'${text}', ${also}}` : `'${text}'`;
    return this.fail(found, found.kind === 'end' && !also ? `missing '${text}' at '<EOF>'` : `mismatched input '${found.text}' expecting ${wanted}`);
  }

  deeper<T>(levels: number, make: () => T): T {
    this.#depth += levels;
    if (this.#depth > deepest) throw new SyntaxFault([{ at: -1, message: `expression recursion limit exceeded: ${deepest}` }]);
    const made = make();
    this.#depth -= levels;
    return made;
  }
}
