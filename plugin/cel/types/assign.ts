// Which type fits where, and what type parameters stand for: unification, as the language defines it.
import { dyn, sameType, show, type Type } from './type.ts';

/** What each type parameter stands for so far, by its name. Never changed in place by a failed attempt. */
export type Bindings = Map<string, Type>;

const isDynamic = (type: Type): boolean => type.kind === 'dyn' || type.kind === 'error';

/** Replaces the parameters that are bound; the others become dyn where `open` says so. */
export function substitute(bindings: Bindings, type: Type, open: 'keep' | 'dyn'): Type {
  if (type.kind === 'parameter') {
    const bound = bindings.get(type.name);
    if (bound) return substitute(bindings, bound, open);
    return open === 'dyn' ? dyn : type;
  }
  if (type.parameters.length === 0) return type;
  return { ...type, parameters: type.parameters.map((one) => substitute(bindings, one, open)) };
}

/** The bindings under which each of the one list fits the other; undefined: not at all. */
export function assignable(bindings: Bindings, from: readonly Type[], to: readonly Type[]): Bindings | undefined {
  const attempt: Bindings = new Map(bindings);
  return fitAll(attempt, from, to) ? attempt : undefined;
}

const fitAll = (bindings: Bindings, from: readonly Type[], to: readonly Type[]): boolean =>
  from.length === to.length && from.every((one, index) => fits(bindings, one, to[index] ?? dyn));

function fits(bindings: Bindings, a: Type, b: Type): boolean {
  if (b.kind === 'parameter') {
    const { valid, bound } = bind(bindings, a, b);
    if (valid || bound) return valid;
  }
  if (a.kind === 'parameter') return bind(bindings, b, a).valid;
  if (isDynamic(a) || isDynamic(b)) return true;
  if (a.kind === 'null' || b.kind === 'null') return isNullable(a.kind === 'null' ? b : a);
  if (a.kind === 'type') return b.kind === 'type';
  if (a.kind === 'list' || a.kind === 'map' || a.kind === 'opaque') return a.kind === b.kind && a.name === b.name && fitAll(bindings, a.parameters, b.parameters);
  return sameType(a, b);
}

const isNullable = ({ kind }: Type): boolean => kind === 'null' || kind === 'opaque' || kind === 'object' || kind === 'duration' || kind === 'timestamp';

/** Lets a parameter stand for a type, unless it stands for another one already or occurs in the type itself. */
function bind(bindings: Bindings, type: Type, open: Type): { readonly valid: boolean; readonly bound: boolean } {
  if (sameType(type, open)) return { valid: true, bound: true };
  const known = bindings.get(open.name);
  if (known) {
    if (sameType(type, known)) return { valid: true, bound: true };
    if (!fits(bindings, type, known)) return { valid: false, bound: true };
    const general = mostGeneral(type, known);
    if (!occurs(bindings, open, general)) bindings.set(open.name, general);
    return { valid: true, bound: true };
  }
  if (occurs(bindings, open, type)) return { valid: false, bound: false };
  bindings.set(open.name, type);
  return { valid: true, bound: false };
}

function occurs(bindings: Bindings, open: Type, within: Type): boolean {
  if (sameType(open, within)) return true;
  if (within.kind === 'parameter') {
    const bound = bindings.get(within.name);
    return bound !== undefined && occurs(bindings, open, bound);
  }
  return within.parameters.some((one) => occurs(bindings, open, one));
}

/** Of two types that fit each other, the one that says less. */
export const mostGeneral = (a: Type, b: Type): Type => (saysNoMore(a, b) ? a : b);

function saysNoMore(a: Type, b: Type): boolean {
  if (a.kind === 'dyn' || a.kind === 'parameter') return true;
  if (b.kind === 'dyn' || b.kind === 'parameter') return false;
  if (a.kind !== b.kind) return false;
  if (a.kind === 'type') return true;
  if (a.parameters.length === 0 || a.parameters.length !== b.parameters.length) return show(a) === show(b);
  return a.name === b.name && a.parameters.every((one, index) => saysNoMore(one, b.parameters[index] ?? dyn));
}
