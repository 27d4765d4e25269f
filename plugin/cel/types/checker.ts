// Gives every part of an expression its type and every call its overloads, or says in cel-go's words why it has none.
import { qualifiedName, type Call, type Expression, type Fold, type Select } from '../syntax/tree.ts';
import type { Issue } from '../syntax/issues.ts';
import type { Checked, Environment, Reference } from './environment.ts';
import { assignable, mostGeneral, substitute, type Bindings } from './assign.ts';
import { typeNames, type Overload } from './functions.ts';
import { bool, dyn, errorType, int, listType, mapType, nullType, optionalType, parameter, sameType, show, showArguments, string, bytes, double, typeType, uint, unwrapOptional, type Type } from './type.ts';
import { typeName, type Value } from '../values/value.ts';

type Scope = ReadonlyMap<string, Type>;

const literals: Readonly<Record<string, Type>> = { bool, bytes, double, int, null_type: nullType, string, uint };
const typeOfLiteral = (value: Value): Type => literals[typeName(value)] ?? errorType;
const isOpen = ({ kind }: Type): boolean => kind === 'dyn' || kind === 'error';

export function check(expression: Expression, environment: Environment): Checked {
  const checker = new Checker(environment);
  checker.visit(expression, []);
  return { expression, ...checker.result() };
}

class Checker {
  readonly #environment: Environment;
  readonly #types = new Map<number, Type>();
  readonly #references = new Map<number, Reference>();
  readonly #issues: Issue[] = [];
  #bindings: Bindings = new Map();
  #fresh = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  result(): Omit<Checked, 'expression'> {
    const types = new Map([...this.#types].map(([id, type]) => [id, substitute(this.#bindings, type, 'dyn')]));
    return { types, references: this.#references, issues: this.#issues };
  }

  #report(at: number, message: string): void {
    this.#issues.push({ at, message });
  }

  #undeclared(at: number, name: string): Type {
    this.#report(at, `undeclared reference to '${name}' (in container '')`);
    return errorType;
  }

