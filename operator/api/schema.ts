// The few builders that schemas are made of: each value is a JSON schema that a CRD accepts and the TypeScript type that it stands for.

/** One rule in CEL that the API server enforces, where a schema cannot say it. `self` is the value that the rule stands at. */
export interface Rule {
  readonly rule: string;
  readonly message?: string;
  /** Says what the value is; `message` stands in where it cannot be made. */
  readonly messageExpression?: string;
  /** The field below the value that is at fault. */
  readonly fieldPath?: string;
}

/** The subset of JSON schema that is structural in Kubernetes and understood by ajv. */
export interface JsonSchema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | false;
  readonly items?: JsonSchema;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly default?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly Rule[];
}

type Presence = 'required' | 'optional' | 'defaulted';

/** A schema and the type of the values that it accepts; `sample` exists for the compiler only. */
export interface Schema<T, P extends Presence = Presence> {
  readonly json: JsonSchema;
  readonly presence: P;
  readonly sample?: T;
}

type Shape = Readonly<Record<string, Schema<unknown>>>;
type OptionalKeys<S extends Shape> = { [K in keyof S]: S[K]['presence'] extends 'optional' ? K : never }[keyof S];
type Flat<T> = { readonly [K in keyof T]: T[K] };

/** The type that a schema declares. */
export type TypeOf<S> = S extends Schema<infer T> ? T : never;

/** What an object with these fields looks like once the server has put the defaults in. */
export type ObjectOf<S extends Shape> = Flat<
  { readonly [K in Exclude<keyof S, OptionalKeys<S>>]: TypeOf<S[K]> } & { readonly [K in OptionalKeys<S>]?: TypeOf<S[K]> }
>;

interface TextRules {
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

const required = <T>(json: JsonSchema): Schema<T, 'required'> => ({ json, presence: 'required' });

export const text = (description: string, rules: TextRules = {}): Schema<string, 'required'> =>
  required({ type: 'string', description, ...rules });

export const enumOf = <const V extends readonly string[]>(description: string, values: V): Schema<V[number], 'required'> =>
  required({ type: 'string', description, enum: values });

export const integer = (description: string, minimum = 0, maximum = 2147483647): Schema<number, 'required'> =>
  required({ type: 'integer', description, minimum, maximum, format: maximum > 2147483647 ? 'int64' : 'int32' });

export const flag = (description: string): Schema<boolean, 'required'> => required({ type: 'boolean', description });

export const time = (description: string): Schema<string, 'required'> => required({ type: 'string', format: 'date-time', description });

const quantityPattern = String.raw`^(\d+(\.\d{0,9})?|\.\d{1,9})(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d{1,2})?$`;

/** A Kubernetes quantity, written as a number or as text. */
export const quantity = (description: string): Schema<string | number, 'required'> =>
  required({ anyOf: [{ type: 'integer' }, { type: 'string' }], description, pattern: quantityPattern, 'x-kubernetes-int-or-string': true });

interface ListRules {
  readonly min?: number;
  readonly max: number;
  /** Fields that tell the entries apart, so that two appliers can own one entry each. */
  readonly keys?: readonly string[];
}

export const list = <T>(description: string, item: Schema<T>, { min, max, keys }: ListRules): Schema<readonly T[], 'required'> =>
  required({
    type: 'array',
    description,
    items: item.json,
    ...(min === undefined ? {} : { minItems: min }),
    maxItems: max,
    'x-kubernetes-list-type': keys ? 'map' : 'atomic',
    ...(keys ? { 'x-kubernetes-list-map-keys': keys } : {}),
  });

export const map = (description: string, value: Schema<string>): Schema<Readonly<Record<string, string>>, 'required'> =>
  required({ type: 'object', description, additionalProperties: value.json, maxProperties: 64 });

/** Fields are required unless wrapped in {@link optional} or {@link withDefault}. */
export const object = <S extends Shape>(description: string, shape: S): Schema<ObjectOf<S>, 'required'> => {
  const names = Object.keys(shape).filter((name) => shape[name]?.presence === 'required');
  return required({
    type: 'object',
    description,
    properties: Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, field.json])),
    ...(names.length > 0 ? { required: names } : {}),
  });
};

export const optional = <T>(schema: Schema<T>): Schema<T, 'optional'> => ({ json: schema.json, presence: 'optional' });

/** The server writes the default into the object, so a reader always finds a value. */
export const withDefault = <T>(schema: Schema<T>, value: T): Schema<T, 'defaulted'> => ({
  json: { ...schema.json, default: value },
  presence: 'defaulted',
});

/** The schema with rules of its own. The check of the kind says the same to the operator, which may find objects that are older than a rule. */
export const ruled = <T, P extends Presence>(schema: Schema<T, P>, ...rules: readonly Rule[]): Schema<T, P> => ({ ...schema, json: { ...schema.json, 'x-kubernetes-validations': rules } });

/** Texts as a list in CEL. */
export const listInCel = (words: Iterable<string>): string => `[${[...words].map((word) => `'${word}'`).join(', ')}]`;
