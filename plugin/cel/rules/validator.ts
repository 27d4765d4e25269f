// The compiled rules of a whole schema: only the places that have rules, or lead to some.
import { isObject, objects } from '../../apiserver/json.ts';
import type { Schema } from '../../apiserver/schema/schema.ts';
import { compileRules, declareAt, type CompiledRule, type Rule } from './compile.ts';

export interface Validator {
  readonly schema: Schema;
  readonly rules: readonly CompiledRule[];
  /** kind, apiVersion and metadata.name can be read here. */
  readonly isRoot: boolean;
  readonly fields: ReadonlyMap<string, Validator>;
  readonly others: Validator | undefined;
  readonly items: Validator | undefined;
  readonly allOf: readonly Validator[];
}

const compiled = new WeakMap<Schema, { readonly validator: Validator | undefined }>();

/** Made once for each schema; undefined when it has no rules. */
export function validatorOf(schema: Schema): Validator | undefined {
  const known = compiled.get(schema);
  if (known) return known.validator;
  const validator = build(schema, schema, true);
  compiled.set(schema, { validator });
  return validator;
}

/** `rules`: where the rules stand, `shape`: what declares the data; they differ inside allOf only. */
function build(rules: Schema, shape: Schema, isRoot: boolean): Validator | undefined {
  const given = objects(rules['x-kubernetes-validations']) as unknown as readonly Rule[];
  const declared = given.length > 0 ? declareAt(shape, isRoot) : undefined;
  const own = declared ? compileRules(given, shape, declared).rules : [];
  const inner = (one: Schema | undefined, of: Schema | undefined): Validator | undefined => one && of && build(one, of, of['x-kubernetes-embedded-resource'] === true);
  const fields = new Map(Object.entries(rules.properties ?? {}).flatMap(([name, one]): readonly (readonly [string, Validator])[] => {
    const made = inner(one, shape.properties && Object.hasOwn(shape.properties, name) ? shape.properties[name] : undefined);
    return made ? [[name, made]] : [];
  }));
  const others = isObject(rules.additionalProperties) && isObject(shape.additionalProperties) ? inner(rules.additionalProperties as Schema, shape.additionalProperties as Schema) : undefined;
  const items = inner(rules.items, shape.items);
  const allOf = (rules.allOf ?? []).flatMap((one) => build(one, shape, isRoot) ?? []);
  if (own.length === 0 && fields.size === 0 && !others && !items && allOf.length === 0) return undefined;
  return { schema: shape, rules: own, isRoot, fields, others, items, allOf };
}
