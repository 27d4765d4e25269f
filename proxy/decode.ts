// Turns untrusted JSON into typed values: exact fields, bounded sizes, and errors that name the path of what is wrong.

/** Reads one value; `at` is its path. Throws {@link Malformed}. */
export interface Decode<T> {
  (value: unknown, at: string): T;
  readonly optional?: true;
}

export class Malformed extends Error {}

type Fields<T> = { readonly [K in keyof T]-?: Decode<Exclude<T[K], undefined>> };

/** An object with these fields and no other. */
export function object<T>(fields: Fields<T>): Decode<T> {
  const known = Object.entries<Decode<unknown>>(fields);
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed(`${at}: must be an object`);
    const given = new Map(Object.entries(value));
    const result: Record<string, unknown> = {};
    for (const [name, decode] of known) {
      const field = given.get(name);
      given.delete(name);
      if (field === undefined && decode.optional) continue;
      if (field === undefined) throw new Malformed(`${at}.${name}: is required`);
      result[name] = decode(field, `${at}.${name}`);
    }
    for (const name of given.keys()) throw new Malformed(`${at}.${name.slice(0, 64)}: is not a field that is known here`);
    return Object.freeze(result) as T;
  };
}

export function optional<T>(decode: Decode<T>): Decode<T> {
  return Object.assign((value: unknown, at: string) => decode(value, at), { optional: true as const });
}

export function list<T>(item: Decode<T>, max: number): Decode<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw new Malformed(`${at}: must be a list`);
    if (value.length > max) throw new Malformed(`${at}: has ${value.length} entries, more than ${max}`);
    return Object.freeze(value.map((v, i) => item(v, `${at}[${i}]`)));
  };
}

/** 1 to `max` characters; `pattern` is described by `shape`, as "must be <shape>". */
export function text(max: number, pattern?: RegExp, shape = 'well formed'): Decode<string> {
  return (value, at) => {
    if (typeof value !== 'string' || value.length === 0) throw new Malformed(`${at}: must be a text that is not empty`);
    if (value.length > max) throw new Malformed(`${at}: is longer than ${max} characters`);
    if (pattern !== undefined && !pattern.test(value)) throw new Malformed(`${at}: must be ${shape}`);
    return value;
  };
}

export function oneOf<T extends string>(...values: readonly T[]): Decode<T> {
  return (value, at) => {
    const found = values.find((v) => v === value);
    if (found === undefined) throw new Malformed(`${at}: must be one of ${values.join(', ')}`);
    return found;
  };
}

export function integer(min: number, max: number): Decode<number> {
  return (value, at) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
      throw new Malformed(`${at}: must be a whole number from ${min} to ${max}`);
    }
    return value;
  };
}

/** A union told apart by one field, e.g. `kind`. */
export function tagged<T>(tag: string, cases: Readonly<Record<string, Decode<T>>>): Decode<T> {
  return (value, at) => {
    const name = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[tag] : undefined;
    const decode = typeof name === 'string' && Object.hasOwn(cases, name) ? cases[name] : undefined;
    if (decode === undefined) throw new Malformed(`${at}.${tag}: must be one of ${Object.keys(cases).join(', ')}`);
    return decode(value, at);
  };
}
