// What an expression may cost at most on any object that its schema lets through, before it has run once.
import { accumulator, type Call, type Expression, type Fold, type ListLiteral, type MapLiteral, type Select } from '../syntax/tree.ts';
import type { Checked } from '../types/environment.ts';
import { dyn, unwrapOptional, type Type } from '../types/type.ts';
import { listCost, mapCost } from '../run/cost.ts';
import type { Value } from '../values/value.ts';
import { add, exactly, most, multiply, union, unknown, type Range } from './range.ts';
import { byName, byOverload, type CallParts, type Part } from './calls.ts';

/** How large data at a path may be; undefined where the schema does not say. */
export type SizeOf = (path: readonly string[]) => Range | undefined;

/** What is known of the entries of a list or map that the expression itself builds. */
interface Entries {
  readonly isList: boolean;
  readonly key: Range;
  readonly value: Range;
}

interface Local {
  readonly path: readonly string[];
  readonly size: Range | undefined;
  readonly entries: Entries | undefined;
}

export const estimate = (checked: Checked, sizeOf: SizeOf): Range => new Estimator(checked, sizeOf).cost(checked.expression);

const scalars = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint']);
const isScalar = (type: Type): boolean => scalars.has(type.kind) || (unwrapOptional(type).optional && isScalar(unwrapOptional(type).type));
const nothing: Range = { min: most, max: 0 };

function literalSize(value: Value): Range {
  if (typeof value === 'string') return exactly(Array.from(value).length);
  return exactly(value instanceof Uint8Array ? value.length : 1);
}

class Estimator {
  readonly #checked: Checked;
  readonly #sizeOf: SizeOf;
  readonly #paths = new Map<number, readonly string[]>();
  readonly #sizes = new Map<number, Range>();
  readonly #entries = new Map<number, Entries>();
  readonly #locals = new Map<string, Local[]>();

  constructor(checked: Checked, sizeOf: SizeOf) {
    this.#checked = checked;
    this.#sizeOf = sizeOf;
  }

  cost(expression: Expression): Range {
    switch (expression.kind) {
      case 'literal':
      case 'message':
        return exactly(0);
      case 'ident':
        this.#paths.set(expression.id, this.#local(expression.name)?.path ?? [expression.name]);
        return exactly(1);
      case 'select':
        return this.#select(expression);
      case 'call':
        return this.#call(expression);
      case 'list':
        return this.#list(expression);
      case 'map':
        return this.#map(expression);
      case 'fold':
        return this.#isBinding(expression) ? this.#binding(expression) : this.#fold(expression);
    }
  }

