// Turns the macros into folds: has, all, exists, exists_one, map, filter, their forms with two variables, optMap and sortBy.
import { accumulator, type Expression, type Fold } from './tree.ts';
import type { Value } from '../values/value.ts';

/** The parser's part: makes nodes with ids of their own. */
export interface Maker {
  id(): number;
  literal(at: number, value: Value): Expression;
  call(at: number, name: string, args: readonly Expression[], target?: Expression): Expression;
}

/** A macro used in a way that it does not take. */
export class MacroFault extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

export interface MacroCall {
  readonly at: number;
  readonly name: string;
  readonly target: Expression | undefined;
  readonly args: readonly Expression[];
}

type Macro = (make: Nodes, range: Expression, args: readonly Expression[]) => Expression;

/** The fold as the macro's own part; the rest follows from where the macro stands. */
interface Loop {
  readonly variables: readonly [string, string | undefined];
  readonly start: Expression;
  readonly condition: Expression;
  readonly step: Expression;
  readonly result?: Expression;
}

/** Makes nodes that stand where the macro stands. */
class Nodes {
  readonly #maker: Maker;
  readonly at: number;
  constructor(maker: Maker, at: number) {
    this.#maker = maker;
    this.at = at;
  }
  literal(value: Value): Expression {
    return this.#maker.literal(this.at, value);
  }
  call(name: string, ...args: readonly Expression[]): Expression {
    return this.#maker.call(this.at, name, args);
  }
  member(target: Expression, name: string, ...args: readonly Expression[]): Expression {
    return this.#maker.call(this.at, name, args, target);
  }
  ident(name: string = accumulator): Expression {
    return { kind: 'ident', id: this.#maker.id(), at: this.at, name };
  }
  list(...elements: readonly Expression[]): Expression {
    return { kind: 'list', id: this.#maker.id(), at: this.at, elements, optional: new Set() };
  }
  map(): Expression {
    return { kind: 'map', id: this.#maker.id(), at: this.at, entries: [] };
  }
  fold(range: Expression, { variables: [variable, second], start, condition, step, result }: Loop): Fold {
    return { kind: 'fold', id: this.#maker.id(), at: this.at, range, variable, second, accumulator, start, condition, step, result: result ?? this.ident() };
  }
  /** A name for a value inside one expression. */
  bind(name: string, value: Expression, result: Expression): Fold {
    return {
      kind: 'fold', id: this.#maker.id(), at: this.at, range: this.list(), variable: '#unused', second: undefined, accumulator: name,
      start: value, condition: this.literal(false), step: this.ident(name), result,
    };
  }
  /** The same expression a second time, with ids of its own. */
  copy(one: Expression): Expression {
    const id = this.#maker.id();
    switch (one.kind) {
      case 'select':
        return { ...one, id, operand: this.copy(one.operand) };
      case 'call':
        return { ...one, id, target: one.target && this.copy(one.target), args: one.args.map((arg) => this.copy(arg)) };
      case 'list':
        return { ...one, id, elements: one.elements.map((element) => this.copy(element)) };
      case 'map':
        return { ...one, id, entries: one.entries.map((entry) => ({ ...entry, key: this.copy(entry.key), value: this.copy(entry.value) })) };
      case 'fold':
        return { ...one, id, range: this.copy(one.range), start: this.copy(one.start), condition: this.copy(one.condition), step: this.copy(one.step), result: this.copy(one.result) };
      default:
        return { ...one, id };
    }
  }
}

function variable(expression: Expression | undefined, message: string): string {
  if (expression?.kind !== 'ident') throw new MacroFault(expression?.at ?? 0, message);
  if (expression.name === '__result__') throw new MacroFault(expression.at, 'iteration variable overwrites accumulator variable');
  return expression.name;
}

/** The variables of a macro; with two of them each has a name of its own. */
function variables(args: readonly Expression[], two: boolean, message: string): readonly [string, string | undefined] {
  const first = variable(args[0], message);
  if (!two) return [first, undefined];
  const second = variable(args[1], message);
  if (first === second) throw new MacroFault(args[1]?.at ?? 0, `duplicate variable name: ${first}`);
  return [first, second];
}

const simpleName = 'argument must be a simple name';
const last = (args: readonly Expression[]): Expression => args.at(-1) as Expression;

const all = (two: boolean): Macro => (make, range, args) => make.fold(range, {
  variables: variables(args, two, simpleName), start: make.literal(true),
  condition: make.call('@not_strictly_false', make.ident()), step: make.call('_&&_', make.ident(), last(args)),
});
const exists = (two: boolean): Macro => (make, range, args) => make.fold(range, {
  variables: variables(args, two, simpleName), start: make.literal(false),
  condition: make.call('@not_strictly_false', make.call('!_', make.ident())), step: make.call('_||_', make.ident(), last(args)),
});
const existsOne = (two: boolean): Macro => (make, range, args) => make.fold(range, {
  variables: variables(args, two, simpleName), start: make.literal(0n), condition: make.literal(true),
  step: make.call('_?_:_', last(args), make.call('_+_', make.ident(), make.literal(1n)), make.ident()),
  result: make.call('_==_', make.ident(), make.literal(1n)),
});
const when = (make: Nodes, filter: Expression | undefined, step: Expression): Expression => (filter ? make.call('_?_:_', filter, step, make.ident()) : step);

function mapMacro(two: boolean): Macro {
  return (make, range, args) => {
    const names = variables(args, two, two ? simpleName : 'argument is not an identifier');
    const filter = args.length === (two ? 4 : 3) ? args.at(-2) : undefined;
    return make.fold(range, { variables: names, start: make.list(), condition: make.literal(true), step: when(make, filter, make.call('_+_', make.ident(), make.list(last(args)))) });
  };
}
const filter: Macro = (make, range, args) => make.fold(range, {
  variables: variables(args, false, 'argument is not an identifier'), start: make.list(), condition: make.literal(true),
  step: when(make, args[1], make.call('_+_', make.ident(), make.list(args[0] as Expression))),
});
function transformMap(entry: boolean): Macro {
  return (make, range, args) => {
    const names = variables(args, true, simpleName);
    const step = entry ? make.call('cel.@mapInsert', make.ident(), last(args)) : make.call('cel.@mapInsert', make.ident(), make.ident(names[0]), last(args));
    return make.fold(range, { variables: names, start: make.map(), condition: make.literal(true), step: when(make, args.length === 4 ? args[2] : undefined, step) });
  };
}
function optional(name: string): Macro {
  return (make, target, args) => {
    if (args[0]?.kind !== 'ident') throw new MacroFault(args[0]?.at ?? 0, `${name}() variable name must be a simple identifier`);
    const mapped = make.bind(args[0].name, make.member(make.copy(target), 'value'), last(args));
    return make.call('_?_:_', make.member(target, 'hasValue'), name === 'optMap' ? make.call('optional.of', mapped) : mapped, make.call('optional.none'));
  };
}
const sortBy: Macro = (make, target, args) => {
  if (target.kind === 'literal' || target.kind === 'map') throw new MacroFault(target.at, 'sortBy can only be applied to a list, identifier, comprehension, call or select expression');
  const name = '@sorted';
  return make.bind(name, target, make.member(make.ident(name), '@sortByAssociatedKeys', mapMacro(false)(make, make.ident(name), args)));
};

/** By name and number of arguments. */
const macros: Readonly<Record<string, Macro>> = {
  all2: all(false), all3: all(true), exists2: exists(false), exists3: exists(true),
  exists_one2: existsOne(false), exists_one3: existsOne(true), existsOne2: existsOne(false), existsOne3: existsOne(true),
  map2: mapMacro(false), map3: mapMacro(false), filter2: filter, transformList3: mapMacro(true), transformList4: mapMacro(true),
  transformMap3: transformMap(false), transformMap4: transformMap(false), transformMapEntry3: transformMap(true), transformMapEntry4: transformMap(true),
  optMap2: optional('optMap'), optFlatMap2: optional('optFlatMap'), sortBy2: sortBy,
};

/** What the macro stands for; undefined when the call is none. */
export function expand(maker: Maker, { at, name, target, args }: MacroCall): Expression | undefined {
  if (!target) {
    if (name !== 'has' || args.length !== 1) return undefined;
    const asked = args[0];
    if (asked?.kind !== 'select') throw new MacroFault(asked?.at ?? at, 'invalid argument to has() macro');
    return { ...asked, id: maker.id(), test: true };
  }
  const macro = Object.hasOwn(macros, name + args.length) ? macros[name + args.length] : undefined;
  return macro?.(new Nodes(maker, at), target, args);
}
