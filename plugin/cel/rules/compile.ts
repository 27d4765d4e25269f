// Compiles the rules of one place in a schema, with what they may cost.
import type { Schema } from '../../apiserver/schema/schema.ts';
import { compile, type Program } from '../expression.ts';
import { estimate } from '../cost/estimate.ts';
import { functions } from '../library/all.ts';
import { programFault } from '../types/literals.ts';
import type { Environment } from '../types/environment.ts';
import { optionalType } from '../types/type.ts';
import { declare, fieldType, largestRequest, objectsIn, sizesOf, type Declared } from './declared.ts';
import { resolveFieldPath } from './field-path.ts';

/** One entry of x-kubernetes-validations. */
export interface Rule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

export interface CompiledRule {
  readonly rule: Rule;
  readonly program: Program | undefined;
  readonly message: Program | undefined;
  /** What is wrong with the rule or with its messageExpression. */
  readonly wrong: string | undefined;
  readonly wrongMessage: string | undefined;
  readonly usesOldSelf: boolean;
  readonly fieldPath: string;
  /** Of one evaluation at most. */
  readonly cost: number;
  readonly messageCost: number;
}

export interface CompiledRules {
  readonly rules: readonly CompiledRule[];
  /** How often data of this shape fits into one request. */
  readonly cardinality: number;
}

/** The name of the type of self, in messages. A real server makes up another one each time. */
const selfName = 'selfType';

export const declareAt = (schema: Schema, isRoot: boolean): Declared | undefined => declare(schema, isRoot, selfName);

export function compileRules(rules: readonly Rule[], schema: Schema, declared: Declared): CompiledRules {
  const objects = objectsIn(declared);
  const environment = (optional: boolean): Environment => ({
    functions, field: (object, field) => fieldType(objects, object, field),
    variables: new Map([['self', declared.type], ['oldSelf', optional ? optionalType(declared.type) : declared.type]]),
  });
  const sizes = sizesOf(declared);
  const costOf = (program: Program | undefined): number => (program ? estimate(program.checked, sizes).max : 0);
  return {
    cardinality: Math.floor(largestRequest / (declared.shortest + 1)),
    rules: rules.map((rule) => {
      const made = read(rule.rule, environment(rule.optionalOldSelf === true), { kind: 'bool', words: 'cel expression must evaluate to a bool', prefix: '', without: 'program instantiation failed' });
      const message = rule.messageExpression && made.program
        ? read(rule.messageExpression, environment(rule.optionalOldSelf === true), { kind: 'string', words: 'messageExpression must evaluate to a string', prefix: 'messageExpression ', without: 'messageExpression instantiation failed' })
        : { program: undefined, wrong: undefined };
      return {
        rule, program: made.program, wrong: made.wrong, message: message.program, wrongMessage: message.wrong, usesOldSelf: made.program?.uses('oldSelf') ?? false,
        fieldPath: rule.fieldPath ? (resolveFieldPath(rule.fieldPath, schema) ?? '') : '', cost: costOf(made.program), messageCost: costOf(message.program),
      };
    }),
  };
}

interface Wanted {
  readonly kind: 'bool' | 'string';
  readonly words: string;
  readonly prefix: string;
  readonly without: string;
}

function read(source: string, environment: Environment, { kind, words, prefix, without }: Wanted): { readonly program: Program | undefined; readonly wrong: string | undefined } {
  if (source.trim() === '') return { program: undefined, wrong: undefined };
  const program = compile(source, environment);
  if ('issues' in program) return { program: undefined, wrong: `${prefix}compilation failed: ${program.issues}` };
  if (program.type.kind !== kind) return { program: undefined, wrong: words };
  const fault = programFault(program.checked);
  return fault === undefined ? { program, wrong: undefined } : { program: undefined, wrong: `${without}: ${fault}` };
}
