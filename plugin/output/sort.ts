// `--sort-by`: objects in the order of what a path finds in them, quantities as quantities.
import { quantityValue } from '../../operator/api/values.ts';
import { UserError } from '../exit.ts';
import { evaluatePath } from '../jsonpath/evaluate.ts';
import { JsonPathError } from '../jsonpath/parse.ts';
import { relaxedPath } from './columns.ts';

export function sortBy<T>(objects: readonly T[], written: string): readonly T[] {
  const keys = keysOf(objects, written);
  if (objects.length > 0 && keys.every((key) => key === undefined)) throw new UserError(`--sort-by ${JSON.stringify(written)} finds nothing in any of them`, ['a path looks like .metadata.creationTimestamp']);
  return objects.map((object, at) => ({ object, key: keys[at] })).toSorted((a, b) => order(a.key, b.key, written)).map(({ object }) => object);
}

function keysOf(objects: readonly unknown[], written: string): readonly unknown[] {
  try {
    const path = relaxedPath(written);
    return objects.map((object) => evaluatePath(path, object)[0]);
  } catch (error) {
    throw error instanceof JsonPathError ? new UserError(`--sort-by ${JSON.stringify(written)} is no JSONPath: ${error.message}`, ['a path looks like .metadata.creationTimestamp']) : error;
  }
}

/** What has none comes first. */
function order(a: unknown, b: unknown, written: string): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== 'string' || typeof b !== 'string') throw new UserError(`--sort-by ${JSON.stringify(written)} finds what has no order`, ['name a text or a number, such as .metadata.name']);
  const [x, y] = [quantityValue(a), quantityValue(b)];
  return x === undefined || y === undefined ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : x - y;
}
