// Regular expressions in RE2's language, matched in time linear in the text: no pattern can hang on any text.
import { RE2JS } from 're2js';
import { Failure, listOf, type Value } from '../values/value.ts';
import type { Library } from '../types/functions.ts';

const compiled = new Map<string, RE2JS | Failure>();
const mostKept = 500;

/** Compiled once; the number kept is bounded. */
export function compile(pattern: string): RE2JS | Failure {
  const known = compiled.get(pattern);
  if (known) return known;
  if (compiled.size >= mostKept) compiled.clear();
  const made = attempt(pattern);
  compiled.set(pattern, made);
  return made;
}

function attempt(pattern: string): RE2JS | Failure {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return new Failure(error instanceof Error ? error.message : 'error parsing regexp');
  }
}

function matches(text: string, pattern: string): Value {
  const expression = compile(pattern);
  return expression instanceof Failure ? expression : expression.matcher(text).find();
}

function find(text: string, pattern: string): Value {
  const expression = compile(pattern);
  if (expression instanceof Failure) return new Failure(`Illegal regex: ${expression.message}`);
  const matcher = expression.matcher(text);
  return matcher.find() ? (matcher.group() ?? '') : '';
}

function findAll(text: string, pattern: string, most = -1n): Value {
  const expression = compile(pattern);
  if (expression instanceof Failure) return new Failure(`Illegal regex: ${expression.message}`);
  const matcher = expression.matcher(text);
  const found: string[] = [];
  while ((most < 0n || found.length < most) && matcher.find()) found.push(matcher.group() ?? '');
  return listOf(found);
}

export const patterns: Library = {
  matches: { 'matches: (string, string) -> bool': matches, 'matches_string: string.(string) -> bool': matches },
  find: { 'string_find_string: string.(string) -> string': find },
  findAll: { 'string_find_all_string: string.(string) -> list(string)': findAll, 'string_find_all_string_int: string.(string, int) -> list(string)': findAll },
};
