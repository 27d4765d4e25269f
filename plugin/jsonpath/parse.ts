// Reads a JSONPath template as kubectl takes it: text with `{...}` actions of fields, lists, filters, words and literals.

export type Node =
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined; readonly by: number | undefined; readonly single: boolean }
  | { readonly kind: 'all' }
  | { readonly kind: 'everywhere' }
  | { readonly kind: 'union'; readonly of: readonly Action[] }
  | { readonly kind: 'filter'; readonly left: Action; readonly operator: string | undefined; readonly right: Action }
  | { readonly kind: 'word'; readonly word: string };

export type Action = readonly Node[];
/** Text and actions in turn; a text is an action that is one literal. */
export type Template = readonly Action[];

/** What is wrong with a template, in words that follow "is no JSONPath: ". */
export class JsonPathError extends Error {}

/** A template is typed or stands in a file; anything longer is a mistake. */
const longest = 64 * 1024;
const deepest = 16;

export function parseTemplate(text: string): Template {
  if (text.length > longest) throw new JsonPathError(`it is longer than ${longest} characters`);
  const actions: Action[] = [];
  for (let at = 0; at < text.length; ) {
    const open = text.indexOf('{', at);
    if (open !== at) actions.push([{ kind: 'literal', value: text.slice(at, open < 0 ? undefined : open) }]);
    if (open < 0) break;
    const reader = new Reader(text, open + 1, 0);
    actions.push(reader.action('}'));
    at = reader.at;
  }
  return actions;
}

/** One path without braces, e.g. `.metadata.name`. */
export const parsePath = (text: string): Action => nested(text, 0);

/** As the words inside of braces, which is how lists and filters hold further paths. */
function nested(text: string, depth: number): Action {
  if (depth > deepest) throw new JsonPathError(`it is nested deeper than ${deepest}`);
  return new Reader(`${text}}`, 0, depth).action('}');
}

const terminators = ' \t\r\n.,[]$@{}';

class Reader {
  at: number;
  readonly #text: string;
  readonly #depth: number;

  constructor(text: string, at: number, depth: number) {
    this.#text = text;
    this.at = at;
    this.#depth = depth;
  }

  action(end: string): Action {
    const nodes: Node[] = [];
    for (;;) {
      const character = this.#text[this.at];
      if (character === undefined || character === '\n' || character === '\r') throw new JsonPathError('an action is not closed with }');
      if (character === end) {
        this.at += 1;
        return nodes;
      }
      this.#take(character, nodes);
    }
  }

