// The types of the language as the checker knows them, and how messages name them.

export type Kind =
  | 'bool' | 'bytes' | 'double' | 'duration' | 'int' | 'null' | 'string' | 'timestamp' | 'uint'
  | 'dyn' | 'error' | 'list' | 'map' | 'object' | 'opaque' | 'parameter' | 'type';

export interface Type {
  readonly kind: Kind;
  /** What `type(x)` calls it; for an object the name of its declaration. */
  readonly name: string;
  readonly parameters: readonly Type[];
}

const plain = (kind: Kind, name: string = kind): Type => ({ kind, name, parameters: [] });
export const bool = plain('bool');
export const bytes = plain('bytes');
export const double = plain('double');
export const duration = plain('duration', 'google.protobuf.Duration');
export const int = plain('int');
export const nullType = plain('null', 'null_type');
export const string = plain('string');
export const timestamp = plain('timestamp', 'google.protobuf.Timestamp');
export const uint = plain('uint');
export const dyn = plain('dyn');
export const errorType = plain('error', '!error!');
export const listType = (element: Type): Type => ({ kind: 'list', name: 'list', parameters: [element] });
export const mapType = (key: Type, value: Type): Type => ({ kind: 'map', name: 'map', parameters: [key, value] });
export const objectType = (name: string): Type => plain('object', name);
export const opaqueType = (name: string, ...parameters: readonly Type[]): Type => ({ kind: 'opaque', name, parameters });
export const optionalType = (value: Type): Type => opaqueType('optional_type', value);
export const parameter = (name: string): Type => plain('parameter', name);
export const typeType = (of?: Type): Type => ({ kind: 'type', name: 'type', parameters: of ? [of] : [] });

const shown: { readonly [kind in Kind]?: string } = { duration: 'duration', timestamp: 'timestamp', null: 'null', error: '!error!' };

/** `list(map(string, int))`, as messages name it. */
export function show(type: Type): string {
  const word = shown[type.kind];
  if (word !== undefined) return word;
  return type.parameters.length === 0 ? type.name : `${type.name}(${type.parameters.map(show).join(', ')})`;
}

/** `(int, string)`, or `list(int).(int)` for a call on a target. */
export function showArguments(types: readonly Type[], onTarget: boolean): string {
  const names = types.map(show);
  return onTarget ? `${names[0]}.(${names.slice(1).join(', ')})` : `(${names.join(', ')})`;
}

export const sameType = (a: Type, b: Type): boolean =>
  a.kind === b.kind && a.name === b.name && a.parameters.length === b.parameters.length && a.parameters.every((one, index) => sameType(one, b.parameters[index] ?? dyn));

/** The value's type of an optional, or the type itself. */
export const unwrapOptional = (type: Type): { readonly type: Type; readonly optional: boolean } =>
  type.kind === 'opaque' && type.name === 'optional_type' ? { type: type.parameters[0] ?? dyn, optional: true } : { type, optional: false };
