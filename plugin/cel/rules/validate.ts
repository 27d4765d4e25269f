// Runs the rules of a schema on an object: which rules apply where, with what they may compare, and what they say when they fail.
import { isObject, type JsonObject } from '../../apiserver/json.ts';
import { earlierItems, type Correlated } from '../../apiserver/schema/correlated.ts';
import type { Schema } from '../../apiserver/schema/schema.ts';
import { fieldError, type FieldError } from '../../apiserver/status.ts';
import { Failure, none, Optional, type Value } from '../values/value.ts';
import { valueOf, withObjectMeta } from '../values/json.ts';
import type { CompiledRule } from './compile.ts';
import { validatorOf, type Validator } from './validator.ts';

/** Of all rules on one object, and of one rule. */
const objectBudget = 10_000_000;
const ruleBudget = 1_000_000;
const longestMessage = 5 * 1024;
const unset = new Failure('no such attribute(s): oldSelf');

export interface Violations {
  readonly errors: readonly FieldError[];
  /** What unchanged parts are let through with. */
  readonly warnings: readonly string[];
}

/** How far an update is followed: where the same part was before, or the nearest part above that can be told. */
interface Ratchet {
  readonly here: Correlated | undefined;
  readonly above: Correlated | undefined;
}

interface Visit {
  readonly value: unknown;
  readonly before: unknown;
  readonly path: string;
  readonly ratchet: Ratchet;
}

/** What has been found so far; `left` below zero ends the validation. */
interface Findings {
  left: number;
  readonly errors: FieldError[];
  readonly warnings: string[];
}

/** Everything that the rules in the schema say about an object; `update` is given for a change of a stored one. */
export function violations(schema: Schema, object: unknown, update?: { readonly before: unknown; readonly correlated: Correlated }): Violations {
  const found: Findings = { left: objectBudget, errors: [], warnings: [] };
  const validator = validatorOf(schema);
  if (validator) visit(validator, { value: object, before: update?.before, path: '', ratchet: { here: update?.correlated, above: undefined } }, found);
  return found;
}

const isUnchanged = ({ here, above }: Ratchet): boolean => (here ?? above)?.unchanged ?? false;

function inField(ratchet: Ratchet, name: string): Ratchet {
  if (!ratchet.here) return ratchet;
  // Both objects were converted to one version: that apiVersion is unchanged means nothing.
  if (!ratchet.above && (name === 'apiVersion' || name === 'kind')) return { here: undefined, above: undefined };
  return { here: ratchet.here.field(name), above: ratchet.here };
}

function visit(validator: Validator, at: Visit, found: Findings): void {
  const { value, before, path, ratchet } = at;
  if (value === null || value === undefined) return;
  runRules(validator, at, found);
  for (const one of validator.allOf) if (found.left >= 0) visit(one, { ...at, ratchet: { here: undefined, above: ratchet.above } }, found);
  if (Array.isArray(value) && validator.items) {
    const earlier = earlierItems(validator.schema, before);
    for (const [index, item] of value.entries()) {
      if (found.left < 0) return;
      const inside: Ratchet = ratchet.here ? { here: ratchet.here.item(index), above: ratchet.here } : ratchet;
      visit(validator.items, { value: item, before: earlier(item), path: `${path}[${index}]`, ratchet: inside }, found);
    }
  } else if (isObject(value)) visitFields(validator, value, at, found);
}

function visitFields(validator: Validator, value: JsonObject, { before, path, ratchet }: Visit, found: Findings): void {
  const map = validator.schema['x-kubernetes-map-type'];
  const earlier = isObject(before) && (map === undefined || map === 'granular' || map === 'atomic') ? before : {};
  for (const [name, inner] of Object.entries(value)) {
    const next = validator.fields.get(name) ?? validator.others;
    if (!next || found.left < 0) continue;
    const where = validator.fields.has(name) ? (path ? `${path}.${name}` : name) : `${path}[${name}]`;
    visit(next, { value: inner, before: earlier[name], path: where, ratchet: inField(ratchet, name) }, found);
  }
}

const nameOf = (rule: CompiledRule['rule']): string => (rule.message?.trim() ? rule.message : rule.rule).trim();

