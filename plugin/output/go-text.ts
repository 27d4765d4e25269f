// Values as the programs of Kubernetes write them into text: JSON with its keys in order, and Go's own form of a value.

type Json = unknown;

const isObject = (value: Json): value is Readonly<Record<string, Json>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** With the keys of every object in order. */
export function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.keys(value).toSorted().filter((key) => value[key] !== undefined).map((key) => [key, sorted(value[key])]));
}

// They stand in strings alone. A web page could take them for something else, so Go never writes them.
const escaped: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', '\u2028': '\\u2028', '\u2029': '\\u2029' };

/** With an indent: over several lines, as `-o json` has it. */
export const goJson = (value: Json, indent = 0): string => JSON.stringify(sorted(value), undefined, indent).replaceAll(/[<>&\u2028\u2029]/g, (character) => escaped[character] ?? character);

/** As `fmt` prints a value: `map[a:1 b:[x y]]`. */
export function goText(value: Json): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (isObject(value)) return `map[${Object.keys(value).toSorted().map((key) => `${key}:${goText(value[key])}`).join(' ')}]`;
  return typeof value === 'number' ? goNumber(value) : String(value);
}

/** Whole numbers as they are; others with an exponent where Go's shortest form has one. */
export function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return String(value);
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e6 ? String(value) : scientific(value);
}

const scientific = (value: number): string => value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2');
