// Picks the overload of a call by the values at run time: dyn lets any of them through the checker.
import { accepts, type Overload } from '../types/functions.ts';
import { noSuchOverload } from '../values/compare.ts';
import { Failure, typeName, type Value } from '../values/value.ts';

const times = ['google.protobuf.Timestamp', 'google.protobuf.Duration'];
const numbers = ['double', 'int', 'uint'];
const ordered = new Set([...numbers, ...times, 'bool', 'string', 'bytes']);
/** The types whose values an operator may stand behind. */
const operands: Readonly<Record<string, ReadonlySet<string>>> = {
  '_+_': new Set([...numbers, ...times, 'list', 'string', 'bytes']), '_-_': new Set([...numbers, ...times]), '_*_': new Set(numbers), '_/_': new Set(numbers), '_%_': new Set(['int', 'uint']),
  '-_': new Set(['double', 'int', 'google.protobuf.Duration']), '_<_': ordered, '_<=_': ordered, '_>_': ordered, '_>=_': ordered, size: new Set(['list', 'map', 'string', 'bytes']),
};

export function dispatch(name: string, overloads: readonly Overload[], values: readonly Value[]): Value {
  for (const overload of overloads) if (overload.args.length === values.length && overload.args.every((type, index) => accepts(type, values[index] ?? null))) return overload.run(values);
  // An operator asks its left operand, which says no more than that it cannot.
  const able = Object.hasOwn(operands, name) ? operands[name] : undefined;
  if (able) return able.has(typeName(values[0] ?? null)) ? new Failure('no such overload') : new Failure(`no such overload: ${name}`);
  return noSuchOverload(name, values);
}

