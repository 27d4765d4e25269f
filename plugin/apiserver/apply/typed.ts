// Whether a value can be read by its schema at all, in the words in which Kubernetes refuses to apply one that cannot.
import { isObject } from '../json.ts';
import { goText, goTypeOf } from '../schema/go-text.ts';
import type { Schema } from '../schema/schema.ts';
import { fitting, itemElement, shownElement, type Atom, type ListAtom, type MapAtom } from './atoms.ts';

/** A value cannot be read as its schema says, e.g. a list item without its key. */
export class TypedError extends Error {}

interface Wrong {
  readonly path: string;
  readonly message: string;
}

/** Throws a TypedError that names every place. Live objects may have duplicates, applied ones may not. */
export function checkTyped(value: unknown, schema: Schema, duplicates: 'allowed' | 'refused'): void {
  const found = wrongs(value, schema, duplicates === 'allowed');
  if (found.length === 0) return;
  const lines = found.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  throw new TypedError(lines.length === 1 ? lines[0] : ['errors:', ...lines.map((line) => `  ${line}`)].join('\n'));
}

function wrongs(value: unknown, schema: Schema, duplicates: boolean): readonly Wrong[] {
  const atom = fitting(schema, value);
  if (atom.map) return ofMap(value, atom.map, duplicates);
  if (atom.scalar) return ofScalar(value, atom.scalar);
  return atom.list ? ofList(value, atom.list, duplicates) : [];
}

const wrong = (message: string): readonly Wrong[] => [{ path: '', message }];
const under = (prefix: string, found: readonly Wrong[]): readonly Wrong[] => found.map(({ path, message }) => ({ path: prefix + path, message }));

function ofScalar(value: unknown, scalar: NonNullable<Atom['scalar']>): readonly Wrong[] {
  if (value === null) return [];
  if (scalar === 'numeric' && typeof value !== 'number') return wrong(`expected numeric (int or float), got ${goTypeOf(value)}`);
  if (scalar === 'string' && typeof value !== 'string') return wrong(`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`);
  if (scalar === 'boolean' && typeof value !== 'boolean') return wrong(`expected boolean, got &{${goText(value)}}`);
  return scalar === 'untyped' && typeof value === 'object' ? wrong(`expected any scalar, got &{${goText(value)}}`) : [];
}

function ofList(value: unknown, list: ListAtom, duplicates: boolean): readonly Wrong[] {
  if (value === null) return [];
  if (!Array.isArray(value)) return wrong(`expected list, got &{${goText(value)}}`);
  const seen = new Set<string>();
  const found: Wrong[] = [];
  for (const [index, item] of (value as readonly unknown[]).entries()) {
    const element = list.associative ? itemElement(item, list) : `i:${index}`;
    if (typeof element === 'object') return [...found, ...wrong(`element ${index}: ${element.why}`)];
    if (seen.has(element) && !duplicates) found.push(...wrong(`duplicate entries for key ${shownElement(element)}`));
    seen.add(element);
    found.push(...under(shownElement(element), wrongs(item, list.items, duplicates)));
  }
  return found;
}

function ofMap(value: unknown, map: MapAtom, duplicates: boolean): readonly Wrong[] {
  if (value === null) return [];
  if (!isObject(value)) return wrong(`expected map, got &{${goText(value)}}`);
  const found: Wrong[] = [];
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const below = map.field(key);
    // What comes after a field that is not declared is not looked at.
    if (!below) return [...found, { path: `.${key}`, message: 'field not declared in schema' }];
    found.push(...under(`.${key}`, wrongs(item, below, duplicates)));
  }
  return found;
}

/** A value as Go's %#v prints it. */
function goSyntax(value: unknown): string {
  if (value === null) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  return isObject(value) ? `map[string]interface {}{${Object.keys(value).toSorted().map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`).join(', ')}}` : JSON.stringify(value);
}
