// JSONPath as printer columns use it: one path without braces, which finds nothing where it makes no sense of an object.
import { evaluatePath } from '../../jsonpath/evaluate.ts';
import { JsonPathError, parseTemplate, type Action } from '../../jsonpath/parse.ts';

export type Path = Action;

/** A path is written by whoever may define kinds, and is asked of every object. */
const longest = 4096;
const mostWork = 100_000;

/** Undefined when it is no path. */
export function parseJsonPath(path: string): Path | undefined {
  if (path.length > longest) return undefined;
  try {
    const [action, ...more] = parseTemplate(`{${path}}`);
    return action === undefined || more.length > 0 || action.some(({ kind }) => kind === 'word') ? undefined : action;
  } catch (error) {
    if (error instanceof JsonPathError) return undefined;
    throw error;
  }
}

/** Every value that the path finds; nothing when it asks something of a value that cannot answer, or too much. */
export function evaluate(path: Path, root: unknown): readonly unknown[] {
  try {
    return evaluatePath(path, root, mostWork);
  } catch (error) {
    if (error instanceof JsonPathError) return [];
    throw error;
  }
}
