// The functions that an expression may call: declared in one line each, with what runs for it.
import { Growing, List, Mapping, typeName, type Value } from '../values/value.ts';
import * as types from './type.ts';
import type { Type } from './type.ts';

export interface Overload {
  readonly id: string;
  /** Called as `target.name(...)`; the target is the first argument. */
  readonly member: boolean;
  readonly args: readonly Type[];
  readonly result: Type;
  readonly parameters: readonly string[];
  readonly run: (args: readonly Value[]) => Value;
}

/** By `id: (types) -> type` or `id: type.(types) -> type`; single capital letters are type parameters. */
export type Library = Readonly<Record<string, Readonly<Record<string, (...args: never[]) => Value>>>>;

const named: Readonly<Record<string, Type>> = {
  bool: types.bool, bytes: types.bytes, double: types.double, duration: types.duration, int: types.int, null: types.nullType,
  string: types.string, timestamp: types.timestamp, uint: types.uint, dyn: types.dyn,
  ip: types.opaqueType('net.IP'), cidr: types.opaqueType('net.CIDR'), url: types.objectType('kubernetes.URL'), quantity: types.objectType('kubernetes.Quantity'),
  format: types.objectType('kubernetes.NamedFormat'), semver: types.objectType('kubernetes.Semver'),
};

/** Names of types that an expression may write, such as `type(x) == string`. */
export const typeNames: ReadonlyMap<string, Type> = new Map<string, Type>([
  ...Object.values(named).filter((type) => type.kind !== 'dyn').map((type): [string, Type] => [type.name, type]),
  ['list', types.listType(types.dyn)], ['map', types.mapType(types.dyn, types.dyn)], ['type', types.typeType()], ['optional_type', types.optionalType(types.parameter('V'))],
]);

/** Splits at the commas that stand outside parentheses. */
function arguments_(text: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    const mark = text[at];
    if (mark === '(') depth++;
    else if (mark === ')') depth--;
    else if (mark === undefined || (mark === ',' && depth === 0)) {
      if (text.slice(from, at).trim()) found.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return found;
}

function readType(text: string): Type {
  const [, word = '', inside] = /^([A-Za-z]+)(?:\((.*)\))?$/.exec(text) ?? [];
  if (inside !== undefined) {
    const [first = types.dyn, second = types.dyn] = arguments_(inside).map(readType);
    if (word === 'list') return types.listType(first);
    if (word === 'map') return types.mapType(first, second);
    return word === 'optional' ? types.optionalType(first) : types.typeType(first);
  }
  return /^[A-Z]$/.test(word) ? types.parameter(word) : (named[word] ?? types.dyn);
}

const parametersOf = (type: Type): readonly string[] => (type.kind === 'parameter' ? [type.name] : type.parameters.flatMap(parametersOf));

function readOverload(signature: string, run: (...args: never[]) => Value): Overload {
  const [, id = '', target, inside = '', result = ''] = /^([^:]+): (?:(.+)\.)?\((.*)\) -> (.+)$/.exec(signature) ?? [];
  const args = [...(target === undefined ? [] : [target]), ...arguments_(inside)].map(readType);
  const made = readType(result);
  const call = run as (...args: readonly Value[]) => Value;
  return { id, member: target !== undefined, args, result: made, parameters: [...new Set([...args, made].flatMap(parametersOf))], run: (values) => call(...values) };
}

export type Functions = ReadonlyMap<string, readonly Overload[]>;

/** All functions of some libraries; one name may have overloads in several of them. */
export function functionsOf(libraries: readonly Library[]): Functions {
  const made = new Map<string, Overload[]>();
  for (const [name, overloads] of libraries.flatMap((library) => Object.entries(library))) {
    const known = made.get(name) ?? [];
    known.push(...Object.entries(overloads).map(([signature, run]) => readOverload(signature, run)));
    made.set(name, known);
  }
  return made;
}

/** Whether a value may be given for a type at run time, where dyn has let it through the checker. Of a list or a map the first entry speaks for all. */
export function accepts(type: Type, value: Value): boolean {
  if (type.kind === 'dyn' || type.kind === 'parameter') return true;
  if (type.kind === 'list') return value instanceof Growing || (value instanceof List && (value.size === 0 || acceptsElement(type, value.at(0))));
  if (type.kind === 'map') return value instanceof Mapping && acceptsEntry(type, value);
  if (type.kind === 'type') return typeName(value) === 'type';

  return typeName(value) === type.name;
}

const acceptsElement = (type: Type, value: Value): boolean => accepts(type.parameters[0] ?? types.dyn, value);

function acceptsEntry(type: Type, value: Mapping): boolean {
  const [key] = value.keys();
  if (key === undefined) return true;
  const found = value.find(key);
  return acceptsElement(type, key) && (found === undefined || accepts(type.parameters[1] ?? types.dyn, found));
}
