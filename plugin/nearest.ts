// "Did you mean": the one of several names that a person most likely meant.
import { distance } from 'fastest-levenshtein';

/** The nearest name, when it is near enough to be a slip of the keyboard; undefined otherwise. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  // Bounded: the distance costs the product of both lengths.
  if (word.length > 100) return undefined;
  let best: { readonly name: string; readonly far: number } | undefined;
  for (const name of names) {
    const far = distance(word.toLowerCase(), name.toLowerCase());
    if (best === undefined || far < best.far) best = { name, far };
  }
  return best !== undefined && best.far <= Math.max(1, Math.min(3, Math.floor(word.length / 2))) ? best.name : undefined;
}
