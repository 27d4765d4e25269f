// What can be found wrong in literals before anything runs: durations, times, patterns, formats, lists of mixed types.
import { parts, type Call, type Expression } from '../syntax/tree.ts';
import type { Issue } from '../syntax/issues.ts';
import { Failure, type Value } from '../values/value.ts';
import { accepts } from './functions.ts';
import { parseDateTime, parseDuration } from '../values/time.ts';
import { compile } from '../library/patterns.ts';
import { clauses, formatParts } from '../library/format-string.ts';
import type { Checked } from './environment.ts';
import { dyn, sameType, show, unwrapOptional, type Type } from './type.ts';

const literal = (expression: Expression | undefined): string | undefined => (expression?.kind === 'literal' && typeof expression.value === 'string' ? expression.value : undefined);

/** What is wrong with the literals of an expression whose types are right. */
export function literalIssues(checked: Checked): readonly Issue[] {
  const issues: Issue[] = [];
  visit(checked, checked.expression, false, issues);
  return issues;
}

function visit(checked: Checked, expression: Expression, inFormat: boolean, issues: Issue[]): void {
  if (expression.kind === 'call') call(checked, expression, issues);
  if (!inFormat && expression.kind === 'list') mixed(checked, expression.elements, expression.optional, issues);
  if (!inFormat && expression.kind === 'map') {
    const optional = new Set(expression.entries.flatMap((entry, index) => (entry.optional ? [index] : [])));
    mixed(checked, expression.entries.map(({ key }) => key), new Set(), issues);
    mixed(checked, expression.entries.map(({ value }) => value), optional, issues);
  }
  const below = inFormat || (expression.kind === 'call' && expression.name === 'format');
  for (const part of parts(expression)) visit(checked, part, below, issues);
}

function call(checked: Checked, { name, target, args, at }: Call, issues: Issue[]): void {
  const [first] = args;
  const text = literal(first);
  const wrong = text !== undefined && first !== undefined && (
    (name === 'duration' && !parseDuration(text)) || (name === 'timestamp' && !parseDateTime(text)) || (name === 'matches' && compile(text) instanceof Failure)
  );
  if (wrong) issues.push({ at: first.at, message: `invalid ${name} argument` });
  const format = literal(target);
  if (name === 'format' && format !== undefined && first?.kind === 'list') formatIssues(checked, format, first.elements, at, issues);
}

function formatIssues({ types }: Checked, format: string, args: readonly Expression[], at: number, issues: Issue[]): void {
  const found = formatParts(format);
  if (found instanceof Failure) return void issues.push({ at, message: found.message });
  const marks = found.filter((part) => typeof part !== 'string');
  for (const [index, { mark }] of marks.entries()) {
    const arg = args[index];
    if (!arg) return void issues.push({ at, message: `index ${index} out of range` });
    const type = types.get(arg.id) ?? dyn;
    const rule = clauses[mark.toLowerCase()];
    if (type.kind !== 'dyn' && rule && !rule.takes.includes(type.name)) return void issues.push({ at: arg.at, message: `error during formatting: ${rule.words}, was given ${type.name}` });
  }
  if (args.length > marks.length) issues.push({ at, message: `too many arguments supplied to string.format (expected ${marks.length}, got ${args.length})` });
}

/** Elements of a literal have one type, to the letter: dyn does not stand for others here. */
function mixed({ types }: Checked, elements: readonly Expression[], optional: ReadonlySet<number>, issues: Issue[]): void {
  let common: Type | undefined;
  for (const [index, element] of elements.entries()) {
    const type = types.get(element.id) ?? dyn;
    const own = optional.has(index) ? unwrapOptional(type).type : type;
    common ??= own;
    if (sameType(common, own)) continue;
    issues.push({ at: element.at, message: `expected type '${show(common)}' but found '${show(own)}'` });
    return;
  }
}

const conversions = new Set(['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'string', 'timestamp', 'type', 'uint']);

/** The value of a conversion of a literal, which is made before anything runs; undefined for everything else. */
function folded({ references }: Pick<Checked, 'references'>, expression: Expression): Value | undefined {
  if (expression.kind === 'literal') return expression.value;
  const [arg] = expression.kind === 'call' && conversions.has(expression.name) ? expression.args : [];
  const value = arg && folded({ references }, arg);
  if (value === undefined || value instanceof Failure) return value;
  const overload = references.get(expression.id)?.overloads.find(({ args: [type] }) => type && accepts(type, value));
  return overload?.run([value]);
}

/** What shows when the program is made: a literal that cannot be converted, a literal pattern that cannot be searched for. */
export function programFault(checked: Checked, expression: Expression = checked.expression): string | undefined {
  if (expression.kind === 'call' && (expression.name === 'find' || expression.name === 'findAll')) {
    const pattern = literal(expression.args[0]);
    const compiled = pattern === undefined ? undefined : compile(pattern);
    if (compiled instanceof Failure) return compiled.message;
  }
  for (const part of parts(expression)) {
    const found = programFault(checked, part);
    if (found !== undefined) return found;
  }
  const value = expression.kind === 'call' ? folded(checked, expression) : undefined;
  return value instanceof Failure ? value.message : undefined;
}