  #mismatch(at: number, wanted: Type, found: Type): void {
    this.#report(at, `expected type '${show(wanted)}' but found '${show(found)}'`);
  }

  #newType(): Type {
    return parameter(`_var${this.#fresh++}`);
  }

  #fits(from: readonly Type[], to: readonly Type[]): boolean {
    const bindings = assignable(this.#bindings, from, to);
    if (bindings) this.#bindings = bindings;
    return bindings !== undefined;
  }

  #bound(type: Type): Type {
    return substitute(this.#bindings, type, 'keep');
  }

  visit(expression: Expression, scopes: readonly Scope[]): Type {
    const type = this.#typeOf(expression, scopes);
    this.#types.set(expression.id, type);
    return type;
  }

  #typeOf(expression: Expression, scopes: readonly Scope[]): Type {
    switch (expression.kind) {
      case 'literal':
        return typeOfLiteral(expression.value);
      case 'ident':
        return this.#named(expression, expression.name, scopes) ?? this.#undeclared(expression.at, expression.name);
      case 'select':
        return this.#select(expression, scopes);
      case 'call':
        return this.#call(expression, scopes);
      case 'list':
        return listType(this.#elements(expression.elements, expression.optional, scopes) ?? this.#newType());
      case 'map': {
        const optional = new Set(expression.entries.flatMap((entry, index) => (entry.optional ? [index] : [])));
        const key = this.#elements(expression.entries.map((entry) => entry.key), new Set(), scopes);
        const value = this.#elements(expression.entries.map((entry) => entry.value), optional, scopes);
        return mapType(key ?? this.#newType(), value ?? this.#newType());
      }
      case 'message':
        return this.#message(expression);
      case 'fold':
        return this.#fold(expression, scopes);
    }
  }

  #message({ at, name }: { readonly at: number; readonly name: string }): Type {
    const known = typeNames.get(name) ?? (this.#environment.variables.has(name) ? undefined : errorType);
    if (known === errorType) return this.#undeclared(at, name);
    this.#report(at, known ? `'${known.name}' is not a message type` : `'${show(this.#environment.variables.get(name) ?? dyn)}' is not a type`);
    return errorType;
  }

  /** The type of a name: a variable of a macro, of the environment, or the name of a type. */
  #named({ id }: Expression, written: string, scopes: readonly Scope[]): Type | undefined {
    const name = written.replace(/^\./, '');
    const local = written === name ? scopes.findLast((scope) => scope.has(name))?.get(name) : undefined;
    const named = local ?? this.#environment.variables.get(name);
    const type = named ?? (typeNames.has(name) ? typeType(typeNames.get(name)) : undefined);
    if (type) this.#references.set(id, { name, overloads: [], namespaced: false });
    return type;
  }

  #select(expression: Select, scopes: readonly Scope[]): Type {
    const name = qualifiedName(expression);
    const whole = name === undefined ? undefined : this.#named(expression, name, scopes);
    if (whole) return whole;
    const type = this.#field(expression, this.visit(expression.operand, scopes), expression.field, false);
    return expression.test ? bool : this.#bound(type);
  }

  #field({ at }: Expression, operand: Type, field: string, asOptional: boolean): Type {
    const { type: target, optional } = unwrapOptional(this.#bound(operand));
    let found: Type = errorType;
    if (target.kind === 'map') found = target.parameters[1] ?? dyn;
    else if (target.kind === 'object') {
      const declared = this.#environment.field(target.name, field);
      if (!declared) this.#report(at, `undefined field '${field}'`);
      found = declared ?? errorType;
    } else if (target.kind === 'parameter') {
      this.#fits([dyn], [target]);
      found = dyn;
    } else {
      if (!isOpen(target)) this.#report(at, `type '${show(target)}' does not support field selection`);
      found = dyn;
    }
    return optional || asOptional ? optionalType(found) : found;
  }

  #call(call: Call, scopes: readonly Scope[]): Type {
    if (call.name === '_?._') return this.#optionalField(call, scopes);
    const args = call.args.map((arg) => this.visit(arg, scopes));
    const { functions } = this.#environment;
    const name = call.name.replace(/^\./, '');
    if (!call.target) {
      const overloads = functions.get(name);
      return overloads ? this.#resolve(call, name, overloads, args) : this.#undeclared(call.at, call.name);
    }
    const prefix = qualifiedName(call.target);
    const full = prefix === undefined ? undefined : `${prefix}.${name}`;
    const spaced = full === undefined ? undefined : functions.get(full);
    if (full !== undefined && spaced) return this.#resolve({ ...call, target: undefined }, full, spaced, args, true);
    const target = this.visit(call.target, scopes);
    const overloads = functions.get(name);
    return overloads ? this.#resolve(call, name, overloads, [target, ...args]) : this.#undeclared(call.at, call.name);
  }

  #optionalField(call: Call, scopes: readonly Scope[]): Type {
    const [operand, field] = call.args;
    if (!operand || field?.kind !== 'literal') return errorType;
    this.visit(field, scopes);
    const type = this.#bound(this.#field(call, this.visit(operand, scopes), String(field.value), true));
    this.#references.set(call.id, { name: call.name, overloads: this.#environment.functions.get('_?._') ?? [], namespaced: false });
    return type;
  }

  #resolve(call: Call, name: string, overloads: readonly Overload[], args: readonly Type[], namespaced = false): Type {
    const chosen: Overload[] = [];
    let result: Type | undefined;
    if (name === '_&&_' || name === '_||_') return this.#logic(call, name, overloads, args);
    for (const overload of overloads.filter(({ member }) => member === (call.target !== undefined))) {
      const fresh: Bindings = new Map(overload.parameters.map((one) => [one, this.#newType()]));
      if (!this.#fits(args, overload.args.map((one) => substitute(fresh, one, 'keep')))) continue;
      const type = this.#bound(substitute(fresh, overload.result, 'keep'));
      chosen.push(overload);
      result = result === undefined || sameType(result, type) || result.kind === 'dyn' ? (result ?? type) : dyn;
    }
    if (!result) {
      const given = args.map((one) => substitute(this.#bindings, one, 'dyn'));
      this.#report(call.at, `found no matching overload for '${name}' applied to '${showArguments(given, call.target !== undefined)}'`);
      return errorType;
    }
    this.#references.set(call.id, { name, overloads: chosen, namespaced });
    return result;
  }

  #logic(call: Call, name: string, overloads: readonly Overload[], args: readonly Type[]): Type {
    let wrong = false;
    args.forEach((arg, index) => {
      if (this.#fits([arg], [bool])) return;
      this.#mismatch(call.args[index]?.at ?? call.at, bool, arg);
      wrong = true;
    });
    this.#references.set(call.id, { name, overloads, namespaced: false });
    return wrong ? errorType : bool;
  }

  /** The common type of the elements of a literal; undefined when it has none. Mixed ones are found later, outside of `format`. */
  #elements(elements: readonly Expression[], optional: ReadonlySet<number>, scopes: readonly Scope[]): Type | undefined {
    let common: Type | undefined;
    elements.forEach((element, index) => {
      let type = this.visit(element, scopes);
      if (optional.has(index)) {
        const inner = unwrapOptional(type);
        if (!inner.optional && type.kind !== 'dyn') this.#mismatch(element.at, optionalType(type), type);
        type = inner.type;
      }
      if (common === undefined) common = type;
      else common = this.#fits([common], [type]) ? mostGeneral(common, type) : dyn;
    });
    return common;
  }

  #fold(fold: Fold, scopes: readonly Scope[]): Type {
    const range = this.#bound(this.visit(fold.range, scopes));
    const accumulated = this.visit(fold.start, scopes);
    const outer = [...scopes, new Map([[fold.accumulator, accumulated]])];
    const [first, second] = this.#variables(fold, range);
    const inner = [...outer, new Map([[fold.variable, first], ...(fold.second === undefined ? [] : [[fold.second, second] as [string, Type]])])];
    this.#must(fold.condition, this.visit(fold.condition, inner), bool);
    this.#must(fold.step, this.visit(fold.step, inner), accumulated);
    return this.#bound(this.visit(fold.result, outer));
  }

  #must({ at }: Expression, found: Type, wanted: Type): void {
    if (!this.#fits([wanted], [found])) this.#mismatch(at, wanted, found);
  }

  #variables({ range: { at }, second }: Fold, range: Type): readonly [Type, Type] {
    const [key = dyn, value = dyn] = range.parameters;
    if (range.kind === 'list') return second === undefined ? [key, key] : [int, key];
    if (range.kind === 'map') return [key, value];
    if (isOpen(range) || range.kind === 'parameter') {
      this.#fits([dyn], [range]);
      return [dyn, dyn];
    }
    this.#report(at, `expression of type '${show(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`);
    return [errorType, errorType];
  }
}
