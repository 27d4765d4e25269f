// Whether a schema is structural, bounded, and made of what this server can enforce.
import { isObject, list, text, type JsonObject } from '../json.ts';
import { patternFault } from '../schema/pattern.ts';
import { fieldError, type FieldError } from '../status.ts';

const deepest = 64;
const mostNodes = 20_000;
const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const refused = ['$ref', 'definitions', 'dependencies', 'patternProperties', 'additionalItems', 'deprecated', 'id'];

interface Walk {
  readonly errors: FieldError[];
  nodes: number;
}

/** What stands in the way of using the schema. */
export function structuralErrors(schema: JsonObject, path: string): readonly FieldError[] {
  const walk: Walk = { errors: [], nodes: 0 };
  if (schema['type'] !== 'object') walk.errors.push(fieldError.invalid(`${path}.type`, schema['type'] ?? '', 'must be object at the root'));
  visit(schema, path, 0, walk);
  return walk.errors.slice(0, 100);
}

function visit(schema: JsonObject, path: string, depth: number, walk: Walk): void {
  if (depth > deepest || ++walk.nodes > mostNodes) {
    if (walk.errors.length < 100) walk.errors.push(fieldError.forbidden(path, `the schema is too large: at most ${deepest} levels and ${mostNodes} fields`));
    return;
  }
  own(schema, path, walk.errors);
  const below = (value: unknown, where: string): void => {
    if (isObject(value)) visit(value, where, depth + 1, walk);
  };
  if (isObject(schema['properties'])) for (const [key, value] of Object.entries(schema['properties'])) below(value, `${path}.properties[${key}]`);
  below(schema['additionalProperties'], `${path}.additionalProperties`);
  below(schema['items'], `${path}.items`);
  for (const combined of ['allOf', 'anyOf', 'oneOf']) list(schema[combined]).forEach((value, index) => partial(value, `${path}.${combined}[${index}]`, depth + 1, walk));
  partial(schema['not'], `${path}.not`, depth + 1, walk);
}

/** Inside a combination a schema only constrains: it repeats no type and forbids nothing of the shape. */
function partial(value: unknown, path: string, depth: number, walk: Walk): void {
  if (!isObject(value) || depth > deepest || ++walk.nodes > mostNodes) return;
  if (list(value['x-kubernetes-validations']).length > 0) walk.errors.push(fieldError.forbidden(`${path}.x-kubernetes-validations`, 'must be empty to be structural'));
  patternError(value, path, walk.errors);
  if (isObject(value['properties'])) for (const [key, one] of Object.entries(value['properties'])) partial(one, `${path}.properties[${key}]`, depth + 1, walk);
  partial(value['items'], `${path}.items`, depth + 1, walk);
  for (const combined of ['allOf', 'anyOf', 'oneOf']) list(value[combined]).forEach((one, index) => partial(one, `${path}.${combined}[${index}]`, depth + 1, walk));
  partial(value['not'], `${path}.not`, depth + 1, walk);
}

function patternError({ pattern }: JsonObject, path: string, errors: FieldError[]): void {
  const fault = pattern === undefined ? undefined : patternFault(text(pattern));
  if (fault !== undefined) errors.push(fieldError.invalid(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${fault}`));
}

function own(schema: JsonObject, path: string, errors: FieldError[]): void {
  const type = schema['type'];
  const free = schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (type === undefined && !free) errors.push(fieldError.required(`${path}.type`, 'must not be empty for specified object fields'));
  if (type !== undefined && !types.includes(text(type))) errors.push(fieldError.unsupported(`${path}.type`, type, types));
  if (type === 'array' && !isObject(schema['items'])) errors.push(fieldError.required(`${path}.items`, 'must be specified'));
  if (schema['properties'] !== undefined && schema['additionalProperties'] !== undefined) errors.push(fieldError.forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
  if (schema['additionalProperties'] === false) errors.push(fieldError.forbidden(`${path}.additionalProperties`, 'additionalProperties cannot be set to false'));
  if (schema['uniqueItems'] === true) errors.push(fieldError.forbidden(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'));
  patternError(schema, path, errors);
  for (const key of refused) if (schema[key] !== undefined) errors.push(fieldError.forbidden(`${path}.${key}`, `${key} is not supported`));
  listErrors(schema, path, errors);
}

function listErrors(schema: JsonObject, path: string, errors: FieldError[]): void {
  const kind = schema['x-kubernetes-list-type'];
  const keys = list(schema['x-kubernetes-list-map-keys']);
  if (kind !== undefined && !['atomic', 'set', 'map'].includes(text(kind))) errors.push(fieldError.unsupported(`${path}.x-kubernetes-list-type`, kind, ['atomic', 'map', 'set']));
  if (kind === 'map' && keys.length === 0) errors.push(fieldError.required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  if (kind !== 'map' && keys.length > 0) errors.push(fieldError.invalid(`${path}.x-kubernetes-list-type`, kind ?? null, 'must be map if x-kubernetes-list-map-keys is non-empty'));
  const items = isObject(schema['items']) ? schema['items'] : {};
  const properties = isObject(items['properties']) ? items['properties'] : {};
  for (const key of keys) if (!isObject(properties[text(key)])) errors.push(fieldError.invalid(`${path}.x-kubernetes-list-map-keys`, keys, 'entries must all be names of item properties'));
}
