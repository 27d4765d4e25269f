// Says what is wrong with a text that is not JSON, in the words of Go's encoding/json: clients and tests match them.

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
const digits = /\d+/y;

/** Go quotes the byte in single quotes, as a character of its own. */
function quoted(code: number): string {
  if (code === 0x27) return "'\\''";
  if (code === 0x22) return "'\"'";
  const named: { readonly [code: number]: string } = { 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r', 0x5c: '\\\\' };
  if (named[code] !== undefined) return `'${named[code]}'`;
  if (code < 0x20 || code === 0x7f) return `'\\x${code.toString(16).padStart(2, '0')}'`;
  if ((code >= 0x80 && code <= 0xa0) || code === 0xad) return `'\\u${code.toString(16).padStart(4, '0')}'`;
  return `'${String.fromCharCode(code)}'`;
}

const ended = 'unexpected end of JSON input';

class Syntax {
  readonly #text: string;
  #at = 0;

  /** `text` has one character for each byte. */
  constructor(text: string) {
    this.#text = text;
  }

  #fail(where: string): never {
    throw new SyntaxError(this.#at >= this.#text.length ? ended : `invalid character ${quoted(this.#text.charCodeAt(this.#at))} ${where}`);
  }

  #space(): string {
    while (this.#at < this.#text.length && isSpace(this.#text.charCodeAt(this.#at))) this.#at++;
    return this.#text[this.#at] ?? '';
  }

  /** The stack is a list, not calls: a text may be nested as deep as it is long. */
  check(): void {
    const open: ('}' | ']')[] = [];
    for (;;) {
      const next = this.#space();
      if (next === '{' || next === '[') {
        this.#at++;
        if (open.length >= 10_000) throw new SyntaxError('exceeded max depth');
        open.push(next === '{' ? '}' : ']');
        if (this.#space() !== open.at(-1)) {
          if (next === '{') this.#key();
          continue;
        }
        open.pop();
        this.#at++;
      } else {
        this.#scalar(next);
      }
      if (!this.#close(open)) return;
    }
  }

  /** Behind a value: closes what ends here, steps over a comma. False: the text is over. */
  #close(open: ('}' | ']')[]): boolean {
    for (;;) {
      const next = this.#space();
      const wanted = open.at(-1);
      if (wanted === undefined) {
        if (next !== '') this.#fail('after top-level value');
        return false;
      }
      if (next === ',') {
        this.#at++;
        if (wanted === '}') this.#key();
        return true;
      }
      if (next !== wanted) this.#fail(wanted === '}' ? 'after object key:value pair' : 'after array element');
      open.pop();
      this.#at++;
    }
  }

  #key(): void {
    if (this.#space() !== '"') this.#fail('looking for beginning of object key string');
    this.#string();
    if (this.#space() !== ':') this.#fail('after object key');
    this.#at++;
  }

  #scalar(next: string): void {
    if (next === '"') return this.#string();
    if (next === '-' || (next >= '0' && next <= '9')) return this.#number();
    const literal = ['true', 'false', 'null'].find((word) => word[0] === next);
    if (literal === undefined) this.#fail('looking for beginning of value');
    for (const letter of literal) {
      if (this.#text[this.#at] !== letter) this.#fail(`in literal ${literal} (expecting '${letter}')`);
      this.#at++;
    }
  }

  #string(): void {
    for (this.#at++; this.#text[this.#at] !== '"'; this.#at++) {
      if (!(this.#text.charCodeAt(this.#at) >= 0x20)) this.#fail('in string literal');
      if (this.#text[this.#at] !== '\\') continue;
      this.#at++;
      if (!'"\\/bfnrtu'.includes(this.#text[this.#at] ?? ' ')) this.#fail('in string escape code');
      if (this.#text[this.#at] !== 'u') continue;
      for (let count = 0; count < 4; count++) {
        this.#at++;
        if (!/[0-9a-fA-F]/.test(this.#text[this.#at] ?? '')) this.#fail('in \\u hexadecimal character escape');
      }
    }
    this.#at++;
  }

  #digits(where: string): void {
    digits.lastIndex = this.#at;
    if (!digits.test(this.#text)) this.#fail(where);
    this.#at = digits.lastIndex;
  }

  #number(): void {
    if (this.#text[this.#at] === '-') this.#at++;
    if (this.#text[this.#at] === '0') this.#at++;
    else this.#digits('in numeric literal');
    if (this.#text[this.#at] === '.') {
      this.#at++;
      this.#digits('after decimal point in numeric literal');
    }
    if (!/[eE]/.test(this.#text[this.#at] ?? '')) return;
    this.#at++;
    if (/[+-]/.test(this.#text[this.#at] ?? '')) this.#at++;
    this.#digits('in exponent of numeric literal');
  }
}

/** What is wrong with the text, given as bytes; undefined when it is JSON. */
export function jsonFault(bytes: Buffer): string | undefined {
  try {
    new Syntax(bytes.toString('latin1')).check();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
