// Turns a checked expression into something to run: every part becomes a function once, so that a run only calls.
import type { Overload } from '../types/functions.ts';
import type { Checked, Reference } from '../types/environment.ts';
import { accumulator, type Call, type Expression, type Fold, type Ident, type ListLiteral, type MapLiteral, type Select } from '../syntax/tree.ts';
import { Failure, Growing, List, LiteralMap, Mapping, Optional, TypeValue, keyIdentity, listOf, typeName, type Value } from '../values/value.ts';
import { optionalPart } from '../library/optionals.ts';
import { callCost, listCost, mapCost, type Meter } from './cost.ts';
import { dispatch } from './dispatch.ts';

export interface Run {
  readonly meter: Meter;
  readonly variables: Readonly<Record<string, Value | undefined>>;
  /** Values of the variables of macros, one place for each of them. */
  readonly slots: Value[];
}

export type Step = (run: Run) => Value;

/** Which slot a name stands for, the innermost last. */
type Scope = readonly (readonly [name: string, slot: number])[];

export function plan(checked: Checked): { readonly step: Step; readonly slots: number } {
  const planner = new Planner(checked);
  return { step: planner.plan(checked.expression, []), slots: planner.slots };
}

const errorIn = (values: readonly Value[]): Failure | undefined => values.find((value) => value instanceof Failure);
const notBool = new Failure('no such overload');

class Planner {
  readonly #references: ReadonlyMap<number, Reference>;
  slots = 0;

  constructor({ references }: Checked) {
    this.#references = references;
  }

  plan(expression: Expression, scope: Scope): Step {
    switch (expression.kind) {
      case 'literal': {
        const { value } = expression;
        return () => value;
      }
      case 'ident':
        return this.#ident(expression, scope);
      case 'select':
        return this.#select(expression, scope);
      case 'call':
        return this.#call(expression, scope);
      case 'list':
        return this.#list(expression, scope);
      case 'map':
        return this.#map(expression, scope);
      case 'fold':
        return this.#fold(expression, scope);
      case 'message':
        return () => new Failure(`unknown type '${expression.name}'`);
    }
  }

