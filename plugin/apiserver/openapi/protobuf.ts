// Writes the OpenAPI v2 document as protobuf: the only form that some clients ask for.
import { isObject, list, objects, type JsonObject } from '../json.ts';

const varint = (value: number | bigint): number[] => {
  const bytes: number[] = [];
  let rest = BigInt(value);
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return bytes;
};

const sized = (field: number, bytes: Uint8Array): Uint8Array => Buffer.concat([Uint8Array.from(varint((field << 3) | 2)), Uint8Array.from(varint(bytes.length)), bytes]);
const number = (field: number, value: number | boolean): Uint8Array => Uint8Array.from([...varint(field << 3), ...varint(BigInt.asUintN(64, BigInt(Math.trunc(Number(value)))))]);

function double(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([Uint8Array.from(varint((field << 3) | 1)), bytes]);
}

type Part = (field: number, value: unknown) => readonly Uint8Array[];
/** By the name that a field has in JSON: its number, and how it is written. */
type Fields = Readonly<Record<string, readonly [field: number, part: Part]>>;

const text: Part = (field, value) => [sized(field, Buffer.from(String(value)))];
const texts: Part = (field, value) => list(value).flatMap((one) => text(field, one));
const flag: Part = (field, value) => (value === true ? [number(field, true)] : []);
const integer: Part = (field, value) => [number(field, Number(value))];
const decimal: Part = (field, value) => [double(field, Number(value))];
/** A value of any shape is a message that holds YAML, which JSON is. */
const anyOf = (value: unknown): Uint8Array => sized(2, Buffer.from(`${JSON.stringify(value)}\n`));
const any: Part = (field, value) => [sized(field, anyOf(value))];
const anys: Part = (field, value) => list(value).flatMap((one) => any(field, one));

/** `extensions`: the field that takes everything that begins with x-. */
function message(value: unknown, fields: Fields, extensions = 0): Uint8Array {
  if (!isObject(value)) return new Uint8Array();
  const parts = Object.entries(value).flatMap(([key, one]): readonly Uint8Array[] => {
    if (extensions > 0 && key.startsWith('x-')) return [named(extensions, key, anyOf(one))];
    const found = Object.hasOwn(fields, key) ? fields[key] : undefined;
    return found && one !== undefined ? found[1](found[0], one) : [];
  });
  return Buffer.concat(parts);
}

const named = (field: number, name: string, value: Uint8Array): Uint8Array => sized(field, Buffer.concat([sized(1, Buffer.from(name)), sized(2, value)]));
/** A map is a list of names and values. */
const namedAll = (field: number, values: unknown, write: (value: unknown) => Uint8Array): Uint8Array => Buffer.concat(Object.entries(isObject(values) ? values : {}).map(([name, one]) => named(field, name, write(one))));
const one = (write: (value: unknown) => Uint8Array): Part => (field, value) => [sized(field, write(value))];
const many = (write: (value: unknown) => Uint8Array): Part => (field, value) => list(value).map((item) => sized(field, write(item)));

const schema = (value: unknown): Uint8Array => message(value, schemaFields, 31);
const schemaFields: Fields = {
  $ref: [1, text], format: [2, text], title: [3, text], description: [4, text], default: [5, any], multipleOf: [6, decimal], maximum: [7, decimal], exclusiveMaximum: [8, flag], minimum: [9, decimal], exclusiveMinimum: [10, flag],
  maxLength: [11, integer], minLength: [12, integer], pattern: [13, text], maxItems: [14, integer], minItems: [15, integer], uniqueItems: [16, flag], maxProperties: [17, integer], minProperties: [18, integer], required: [19, texts], enum: [20, anys],
  additionalProperties: [21, (field, value) => [sized(field, typeof value === 'boolean' ? number(2, value) : sized(1, schema(value)))]],
  type: [22, (field, value) => [sized(field, sized(1, Buffer.from(String(value))))]], items: [23, one((value) => sized(1, schema(value)))], allOf: [24, many(schema)],
  properties: [25, one((value) => namedAll(1, value, schema))], example: [30, any],
};

const queryFields: Fields = { required: [1, flag], in: [2, text], description: [3, text], name: [4, text], type: [6, text], format: [7, text], uniqueItems: [20, flag] };
const pathFields: Fields = { required: [1, flag], in: [2, text], description: [3, text], name: [4, text], type: [5, text], format: [6, text], uniqueItems: [19, flag] };
const bodyFields: Fields = { description: [1, text], name: [2, text], in: [3, text], required: [4, flag], schema: [5, one(schema)] };

function parameter(value: unknown): Uint8Array {
  const where = isObject(value) ? value['in'] : '';
  if (where === 'body') return sized(1, sized(1, message(value, bodyFields)));
  return sized(1, sized(2, where === 'path' ? sized(4, message(value, pathFields)) : sized(3, message(value, queryFields))));
}

const response = (value: unknown): Uint8Array => sized(1, message(value, { description: [1, text], schema: [2, one((inner) => sized(1, schema(inner)))] }));
const operation = (value: unknown): Uint8Array => message(value, {
  tags: [1, texts], description: [3, text], operationId: [5, text], produces: [6, texts], consumes: [7, texts], parameters: [8, many(parameter)], responses: [9, one((all) => namedAll(1, all, response))], schemes: [10, texts],
}, 13);
const path = (value: unknown): Uint8Array => message(value, {
  get: [2, one(operation)], put: [3, one(operation)], post: [4, one(operation)], delete: [5, one(operation)], patch: [8, one(operation)], parameters: [9, many(parameter)],
});

const security: Part = (field, value) => objects(value).map((item) => sized(field, namedAll(1, item, () => new Uint8Array())));
const apiKey = (value: unknown): Uint8Array => sized(2, message(value, { type: [1, text], name: [2, text], in: [3, text], description: [4, text] }));

/** The message `openapi.v2.Document`. */
export const encodeDocument = (document: JsonObject): Uint8Array => message(document, {
  swagger: [1, text], info: [2, one((value) => message(value, { title: [1, text], version: [2, text] }))], paths: [8, one((value) => namedAll(2, value, path))], definitions: [9, one((value) => namedAll(1, value, schema))],
  security: [12, security], securityDefinitions: [13, one((value) => namedAll(1, value, apiKey))],
});
