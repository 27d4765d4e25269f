// The values that expressions work on. Integers are bigint, doubles are number, so that the two never mix by accident.

/** An error is a value: `&&`, `||` and the quantifiers may pass over it. */
export class Failure {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** A point in time, in nanoseconds since 1970. */
export class Timestamp {
  readonly nanoseconds: bigint;
  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

export class Duration {
  readonly nanoseconds: bigint;
  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

export class TypeValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export class Optional {
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
}
export const none = new Optional(undefined);

/** A list. Elements of JSON data are turned into values only when they are asked for. */
export class List {
  readonly size: number;
  /** Data with x-kubernetes-list-type: what tells its entries apart, for `==` and `+`. */
  readonly identity: ((element: Value) => unknown) | undefined;
  readonly #make: (index: number) => Value;
  readonly #made: Value[] = [];
  constructor(size: number, make: (index: number) => Value, identity?: (element: Value) => unknown) {
    this.size = size;
    this.identity = identity;
    this.#make = make;
  }
  at(index: number): Value {
    return (this.#made[index] ??= this.#make(index));
  }
  /** All elements, made on the way. */
  *[Symbol.iterator](): Generator<Value> {
    for (let index = 0; index < this.size; index++) yield this.at(index);
  }
}
export const listOf = (values: readonly Value[]): List => new List(values.length, (index) => values[index] ?? null);

/** The accumulator of a fold that builds a list: grows in place instead of being copied for every element. */
export class Growing {
  readonly values: Value[] = [];
}

/** What a map's keys are told apart by: numbers of all three types that are equal are one key. */
export function keyIdentity(key: Value): string | undefined {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'boolean') return `b${key}`;
  if (typeof key === 'bigint') return `n${key}`;
  if (key instanceof Uint) return `n${key.value}`;
  if (typeof key === 'number' && Number.isInteger(key)) return `n${BigInt(key)}`;
  return undefined;
}

/** A map literal or JSON object. `find` makes the value of a key. */
export abstract class Mapping {
  abstract readonly size: number;
  abstract keys(): readonly Value[];
  abstract find(key: Value): Value | undefined;
}

export class LiteralMap extends Mapping {
  readonly #entries: ReadonlyMap<string, readonly [Value, Value]>;
  constructor(entries: ReadonlyMap<string, readonly [Value, Value]>) {
    super();
    this.#entries = entries;
  }
  get size(): number {
    return this.#entries.size;
  }
  keys(): readonly Value[] {
    return [...this.#entries.values()].map(([key]) => key);
  }
  find(key: Value): Value | undefined {
    return this.#entries.get(keyIdentity(key) ?? '')?.[1];
  }
  entries(): ReadonlyMap<string, readonly [Value, Value]> {
    return this.#entries;
  }
}

/** A value of a type that a library brings: a quantity, an address. */
export abstract class Opaque {
  abstract readonly typeName: string;
  abstract equals(other: Opaque): boolean;
}

/** Data without a schema: it can be compared, and nothing else. */
export class Unknown {
  readonly json: unknown;
  constructor(json: unknown) {
    this.json = json;
  }
}

export type Value =
  | null | boolean | bigint | number | string | Uint | Uint8Array | Timestamp | Duration
  | List | Mapping | TypeValue | Optional | Opaque | Unknown | Growing | Failure;

/** The name of a value's type at run time, as `type(x)` and error messages say it. */
export function typeName(value: Value): string {
  if (value === null) return 'null_type';
  switch (typeof value) {
    case 'boolean': return 'bool';
    case 'bigint': return 'int';
    case 'number': return 'double';
    case 'string': return 'string';
    default: return objectTypeName(value);
  }
}

function objectTypeName(value: object): string {
  if (value instanceof List || value instanceof Growing) return 'list';
  if (value instanceof Mapping) return 'map';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof TypeValue) return 'type';
  if (value instanceof Optional) return 'optional_type';
  if (value instanceof Opaque) return value.typeName;
  return value instanceof Failure ? 'error' : 'unknown';
}