  #named(name: string): Step {
    return ({ meter, variables }) => {
      meter.spend(1);
      return variables[name] ?? (Object.hasOwn(variables, name) ? (variables[name] ?? null) : new TypeValue(name));
    };
  }

  #ident({ id, name }: Ident, scope: Scope): Step {
    const slot = scope.findLast(([known]) => known === name)?.[1];
    if (slot === undefined) return this.#named(this.#references.get(id)?.name ?? name);
    return ({ meter, slots }) => {
      meter.spend(1);
      return slots[slot] ?? null;
    };
  }

  #select(select: Select, scope: Scope): Step {
    const whole = this.#references.get(select.id);
    if (whole) return this.#named(whole.name);
    const operand = this.plan(select.operand, scope);
    const { field, test } = select;
    // A chain that begins with a call or a literal pays once more for entering it.
    const entry = select.operand.kind === 'ident' || select.operand.kind === 'select' || (select.operand.kind === 'call' && select.operand.name === '_[_]') ? 0 : 1;
    return (run) => {
      const value = operand(run);
      if (!test) run.meter.spend(1 + entry);
      if (value instanceof Failure) return value;
      if (value instanceof Optional) return test ? optionalHas(value, field) : optionalPart(value, field);
      const found = value instanceof Mapping ? value.find(field) : undefined;
      if (test) return found !== undefined;
      return found ?? new Failure(`no such key: ${field}`);
    };
  }

  #call(call: Call, scope: Scope): Step {
    const reference = this.#references.get(call.id);
    const name = reference?.name ?? call.name;
    const target = call.target && !reference?.namespaced ? [call.target] : [];
    const args = [...target, ...call.args].map((arg) => this.plan(arg, scope));
    const [first = () => notBool, second = () => notBool, third = () => notBool] = args;
    switch (name) {
      case '_&&_':
        return logic(first, second, false);
      case '_||_':
        return logic(first, second, true);
      case '_?_:_':
        return (run) => {
          const condition = first(run);
          if (typeof condition !== 'boolean') return condition instanceof Failure ? condition : notBool;
          return condition ? second(run) : third(run);
        };
      case '@not_strictly_false':
        return (run) => {
          const value = first(run);
          run.meter.spend(1);
          return value !== false;
        };
      case 'or':
      case 'orValue':
        return orElse(first, second, name === 'or');
      default:
        return this.#invoke(name, reference?.overloads ?? [], args);
    }
  }

  #invoke(name: string, overloads: readonly Overload[], args: readonly Step[]): Step {
    const [only] = overloads;
    const id = overloads.length === 1 && only ? only.id : '';
    return (run) => {
      const values: Value[] = [];
      for (const arg of args) values.push(arg(run));
      const result = errorIn(values) ?? dispatch(name, overloads, values);
      run.meter.spend(callCost(name, id, values, result));
      return result;
    };
  }

  #list({ elements, optional }: ListLiteral, scope: Scope): Step {
    const steps = elements.map((element) => this.plan(element, scope));
    return (run) => {
      const values: Value[] = [];
      for (const [index, step] of steps.entries()) {
        const value = step(run);
        if (value instanceof Failure) return value;
        if (!optional.has(index)) values.push(value);
        else if (!(value instanceof Optional)) return new Failure(`cannot initialize optional list element from non-optional value`);
        else if (value.value !== undefined) values.push(value.value);
      }
      run.meter.spend(listCost);
      return listOf(values);
    };
  }

  #map({ entries }: MapLiteral, scope: Scope): Step {
    const steps = entries.map(({ key, value, optional }) => ({ key: this.plan(key, scope), value: this.plan(value, scope), optional }));
    return (run) => {
      const made = new Map<string, readonly [Value, Value]>();
      for (const { key, value, optional } of steps) {
        const found = key(run);
        let held = value(run);
        const wrong = errorIn([found, held]);
        if (wrong) return wrong;
        const identity = keyIdentity(found);
        if (identity === undefined) return new Failure(`unsupported key type: ${typeName(found)}`);
        if (made.has(identity)) return new Failure('Failed with repeated key');
        if (optional) {
          if (!(held instanceof Optional)) return new Failure('cannot initialize optional entry from non-optional value');
          if (held.value === undefined) continue;
          held = held.value;
        }
        made.set(identity, [found, held]);
      }
      run.meter.spend(mapCost);
      return new LiteralMap(made);
    };
  }

  #fold(fold: Fold, scope: Scope): Step {
    const [result, first, second] = [this.slots++, this.slots++, this.slots++];
    const outer: Scope = [...scope, [fold.accumulator, result]];
    const inner: Scope = [...outer, [fold.variable, first], ...(fold.second === undefined ? [] : [[fold.second, second] as const])];
    const range = this.plan(fold.range, scope);
    const start = this.plan(fold.start, scope);
    const condition = this.plan(fold.condition, inner);
    const step = this.plan(fold.step, inner);
    const end = this.plan(fold.result, outer);
    const grows = fold.accumulator === accumulator && fold.start.kind === 'list';
    const pairs = fold.second !== undefined;
    return (run) => {
      const over = range(run);
      if (over instanceof Failure) return over;
      if (!(over instanceof List || over instanceof Mapping)) return new Failure(`got '${typeName(over)}', expected iterable type`);
      const begin = start(run);
      run.slots[result] = grows ? new Growing() : begin;
      for (const [key, value] of turns(over, pairs)) {
        run.slots[first] = key;
        run.slots[second] = value;
        if (condition(run) === false) break;
        run.slots[result] = step(run);
      }
      const made = run.slots[result];
      if (made instanceof Growing) run.slots[result] = listOf(made.values);
      return end(run);
    };
  }
}

/** What the variables of a macro stand for in each turn. */
function* turns(over: List | Mapping, pairs: boolean): Generator<readonly [Value, Value]> {
  if (over instanceof List) for (let index = 0; index < over.size; index++) yield pairs ? [BigInt(index), over.at(index)] : [over.at(index), null];
  else for (const key of over.keys()) yield [key, pairs ? (over.find(key) ?? null) : null];
}

function optionalHas(value: Optional, field: string): Value {
  const found = optionalPart(value, field);
  return found instanceof Optional ? found.value !== undefined : found;
}

/** One operand of the deciding value decides, whatever the other one is; else an error of either is the result. */
function logic(first: Step, second: Step, deciding: boolean): Step {
  return (run) => {
    const left = first(run);
    if (left === deciding) return deciding;
    const right = second(run);
    if (right === deciding) return deciding;
    for (const value of [left, right]) if (typeof value !== 'boolean') return value instanceof Failure ? value : notBool;
    return !deciding;
  };
}

function orElse(first: Step, second: Step, whole: boolean): Step {
  return (run) => {
    const value = first(run);
    if (value instanceof Failure) return value;
    if (!(value instanceof Optional)) return value;
    if (value.value !== undefined) return whole ? value : value.value;
    return second(run);
  };
}
