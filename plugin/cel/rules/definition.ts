// Whether the rules of a definition can be taken: well formed, compiled, affordable. In the real API server's words.
import { isObject, objects, text, type JsonObject } from '../../apiserver/json.ts';
import type { Schema } from '../../apiserver/schema/schema.ts';
import { fieldError, type FieldError } from '../../apiserver/status.ts';
import type { Declared } from './declared.ts';
import { compileRules, declareAt, type CompiledRule, type Rule } from './compile.ts';
import { resolveFieldPath } from './field-path.ts';
import { escapeName } from '../values/names.ts';

const ruleLimit = 10_000_000;
const totalLimit = 100_000_000;
const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

interface Expensive {
  readonly path: string;
  readonly cost: number;
}

interface Totals {
  cost: number;
  readonly expensive: Expensive[];
}

/** What holds for one place of the schema, on the way down. */
interface Place {
  readonly path: string;
  /** The declaration, where a rule here or above needs one. */
  readonly declared: Declared | undefined;
  readonly isRoot: boolean;
  /** How often this place can be there in one object; Infinity where nothing bounds it. */
  readonly cardinality: number;
  /** The place above whose parts cannot be told apart across an update. */
  readonly uncorrelated: string | undefined;
}

/** The errors of a place and of what is below it; shape errors keep the rules above from being compiled. */
interface Found {
  readonly shape: readonly FieldError[];
  readonly rules: readonly FieldError[];
}