  #take(character: string, nodes: Node[]): void {
    if (this.#text.startsWith('[?(', this.at)) nodes.push(this.#filter());
    else if (this.#text.startsWith('..', this.at)) {
      if (nodes.at(-1)?.kind === 'everywhere') throw new JsonPathError('.. stands twice');
      nodes.push({ kind: 'everywhere' });
      this.at += 2;
      if (/[\p{L}\p{Nd}_]/u.test(this.#text[this.at] ?? '')) nodes.push(this.#field());
    } else if (' @$'.includes(character)) this.at += 1;
    else if (character === '[') nodes.push(...this.#brackets());
    else if (character === '"' || character === "'") nodes.push({ kind: 'literal', value: this.#quoted(character) });
    else if (character === '.') {
      this.at += 1;
      nodes.push(this.#field());
    } else if (/[-+\d]/.test(character)) nodes.push({ kind: 'literal', value: this.#number() });
    else if (/[\p{L}_]/u.test(character)) nodes.push(word(this.#until()));
    else throw new JsonPathError(`${JSON.stringify(character)} stands where nothing like it may stand`);
  }

  /** Up to a character that ends a name; a backslash takes that away from it. */
  #until(): string {
    const start = this.at;
    while (this.at < this.#text.length && !terminators.includes(this.#text[this.at] ?? '')) this.at += this.#text[this.at] === '\\' ? 2 : 1;
    return this.#text.slice(start, this.at);
  }

  #field(): Node {
    const name = this.#until();
    return name === '*' ? { kind: 'all' } : { kind: 'field', name: name.replaceAll('\\', '') };
  }

  #number(): number {
    const text = /^[-+]?[\d.]*/.exec(this.#text.slice(this.at))?.[0] ?? '';
    this.at += text.length;
    if (!/^[-+]?(?:\d+\.?\d*|\.\d+)$/.test(text)) throw new JsonPathError(`${text} is no number`);
    return Number(text);
  }

  #quoted(quote: string): string {
    let end = this.at + 1;
    while (this.#text[end] !== quote || this.#text[end - 1] === '\\') {
      if (end >= this.#text.length || this.#text[end] === '\n') throw new JsonPathError('a quoted text is not closed');
      end += 1;
    }
    const inside = this.#text.slice(this.at + 1, end);
    this.at = end + 1;
    return inside.replaceAll(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/g, (_whole, escaped: string) => unescaped(escaped));
  }

  #brackets(): readonly Node[] {
    const end = this.#text.indexOf(']', this.at);
    const inside = this.#text.slice(this.at + 1, end < 0 ? this.at + 1 : end);
    if (end < 0 || inside.includes('\n')) throw new JsonPathError('a list index is not closed with ]');
    this.at = end + 1;
    const parts = inside.split(',');
    if (parts.length > 1) return [{ kind: 'union', of: parts.map((part) => nested(`[${part.trim()}]`, this.#depth + 1)) }];
    const key = /^'([^']*)'$/.exec(inside)?.[1];
    if (key !== undefined) return nested(`.${key}`, this.#depth + 1);
    return [slice(inside === '*' ? ':' : inside)];
  }

  #filter(): Node {
    this.at += 3;
    const inside = this.#filterText();
    if (this.#text[this.at] !== ']') throw new JsonPathError('a filter is not closed with )]');
    this.at += 1;
    const parts = /^([^!<>=]+)([!<>=]+)(.+)$/s.exec(inside);
    const depth = this.#depth + 1;
    if (parts === null) return { kind: 'filter', left: nested(inside, depth), operator: undefined, right: [] };
    return { kind: 'filter', left: nested(parts[1] ?? '', depth), operator: operator(parts[2] ?? ''), right: nested(parts[3] ?? '', depth) };
  }

  /** Up to the `)` outside of the one quoted text that a filter may hold. */
  #filterText(): string {
    const start = this.at;
    let quote: string | undefined;
    for (let closed = false; ; this.at += 1) {
      const character = this.#text[this.at];
      if (character === undefined || character === '\n') throw new JsonPathError('a filter is not closed with )]');
      if (character === ')' && (quote === undefined || closed)) {
        this.at += 1;
        return this.#text.slice(start, this.at - 1);
      }
      if (character !== '"' && character !== "'") continue;
      if (quote === undefined) quote = character;
      else if (character === quote && this.#text[this.at - 1] !== '\\') closed = true;
    }
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };
const unescaped = (escaped: string): string => (/^[ux]./.test(escaped) ? String.fromCharCode(Number.parseInt(escaped.slice(1), 16)) : (escapes[escaped] ?? escaped));

function word(text: string): Node {
  if (text === 'true' || text === 'false') return { kind: 'literal', value: text === 'true' };
  if (text !== 'range' && text !== 'end') throw new JsonPathError(`${JSON.stringify(text)} is no word that it knows: range and end are`);
  return { kind: 'word', word: text };
}

function operator(text: string): string {
  if (['==', '!=', '<', '<=', '>', '>='].includes(text)) return text;
  throw new JsonPathError(`${text} compares nothing`);
}

function slice(text: string): Node {
  const parts = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text);
  if (parts === null || text === '' || text === '-') throw new JsonPathError(`[${text}] is no place in a list`);
  const numbers = [parts[1], parts[2]?.slice(1), parts[3]?.slice(1)].map((part) => (part === undefined || part === '' ? undefined : Number(part)));
  if (numbers.some((number) => Number.isNaN(number))) throw new JsonPathError(`[${text}] is no place in a list`);
  return { kind: 'slice', from: numbers[0], to: numbers[1], by: numbers[2], single: parts[2] === undefined };
}
