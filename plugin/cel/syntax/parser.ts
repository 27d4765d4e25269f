// Reads an expression into its tree, by recursive descent; macros are expanded on the way.
import { SyntaxFault } from './issues.ts';
import { tokens, type Token } from './lexer.ts';
import { readLiteral } from './literals.ts';
import { expand, MacroFault, type Maker } from './macros.ts';
import { TokenReader } from './token-reader.ts';
import type { Expression, MapEntry } from './tree.ts';
import type { Value } from '../values/value.ts';

const longest = 100_000;
const relations = new Set(['<', '<=', '>=', '>', '==', '!=', 'in']);
const isSign = (marks: string) => ({ kind, text }: Token): boolean => kind === 'mark' && text.length === 1 && marks.includes(text);
const reserved = new Set(['as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while']);
const operand = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

/** The tree, or a thrown {@link SyntaxFault}. */
export function parse(source: string): Expression {
  const size = Array.from(source).length;
  if (size > longest) throw new SyntaxFault([{ at: -1, message: `expression code point size exceeds limit: size: ${size}, limit ${longest}` }]);
  const { tokens: found, issues } = tokens(source);
  return new Parser(found, issues).whole();
}

class Parser extends TokenReader implements Maker {
  whole(): Expression {
    const made = this.#expression();
    const after = this.peek();
    if (after.kind !== 'end') this.fail(after, `extraneous input '${after.text}' expecting <EOF>`);
    if (this.issues.length > 0) throw new SyntaxFault(this.issues);
    return made;
  }