/** All errors of the rules in a schema that is structural. */
export function ruleErrors(schema: JsonObject, path: string): readonly FieldError[] {
  const totals: Totals = { cost: 0, expensive: [] };
  const { shape, rules } = visit(schema as Schema, { path, declared: undefined, isRoot: true, cardinality: 1, uncorrelated: undefined }, totals);
  const over = totals.cost > totalLimit ? [
    ...totals.expensive.map((one) => fieldError.forbidden(one.path, 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema')),
    fieldError.forbidden(path, costWords('x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema', totals.cost, totalLimit)),
  ] : [];
  return [...shape, ...rules, ...over];
}

function visit(schema: Schema, place: Place, totals: Totals): Found {
  const given = objects(schema['x-kubernetes-validations']);
  const declared = place.declared ?? (given.length > 0 ? declareAt(schema, place.isRoot || schema['x-kubernetes-embedded-resource'] === true) : undefined);
  const below = children(schema, { ...place, declared }).map(([child, at]) => visit(child, at, totals));
  const shape = [...below.flatMap((one) => one.shape), ...given.flatMap((rule, index) => shapeErrors(rule, schema, `${place.path}.x-kubernetes-validations[${index}]`))];
  const rules = below.flatMap((one) => one.rules);
  if (given.length === 0 || shape.length > 0) return { shape, rules };
  if (!declared) return { shape, rules: [...rules, fieldError.internal(`${place.path}.x-kubernetes-validations`, 'internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations')] };
  const compiled = compileRules(given as unknown as readonly Rule[], schema, declared);
  const often = place.cardinality === Infinity ? compiled.cardinality : place.cardinality;
  return { shape, rules: [...rules, ...compiled.rules.flatMap((rule, index) => compiledErrors(rule, { ...place, path: `${place.path}.x-kubernetes-validations[${index}]` }, often, totals))] };
}

function children(schema: Schema, place: Place): readonly (readonly [Schema, Place])[] {
  const { path, declared, cardinality, uncorrelated } = place;
  const times = (most: number | undefined): number => (cardinality === 0 || most === 0 ? 0 : most === undefined ? Infinity : cardinality * most);
  const under = (step: string, child: Declared | undefined, more: number, apart: string | undefined): Place => ({ path: `${path}.${step}`, declared: child, isRoot: false, cardinality: more, uncorrelated: apart });
  const map = schema['x-kubernetes-map-type'];
  const list = schema['x-kubernetes-list-type'];
  const inMap = uncorrelated ?? (map === undefined || map === 'granular' || map === 'atomic' ? undefined : path);
  const inList = uncorrelated ?? (list === 'map' ? undefined : path);
  const own = Object.entries(schema.properties ?? {}).map(([name, child]) => [child, under(`properties[${name}]`, fieldOf(declared, name), schema.additionalProperties === undefined ? cardinality : times(schema.maxProperties), inMap)] as const);
  const others = isObject(schema.additionalProperties) ? [[schema.additionalProperties as Schema, under('additionalProperties', declared?.element, times(schema.maxProperties), uncorrelated)] as const] : [];
  const items = schema.items ? [[schema.items, under('items', declared?.element, times(schema.maxItems), inList)] as const] : [];
  return [...others, ...own, ...items];
}

const fieldOf = (declared: Declared | undefined, name: string): Declared | undefined => declared?.fields?.get(escapeName(name) ?? '');

function shapeErrors(rule: JsonObject, schema: Schema, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const source = text(rule['rule']).trim();
  const message = text(rule['message']);
  const lines = /[\n\r]/;
  if (source === '') errors.push(fieldError.required(`${path}.rule`, 'rule is not specified'));
  else if (message.length > 0 && message.trim() === '') errors.push(fieldError.invalid(`${path}.message`, message, 'must be non-empty if specified'));
  else if (lines.test(message.trim())) errors.push(fieldError.invalid(`${path}.message`, message, 'must not contain line breaks'));
  else if (lines.test(source) && message.trim() === '') errors.push(fieldError.required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  const expression = text(rule['messageExpression']);
  if (expression.length > 0 && expression.trim() === '') errors.push(fieldError.required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  if (rule['reason'] !== undefined && !reasons.includes(text(rule['reason']))) errors.push(fieldError.unsupported(`${path}.reason`, rule['reason'], reasons));
  const fieldPath = text(rule['fieldPath']);
  if (fieldPath.length > 0 && fieldPath.trim() === '') errors.push(fieldError.invalid(`${path}.fieldPath`, fieldPath, 'must be non-empty if specified'));
  if (lines.test(fieldPath)) errors.push(fieldError.invalid(`${path}.fieldPath`, fieldPath, 'must not contain line breaks'));
  if (fieldPath.length > 0 && resolveFieldPath(fieldPath, schema) === undefined) errors.push(fieldError.invalid(`${path}.fieldPath`, fieldPath, 'must be a valid path'));
  return errors;
}

/** A rule as the real server's internal type prints it. */
const printed = ({ rule, message = '', messageExpression = '', reason, fieldPath = '', optionalOldSelf }: Rule): object => ({
  Rule: rule, Message: message, MessageExpression: messageExpression, Reason: reason ?? null, FieldPath: fieldPath, OptionalOldSelf: optionalOldSelf ?? null,
});

function compiledErrors(compiled: CompiledRule, { path, uncorrelated }: Place, often: number, totals: Totals): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { rule } = compiled;
  const cost = compiled.cost === 0 ? 0 : Math.min(2 ** 64, compiled.cost * often);
  if (cost > ruleLimit) errors.push(fieldError.forbidden(`${path}.rule`, costWords('estimated rule cost', cost, ruleLimit)));
  observe(totals, `${path}.rule`, cost);
  if (compiled.wrong !== undefined) errors.push(fieldError.invalid(`${path}.rule`, printed(rule), compiled.wrong));
  if (compiled.wrongMessage !== undefined) errors.push(fieldError.invalid(`${path}.messageExpression`, printed(rule), compiled.wrongMessage));
  else if (compiled.message) {
    if (compiled.messageCost > ruleLimit) errors.push(fieldError.forbidden(`${path}.messageExpression`, costWords('estimated messageExpression cost', compiled.messageCost, ruleLimit)));
    observe(totals, `${path}.messageExpression`, compiled.messageCost);
  }
  if (compiled.usesOldSelf && uncorrelated !== undefined) errors.push(fieldError.invalid(`${path}.rule`, rule.rule, `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`));
  if (!compiled.usesOldSelf && rule.optionalOldSelf !== undefined) errors.push(fieldError.invalid(`${path}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule'));
  return errors;
}

function observe(totals: Totals, path: string, cost: number): void {
  totals.cost += cost;
  if (cost < totalLimit / 100) return;
  totals.expensive.push({ path, cost });
  totals.expensive.sort((a, b) => b.cost - a.cost);
  totals.expensive.splice(4);
}

/** How far beyond the budget, without false exactness where a rule could hardly be worse. */
function costWords(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shown = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
  return `${what} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}
