// Finds what a JSONPath template asks for in a value, in bounded work.
import { JsonPathError, type Action, type Node, type Template } from './parse.ts';

/** Values looked at for one template: several `..` behind each other multiply. */
const mostWork = 2_000_000;
const mostResults = 200_000;

type Found = readonly unknown[];

/** A field that is not there finds nothing; what makes no sense of the value throws {@link JsonPathError}. One list for each action. */
export function evaluate(template: Template, value: unknown): readonly Found[] {
  return new Walk(template).block(0, value).found;
}

/** Of a single path, as a column has it. */
export const evaluatePath = (path: Action, value: unknown, most = mostWork): Found => new Walk([path], most).block(0, value).found[0] ?? [];

const isList = (value: unknown): value is Found => Array.isArray(value);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
/** In the order in which everything else is printed: a map of Go has none. */
const inside = (value: unknown): Found => (isList(value) ? value : isObject(value) ? Object.keys(value).toSorted().map((key) => value[key]) : []);

class Walk {
  readonly #template: Template;
  readonly #most: number;
  #work = 0;
  #results = 0;
  #ranges = 0;
  #begun = false;
  #ended = false;

  constructor(template: Template, most = mostWork) {
    this.#template = template;
    this.#most = most;
  }

  /** From one action on to the end of its range, or to the end of all. */
  block(from: number, value: unknown): { readonly found: readonly Found[]; readonly end: number | undefined } {
    const found: Found[] = [];
    for (let at = from; at < this.#template.length; at++) {
      const results = this.#action(this.#template[at] ?? [], [value]);
      if (this.#ended) {
        this.#ended = false;
        return { found, end: at };
      }
      if (!this.#begun) {
        found.push(results);
        continue;
      }
      this.#begun = false;
      this.#ranges += 1;
      let end: number | undefined;
      // Without a result the range is gone through for its end alone.
      for (const one of results.length > 0 ? results : [undefined]) {
        const inner = this.block(at + 1, one);
        if (results.length > 0) for (const each of inner.found) found.push(each);
        end = inner.end;
      }
      this.#ranges -= 1;
      at = end ?? at;
    }
    return { found, end: undefined };
  }

  #action(nodes: Action, input: Found): Found {
    let current = input;
    for (const node of nodes) {
      current = this.#node(node, current);
      this.#count(current.length);
      this.#results += current.length;
      if (this.#results > mostResults) throw tooMuch();
    }
    return current;
  }

  #count(more: number): void {
    this.#work += more + 1;
    if (this.#work > this.#most) throw tooMuch();
  }

  #node(node: Node, input: Found): Found {
    switch (node.kind) {
      case 'literal':
        return input.map(() => node.value);
      case 'word':
        return this.#word(node.word, input);
      case 'field':
        return input.flatMap((value) => (isObject(value) && Object.hasOwn(value, node.name) && value[node.name] !== undefined ? [value[node.name]] : []));
      case 'slice':
        return present(input).flatMap((value) => part(node, value));
      case 'all':
        return input.flatMap((value) => (typeof value === 'string' ? Array.from(value) : inside(value)));
      case 'everywhere':
        return input.flatMap((value) => this.#everywhere(value));
      case 'union':
        return node.of.flatMap((one) => this.#action(one, input));
      case 'filter':
        return present(input).flatMap((value) => {
          if (!isList(value)) throw new JsonPathError('a filter looks at something that is no list');
          return value.filter((item) => this.#holds(node, item));
        });
    }
  }

  #word(word: string, input: Found): Found {
    if (word === 'range') this.#begun = true;
    else if (this.#ranges > 0) this.#ended = true;
    else throw new JsonPathError('{end} ends no {range}');
    return word === 'range' ? input : [];
  }

  /** The value and every list and object inside it that is not empty. */
  #everywhere(value: unknown): Found {
    const found: unknown[] = [];
    const waiting: unknown[] = [value];
    while (waiting.length > 0) {
      const one = waiting.pop();
      const children = inside(one);
      this.#count(children.length);
      if (children.length === 0) continue;
      found.push(one);
      for (const child of children.toReversed()) waiting.push(child);
    }
    return found;
  }

  #holds({ left, operator, right }: Extract<Node, { kind: 'filter' }>, item: unknown): boolean {
    const lefts = this.#action(left, [item]);
    if (operator === undefined || lefts.length === 0) return lefts.length > 0;
    const rights = this.#action(right, [item]);
    if (rights.length === 0) return false;
    if (lefts.length > 1 || rights.length > 1) throw new JsonPathError('a filter compares more than one value at a time');
    return compare(lefts[0], rights[0], operator);
  }
}

const tooMuch = (): JsonPathError => new JsonPathError('it finds too much');
const present = (input: Found): Found => input.filter((value) => value !== null && value !== undefined);

function part(node: Extract<Node, { kind: 'slice' }>, value: unknown): Found {
  if (!isList(value)) throw new JsonPathError('an index looks into something that is no list');
  const { length } = value;
  const from = (node.from ?? 0) < 0 ? (node.from ?? 0) + length : (node.from ?? 0);
  const to = node.single ? from + 1 : (node.to ?? length) < 0 ? (node.to ?? length) + length : (node.to ?? length);
  if (from === to) return [];
  if (from >= length || from < 0) throw new JsonPathError(`index ${from} is out of a list of ${length}`);
  if (to > length || to < 0) throw new JsonPathError(`index ${to - 1} is out of a list of ${length}`);
  if (from > to) throw new JsonPathError(`index ${from} is behind ${to}`);
  if (node.by !== undefined && node.by <= 0) throw new JsonPathError('a step must be more than 0');
  return value.slice(from, to).filter((_item, index) => index % (node.by ?? 1) === 0);
}

function compare(a: unknown, b: unknown, operator: string): boolean {
  if (typeof a !== typeof b || !['string', 'number', 'boolean'].includes(typeof a)) throw new JsonPathError('a filter compares values of different types');
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  if (typeof a === 'boolean') throw new JsonPathError('true and false have no order');
  const order = typeof a === 'string' ? Buffer.compare(Buffer.from(a), Buffer.from(b as string)) : (a as number) - (b as number);
  return operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : order >= 0;
}
