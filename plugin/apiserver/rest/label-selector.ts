// Label selectors: the grammar of Kubernetes with its own words for what is wrong, parsed once and asked for every object.
import { keyFaults, valueFaults } from '../core/names.ts';
import type { KubeObject } from '../json.ts';
import { badRequest } from '../status.ts';

export type Matches = (object: KubeObject) => boolean;

export const always: Matches = () => true;

type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

interface Token {
  readonly text: string;
  /** A word, a symbol, a run of symbols that means nothing, or the end. */
  readonly kind: 'word' | 'symbol' | 'wrong' | 'end';
}

const symbols = new Set([')', ',', '!', '=', '==', '>', '<', '!=', '(']);
const symbol = /[()=!,<>]/;
const word = /[^()=!,<>\s]+/y;
const space = /[ \t\r\n]/;

/** The longest symbol that the characters from here on make; a run that begins with none is a fault of its own. */
function symbolAt(selector: string, from: number): Token {
  let found = '';
  let end = from;
  while (end < selector.length && symbol.test(selector[end] ?? '')) {
    const text = selector.slice(from, ++end);
    if (symbols.has(text)) found = text;
    else if (found) break;
  }
  return found ? { text: found, kind: 'symbol' } : { text: selector.slice(from, end), kind: 'wrong' };
}

function tokens(selector: string): readonly Token[] {
  const found: Token[] = [];
  for (let at = 0; at < selector.length; ) {
    if (space.test(selector[at] ?? '')) {
      at++;
      continue;
    }
    word.lastIndex = at;
    const text = word.exec(selector)?.[0];
    const token: Token = text === undefined ? symbolAt(selector, at) : { text, kind: 'word' };
    found.push(token);
    at += token.text.length;
  }
  return [...found, { text: '', kind: 'end' }];
}

const refuse = (why: string): never => {
  throw badRequest(why);
};
const unparsable = (why: string): never => refuse(`unable to parse requirement: ${why}`);
const quoted = (values: readonly string[]): string => (values.length === 1 ? (values[0] ?? '') : `[${values.join(', ')}]`);

class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(selector: string) {
    this.#tokens = tokens(selector);
  }

  #next(): Token {
    return this.#tokens[this.#position] ?? { text: '', kind: 'end' };
  }

  #take(): Token {
    const token = this.#next();
    this.#position++;
    return token;
  }

  parse(): readonly LabelTest[] {
    const tests: LabelTest[] = [];
    while (this.#next().kind !== 'end') {
      const { text, kind } = this.#next();
      if (kind !== 'word' && text !== '!') refuse(`found '${text}', expected: !, identifier, or 'end of string'`);
      tests.push(this.#requirement());
      const after = this.#take();
      if (after.kind === 'end') return tests;
      if (after.text !== ',') refuse(`found '${after.text}', expected: ',' or 'end of string'`);
      const following = this.#next();
      if (following.kind !== 'word' && following.text !== '!') refuse(`found '${following.text}', expected: identifier after ','`);
    }
    return tests;
  }

  #requirement(): LabelTest {
    const absent = this.#next().text === '!';
    if (absent) this.#take();
    const { text: key, kind } = this.#take();
    if (kind !== 'word') unparsable(`found '${key}', expected: identifier`);
    const faults = keyFaults(key);
    if (faults.length > 0) unparsable(`<nil>: Invalid value: ${JSON.stringify(key)}: ${faults.join('; ')}`);
    // After `!key` an operator is no part of the requirement: who comes next says what it found.
    if (absent) return (labels) => labels[key] === undefined;
    const next = this.#next();
    if (next.kind === 'end' || next.text === ',') return (labels) => labels[key] !== undefined;
    return this.#operation(key);
  }

  #operation(key: string): LabelTest {
    const { text: operator, kind } = this.#take();
    const inside = kind === 'word' && operator === 'in';
    if (inside || (kind === 'word' && operator === 'notin')) {
      const values = new Set(checked(key, this.#values()));
      return (labels) => (labels[key] !== undefined && values.has(labels[key])) === inside;
    }
    if (kind !== 'symbol' || !['=', '==', '!=', '>', '<'].includes(operator)) unparsable(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
    const value = this.#value();
    if (operator === '>' || operator === '<') return compared(key, value, operator);
    checked(key, [value]);
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }

  #value(): string {
    const next = this.#next();
    if (next.kind === 'end' || next.text === ',') return '';
    const { text, kind } = this.#take();
    return kind === 'word' ? text : unparsable(`found '${text}', expected: identifier`);
  }

  /** `(a,b)`; nothing between commas is the empty value. */
  #values(): readonly string[] {
    const open = this.#take();
    if (open.text !== '(') unparsable(`found '${open.text}' expected: '('`);
    const values: string[] = [];
    const first = this.#next();
    if (first.kind !== 'word' && first.text !== ',' && first.text !== ')') unparsable(`found '${first.text}', expected: ',', ')' or identifier`);
    for (;;) {
      const { text, kind } = this.#take();
      if (text === ')') return [...values, ''];
      if (text === ',') values.push('');
      else if (kind !== 'word') unparsable(`found '${text}', expected: ',', or identifier`);
      else {
        values.push(text);
        const after = this.#take();
        if (after.text === ')') return values;
        if (after.text !== ',') unparsable(`found '${after.text}', expected: ',' or ')'`);
      }
    }
  }
}

function checked(key: string, values: readonly string[]): readonly string[] {
  const faults = [...new Set(values)].toSorted().flatMap((value, index) => {
    const found = valueFaults(value);
    return found.length > 0 ? [`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${found.join('; ')}`] : [];
  });
  if (faults.length > 0) unparsable(quoted(faults));
  return values;
}

function compared(key: string, value: string, operator: string): LabelTest {
  const faults = /^[+-]?\d+$/.test(value) ? [] : [`values[0]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`];
  const wrong = valueFaults(value).map((fault) => `values[0][${key}]: Invalid value: ${JSON.stringify(value)}: ${fault}`);
  if (faults.length + wrong.length > 0) unparsable(quoted([...faults, ...wrong]));
  const bound = Number(value);
  return (labels) => {
    const label = labels[key] ?? '';
    return /^[+-]?\d+$/.test(label) && (operator === '>' ? Number(label) > bound : Number(label) < bound);
  };
}

/** Throws a 400 in the words of Kubernetes. */
export function labelSelector(selector: string): Matches {
  const tests = new Parser(selector).parse();
  return tests.length === 0 ? always : (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}