function runRules({ schema, rules, isRoot }: Validator, { value, before, path, ratchet }: Visit, found: Findings): void {
  if (rules.length === 0) return;
  const type = schema.type ?? '';
  // The root has no name of its own; Kubernetes prints that so.
  const place = path || '<nil>';
  const fail = (detail: string): void => void found.errors.push(fieldError.invalid(place, type, detail));
  const stop = (detail: string): void => {
    fail(detail);
    found.left = -1;
  };
  const full = isRoot ? withObjectMeta(schema) : schema;
  const self = valueOf(value, full);
  const isNew = before === undefined || before === null;
  const oldSelf = isNew ? undefined : valueOf(before, full);
  for (const compiled of rules) {
    if (found.left <= 0) return stop('validation failed due to running out of cost budget, no further validation rules will be run');
    const { rule, program, wrong } = compiled;
    const optional = rule.optionalOldSelf === true;
    if (wrong !== undefined) fail(`rule compile error: ${wrong}`);
    // A rule about a change says nothing of what is new, unless it asks for that.
    if (!program || (compiled.usesOldSelf && isNew && !optional)) continue;
    const variables = { self, oldSelf: optional ? (oldSelf === undefined ? none : new Optional(oldSelf)) : oldSelf };
    const outcome = program.run(variables, ruleBudget);
    if (outcome.cost > found.left) return stop('validation failed due to running out of cost budget, no further validation rules will be run');
    found.left -= outcome.cost;
    if (outcome.overBudget) return stop(`'${messageOf(outcome.value)}': no further validation rules will be run due to call cost exceeds limit for rule: ${nameOf(rule)}`);
    if (outcome.value instanceof Failure) {
      const { message } = outcome.value;
      fail(message.startsWith('no such overload') ? `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${nameOf(rule)}` : `${message} evaluating rule: ${nameOf(rule)}`);
    } else if (outcome.value !== true) {
      const report = (error: FieldError): void => {
        if (!compiled.usesOldSelf && isUnchanged(ratchet)) found.warnings.push(`${error.field}: ${error.message}`);
        else found.errors.push(error);
      };
      // A message is made without the optional around oldSelf, as on a real server, even where the rule has it.
      broken(compiled, { value, path, type, variables: { self, oldSelf: oldSelf ?? unset } }, found, report);
    }
  }
}

const messageOf = (value: Value): string => (value instanceof Failure ? value.message : String(value));

interface Broken {
  readonly value: unknown;
  readonly path: string;
  readonly type: string;
  readonly variables: Readonly<Record<string, Value | undefined>>;
}

function broken(compiled: CompiledRule, { value, path, type, variables }: Broken, found: Findings, report: (error: FieldError) => void): void {
  const { rule, message, fieldPath } = compiled;
  const where = (path && fieldPath ? `${path}.${fieldPath}` : path || fieldPath) || '<nil>';
  let detail = rule.message ? rule.message.trim() : `failed rule: ${rule.rule.trim()}`;
  if (message) {
    const outcome = message.run(variables, ruleBudget);
    const over = outcome.cost > found.left ? 'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run'
      : outcome.overBudget ? `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${JSON.stringify(rule.messageExpression)}` : undefined;
    if (over !== undefined) {
      report(fieldError.invalid(where, type, over));
      found.left = -1;
      return;
    }
    found.left -= outcome.cost;
    const made = typeof outcome.value === 'string' ? outcome.value.trim() : '';
    if (made !== '' && !made.includes('\n') && Buffer.byteLength(made) <= longestMessage) detail = made;
  }
  report(errorFor(rule.reason, where, type === 'object' || type === 'array' ? undefined : { value }, detail));
}

function errorFor(reason: string | undefined, path: string, shown: { readonly value: unknown } | undefined, detail: string): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return fieldError.forbidden(path, detail);
    case 'FieldValueRequired':
      return fieldError.required(path, detail);
    case 'FieldValueDuplicate':
      return shown ? fieldError.duplicate(path, shown.value) : { field: path, reason: 'FieldValueDuplicate', message: 'Duplicate value' };
    default:
      return shown ? fieldError.invalid(path, shown.value, detail) : { field: path, reason: 'FieldValueInvalid', message: `Invalid value: ${detail}` };
  }
}