  #report(at: number, message: string): Expression {
    this.issues.push({ at, message });
    return this.literal(at, null);
  }

  literal(at: number, value: Value): Expression {
    return { kind: 'literal', id: this.id(), at, value };
  }

  call(at: number, name: string, args: readonly Expression[], target?: Expression): Expression {
    return { kind: 'call', id: this.id(), at, name, target, args };
  }

  #expression(): Expression {
    return this.deeper(1, () => {
      const condition = this.#or();
      if (!this.is('?')) return condition;
      const { at } = this.take();
      const yes = this.#or();
      this.expect(':');
      return this.call(at, '_?_:_', [condition, yes, this.#expression()]);
    });
  }

  #or(): Expression {
    return this.#logic('||', '_||_', () => this.#logic('&&', '_&&_', () => this.#relation()));
  }

  /** A long chain becomes a tree of little depth, so that no chain exhausts the stack. */
  #logic(mark: string, name: string, next: () => Expression): Expression {
    const terms = [next()];
    const places: number[] = [];
    while (this.is(mark)) {
      places.push(this.take().at);
      terms.push(next());
    }
    const balanced = (from: number, to: number): Expression => {
      const only = terms[from];
      if (from === to && only) return only;
      const middle = Math.floor((from + to) / 2);
      return this.call(places[middle] ?? 0, name, [balanced(from, middle), balanced(middle + 1, to)]);
    };
    return balanced(0, terms.length - 1);
  }

  /** Operators of one rank, from left to right. */
  #chain(isOne: (token: Token) => boolean, next: () => Expression): Expression {
    let made = next();
    let length = 0;
    while (isOne(this.peek()) && this.peek().kind !== 'end') {
      const token = this.take();
      const before = made;
      made = this.deeper(++length, () => this.call(token.at, token.text === 'in' ? '@in' : `_${token.text}_`, [before, next()]));
    }
    return made;
  }

  #relation(): Expression {
    return this.#chain(({ kind, text }) => (kind === 'mark' || kind === 'word') && relations.has(text), () =>
      this.#chain(isSign('+-'), () => this.#chain(isSign('*/%'), () => this.#unary())));
  }

  #unary(): Expression {
    const sign = this.peek();
    const mark = ['!', '-'].find((one) => this.is(one));
    if (mark === undefined) return this.#member();
    const number = this.peek(1);
    if (mark === '-' && (number.kind === 'int' || number.kind === 'float')) return this.#member();
    let count = 0;
    while (this.takes(mark)) count++;
    const inner = this.#member();
    return count % 2 === 0 ? inner : this.call(sign.at, `${mark}_`, [inner]);
  }

  #member(): Expression {
    let made = this.#primary();
    for (let length = 1; this.is('.') || this.is('['); length++) {
      const before = made;
      made = this.deeper(length, () => (this.is('.') ? this.#dot(before) : this.#index(before)));
    }
    return made;
  }

  #dot(operandOf: Expression): Expression {
    const dot = this.take();
    const optional = this.takes('?');
    const name = this.peek();
    if (name.kind === 'escaped') this.#report(name.at, "unsupported syntax: '`'");
    else if (name.kind !== 'ident') this.fail(name, `no viable alternative at input '.${name.kind === 'end' ? '' : name.text}'`);
    this.take();
    if (optional) return this.call(dot.at, '_?._', [operandOf, this.literal(name.at, name.text)]);
    if (!this.is('(')) return { kind: 'select', id: this.id(), at: dot.at, operand: operandOf, field: name.text, test: false };
    const open = this.take();
    return this.#macroOrCall(open.at, name.text, operandOf, this.#list(')'));
  }

  #index(target: Expression): Expression {
    const open = this.take();
    const optional = this.takes('?');
    const index = this.#expression();
    this.expect(']');
    return this.call(open.at, optional ? '_[?_]' : '_[_]', [target, index]);
  }

  #macroOrCall(at: number, name: string, target: Expression | undefined, args: readonly Expression[]): Expression {
    try {
      return expand(this, { at, name, target, args }) ?? this.call(at, name, args, target);
    } catch (error) {
      if (error instanceof MacroFault) return this.#report(error.at, error.message);
      throw error;
    }
  }

  /** Arguments up to the closing mark. */
  #list(close: string): readonly Expression[] {
    const found: Expression[] = [];
    if (!this.is(close)) {
      do found.push(this.#expression());
      while (this.takes(','));
    }
    this.expect(close, "','");
    return found;
  }

  #primary(): Expression {
    const token = this.peek();
    if (this.takes('(')) {
      const inner = this.#expression();
      this.expect(')');
      return inner;
    }
    if (this.takes('[')) return this.#listLiteral(token.at);
    if (this.takes('{')) return this.#mapLiteral(token.at);
    if (token.kind === 'ident' || this.is('.')) return this.#name();
    return this.#literal(token);
  }

  #name(): Expression {
    const dot = this.is('.') ? this.take() : undefined;
    const token = this.peek();
    if (token.kind !== 'ident') this.fail(token, `mismatched input '${token.text}' expecting IDENTIFIER`);
    this.take();
    if (reserved.has(token.text)) this.#report(token.at, `reserved identifier: ${token.text}`);
    const name = `${dot ? '.' : ''}${token.text}`;
    if (this.is('(')) {
      const open = this.take();
      return this.#macroOrCall(open.at, name, undefined, this.#list(')'));
    }
    const more = this.#messageName();
    if (more !== undefined) {
      const open = this.take();
      this.#fields();
      return { kind: 'message', id: this.id(), at: open.at, name: name + more };
    }
    return { kind: 'ident', id: this.id(), at: token.at, name };
  }

  /** The rest of a dotted name that a brace follows, taken; undefined: no brace follows. */
  #messageName(): string | undefined {
    let length = 0;
    let name = '';
    for (; this.peek(length).text === '.' && this.peek(length + 1).kind === 'ident'; length += 2) name += `.${this.peek(length + 1).text}`;
    if (this.peek(length).kind !== 'mark' || this.peek(length).text !== '{') return undefined;
    for (let taken = 0; taken < length; taken++) this.take();
    return name;
  }

  /** No type of ours can be built from fields: they are read and dropped, and the checker refuses the name. */
  #fields(): void {
    while (!this.is('}')) {
      if (this.peek().kind !== 'ident') this.expect('}', "','");
      this.take();
      this.expect(':');
      this.#expression();
      this.takes(',');
    }
    this.take();
  }

  #listLiteral(at: number): Expression {
    const elements: Expression[] = [];
    const optional = new Set<number>();
    while (!this.is(']')) {
      if (this.takes('?')) optional.add(elements.length);
      elements.push(this.#expression());
      if (!this.takes(',')) break;
    }
    this.expect(']', "','");
    return { kind: 'list', id: this.id(), at, elements, optional };
  }

  #mapLiteral(at: number): Expression {
    const entries: MapEntry[] = [];
    while (!this.is('}')) {
      const optional = this.takes('?');
      const key = this.#expression();
      this.expect(':');
      entries.push({ key, value: this.#expression(), optional });
      if (!this.takes(',')) break;
    }
    this.expect('}', "','");
    return { kind: 'map', id: this.id(), at, entries };
  }

  #literal({ at }: Token): Expression {
    const negative = this.takes('-');
    const token = this.take();
    const read = readLiteral(token, negative);
    if (!read) return this.fail(token, `${token.kind === 'end' ? 'mismatched' : 'extraneous'} input '${token.text}' expecting ${operand}`);
    return 'wrong' in read ? this.#report(at, read.wrong) : this.literal(at, read.value);
  }
}
