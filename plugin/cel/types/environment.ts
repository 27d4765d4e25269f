// What a checker is given and what it answers.
import type { Expression } from '../syntax/tree.ts';
import type { Issue } from '../syntax/issues.ts';
import type { Functions, Overload } from './functions.ts';
import type { Type } from './type.ts';

/** What an expression may name. */
export interface Environment {
  readonly variables: ReadonlyMap<string, Type>;
  readonly functions: Functions;
  /** The type of a field of a declared object. */
  field(object: string, field: string): Type | undefined;
}

export interface Reference {
  /** A variable, a type, or the function with its full name. */
  readonly name: string;
  readonly overloads: readonly Overload[];
  /** The target of the call is part of the function's name. */
  readonly namespaced: boolean;
}

export interface Checked {
  readonly expression: Expression;
  readonly types: ReadonlyMap<number, Type>;
  readonly references: ReadonlyMap<number, Reference>;
  readonly issues: readonly Issue[];
}
