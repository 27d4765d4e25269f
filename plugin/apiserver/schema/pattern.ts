// Patterns of a schema: RE2 expressions, matched in time linear in the text.
import { compile } from '../../cel/library/patterns.ts';
import { Failure } from '../../cel/values/value.ts';

/** What is wrong with a pattern, in Go's words; undefined: nothing. */
export function patternFault(pattern: string): string | undefined {
  const compiled = compile(pattern);
  return compiled instanceof Failure ? compiled.message : undefined;
}

/** Whether the text matches somewhere. A pattern that cannot be compiled matches nothing. */
export function matches(pattern: string, text: string): boolean {
  const compiled = compile(pattern);
  return !(compiled instanceof Failure) && compiled.matcher(text).find();
}