  #local(name: string): Local | undefined {
    return this.#locals.get(name)?.at(-1);
  }

  #with<T>(locals: readonly (readonly [string, Local])[], inside: () => T): T {
    for (const [name, local] of locals) this.#locals.set(name, [...(this.#locals.get(name) ?? []), local]);
    const made = inside();
    for (const [name] of locals) this.#locals.get(name)?.pop();
    return made;
  }

  #type(expression: Expression): Type {
    return this.#checked.types.get(expression.id) ?? dyn;
  }

  /** Empty for what is no data. The first step is not looked at: what stands in a list that a call made counts as the root itself, as in cel-go. */
  #path(expression: Expression): readonly string[] {
    const local = expression.kind === 'ident' ? this.#local(expression.name) : undefined;
    return (local ? local.path : this.#paths.get(expression.id)) ?? [];
  }

  #below(expression: Expression, step: string): readonly string[] {
    return [...this.#path(expression), step];
  }

  /** The size of what an expression yields, undefined where nothing bounds it. */
  #size(expression: Expression): Range | undefined {
    const known = this.#sizes.get(expression.id);
    if (known) return known;
    if (expression.kind === 'literal') return literalSize(expression.value);
    if (expression.kind === 'list') return exactly(expression.elements.length);
    if (expression.kind === 'map') return exactly(expression.entries.length);
    const path = this.#path(expression);
    const declared = path.length > 0 ? this.#sizeOf(path) : undefined;
    if (declared) {
      this.#sizes.set(expression.id, declared);
      return declared;
    }
    if (isScalar(this.#type(expression))) return exactly(1);
    return expression.kind === 'ident' ? this.#local(expression.name)?.size : undefined;
  }

  #entriesOf(expression: Expression): Entries | undefined {
    return this.#entries.get(expression.id) ?? (expression.kind === 'ident' ? this.#local(expression.name)?.entries : undefined);
  }

  #keep(expression: Expression, size: Range | undefined, entries: Entries | undefined): void {
    if (size) this.#sizes.set(expression.id, size);
    if (entries) this.#entries.set(expression.id, entries);
  }

  #select(select: Select): Range {
    const operand = this.cost(select.operand);
    // The presence test itself is free, as it has always been in Kubernetes.
    if (select.test) return operand;
    const { kind } = this.#type(select.operand);
    this.#paths.set(select.id, this.#below(select.operand, select.field));
    return kind === 'map' || kind === 'object' || kind === 'parameter' ? add(operand, exactly(1)) : operand;
  }

  #part(expression: Expression): Part {
    const path = this.#path(expression);
    return { path: path.length === 0 || path[0] === accumulator ? undefined : path, type: this.#type(expression), size: this.#size(expression), expression };
  }

  #call(call: Call): Range {
    const [first] = call.args;
    if (call.name === 'dyn' && first) {
      const cost = this.cost(first);
      this.#keep(call, this.#size(first), this.#entriesOf(first));
      return add(exactly(1), cost);
    }
    const argCosts = call.args.map((arg) => this.cost(arg));
    const args = call.args.map((arg) => this.#part(arg));
    const reference = this.#checked.references.get(call.id);
    if (!reference || reference.overloads.length === 0) return exactly(0);
    const onTarget = call.target && !reference.namespaced ? call.target : undefined;
    const targetCost = onTarget ? this.cost(onTarget) : exactly(0);
    const target = onTarget && this.#part(onTarget);
    let cost = nothing;
    let size: Range | undefined;
    for (const { id } of reference.overloads) {
      const parts: CallParts = { overload: id, target, args, size: (part) => part?.size ?? (part?.path ? this.#sizeOf(part.path) : undefined) ?? unknown };
      const one = this.#overload(call, reference.name, parts, argCosts);
      cost = union(cost, one.cost);
      if (one.size) size = size ? union(size, one.size) : one.size;
      if ((id === 'index_list' || id === 'index_map') && first) {
        size = this.#entriesOf(first)?.value;
        this.#paths.set(call.id, this.#below(first, id === 'index_list' ? '@items' : '@values'));
      }
      size ??= this.#size(call);
    }
    this.#keep(call, size, undefined);
    return add(targetCost, cost);
  }

  #overload(call: Call, name: string, parts: CallParts, argCosts: readonly Range[]): { readonly cost: Range; readonly size?: Range } {
    const [first = exactly(0), second = exactly(0), third = exactly(0)] = argCosts;
    if (name === '_&&_' || name === '_||_') return { cost: { min: first.min, max: add(first, second).max } };
    const ownRule = Object.hasOwn(byName, name) ? byName[name] : undefined;
    const languageRule = Object.hasOwn(byOverload, parts.overload) ? byOverload[parts.overload] : undefined;
    const found = ownRule?.(parts) ?? languageRule?.(parts) ?? { cost: exactly(1) };
    const [a, b] = name === '_?_:_' ? call.args.slice(1) : call.args;
    if ((name === '_?_:_' || parts.overload.startsWith('add_')) && a && b) this.#keep(call, undefined, bothEntries(this.#entriesOf(a), this.#entriesOf(b)));
    const spent = name === '_?_:_' ? add(first, union(second, third)) : add(...argCosts);
    return { cost: add(found.cost, spent), ...(found.size && { size: found.size }) };
  }

  #anyOf(expressions: readonly Expression[]): Range {
    return expressions.reduce((sum, one) => union(sum, this.#size(one) ?? unknown), expressions.length === 0 ? exactly(0) : nothing);
  }

  #list(list: ListLiteral): Range {
    const cost = add(...list.elements.map((element) => this.cost(element)), exactly(listCost));
    this.#keep(list, undefined, { isList: true, key: exactly(1), value: this.#anyOf(list.elements) });
    return cost;
  }

  #map(map: MapLiteral): Range {
    const cost = add(...map.entries.flatMap(({ key, value }) => [this.cost(key), this.cost(value)]), exactly(mapCost));
    this.#keep(map, undefined, { isList: false, key: this.#anyOf(map.entries.map(({ key }) => key)), value: this.#anyOf(map.entries.map(({ value }) => value)) });
    return cost;
  }

  /** `optMap` and `sortBy` name a value: nothing is repeated. */
  #isBinding({ range, condition, accumulator: name }: Fold): boolean {
    return range.kind === 'list' && range.elements.length === 0 && condition.kind === 'literal' && condition.value === false && name !== accumulator;
  }

  #asLocal(expression: Expression): Local {
    return { path: this.#path(expression), size: this.#size(expression), entries: this.#entriesOf(expression) };
  }

  #binding({ id, range, start, accumulator: name, result }: Fold): Range {
    const before = add(this.cost(range), this.cost(start));
    const cost = this.#with([[name, this.#asLocal(start)]], () => {
      const inside = this.cost(result);
      this.#keep({ ...result, id }, this.#size(result), this.#entriesOf(result));
      return inside;
    });
    return add(before, cost);
  }

  #turns(fold: Fold): readonly (readonly [string, Local])[] {
    const entries = this.#entriesOf(fold.range);
    const isList = entries ? entries.isList : this.#type(fold.range).kind === 'list';
    const key: Local = { path: this.#below(fold.range, isList ? '@indices' : '@keys'), size: entries?.key, entries: undefined };
    const value: Local = { path: this.#below(fold.range, isList ? '@items' : '@values'), size: entries?.value, entries: undefined };
    return fold.second === undefined ? [[fold.variable, isList ? value : key]] : [[fold.variable, key], [fold.second, value]];
  }

  #fold(fold: Fold): Range {
    const before = add(this.cost(fold.range), this.cost(fold.start));
    return this.#with([[fold.accumulator, this.#asLocal(fold.start)]], () => {
      const turn = this.#with(this.#turns(fold), () => add(this.cost(fold.condition), this.cost(fold.step)));
      const result = this.cost(fold.result);
      const count = this.#size(fold.range) ?? unknown;
      if (fold.start.kind === 'literal') this.#keep(fold, this.#size(fold.start), undefined);
      else if (fold.start.kind === 'list' || fold.start.kind === 'map') this.#keep(fold, count, this.#entriesOf(fold.step));
      return add(before, result, multiply(count, turn));
    });
  }
}

const bothEntries = (a: Entries | undefined, b: Entries | undefined): Entries | undefined =>
  a && b && { isList: a.isList, key: union(a.key, b.key), value: union(a.value, b.value) };
