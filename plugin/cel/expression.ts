// The language: compiles an expression in an environment, and runs it on values within a budget.
import { parse } from './syntax/parser.ts';
import { showIssues, SyntaxFault } from './syntax/issues.ts';
import { check } from './types/checker.ts';
import type { Checked, Environment } from './types/environment.ts';
import { literalIssues } from './types/literals.ts';
import { Meter, OverBudget } from './run/cost.ts';
import { plan } from './run/plan.ts';
import { Failure, type Value } from './values/value.ts';
import { dyn, type Type } from './types/type.ts';

export interface Outcome {
  readonly value: Value;
  /** What the evaluation cost. */
  readonly cost: number;
  /** The budget ended the evaluation: the value is the failure that says so. */
  readonly overBudget: boolean;
}

export interface Program {
  readonly checked: Checked;
  readonly type: Type;
  /** Whether the expression names this variable of the environment. */
  uses(variable: string): boolean;
  run(variables: Readonly<Record<string, Value | undefined>>, budget: number): Outcome;
}

/** The program, or what is wrong with the expression, in the real API server's words. */
export function compile(source: string, environment: Environment): Program | { readonly issues: string } {
  try {
    const checked = check(parse(source), environment);
    const issues = checked.issues.length > 0 ? checked.issues : literalIssues(checked);
    return issues.length > 0 ? { issues: showIssues(source, issues) } : programOf(checked);
  } catch (error) {
    if (error instanceof SyntaxFault) return { issues: showIssues(source, error.issues) };
    throw error;
  }
}

function programOf(checked: Checked): Program {
  const { step, slots } = plan(checked);
  const named = new Set([...checked.references.values()].filter(({ overloads }) => overloads.length === 0).map(({ name }) => name));
  return {
    checked,
    type: checked.types.get(checked.expression.id) ?? dyn,
    uses: (variable) => named.has(variable),
    run(variables, budget) {
      const meter = new Meter(budget);
      try {
        return { value: step({ meter, variables, slots: Array<Value>(slots).fill(null) }), cost: meter.spent, overBudget: false };
      } catch (error) {
        if (!(error instanceof OverBudget)) throw error;
        return { value: new Failure(error.message), cost: meter.spent, overBudget: true };
      }
    },
  };
}
