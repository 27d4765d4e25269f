// Turns what is published in version 3 of OpenAPI into version 2.
import { at, isObject, list, objects, type JsonObject } from '../json.ts';

const intOrString = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';

function schema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(schema);
  if (!isObject(value)) return value;
  const made: JsonObject = {};
  for (const [key, one] of Object.entries(value)) {
    const [only, ...others] = key === 'allOf' ? list(one) : [];
    if (isObject(only) && others.length === 0 && only['$ref'] !== undefined) made['$ref'] = moved(only['$ref']);
    else if (key === '$ref') made['$ref'] = moved(one);
    else if (key === 'properties' && isObject(one)) made[key] = Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, schema(inner)]));
    else if (key === 'enum' || key.startsWith('x-')) made[key] = one;
    else if (key !== 'default') made[key] = schema(one);
  }
  return made;
}

const moved = (reference: unknown): string => String(reference).replace('#/components/schemas/', '#/definitions/');

function parameter(given: JsonObject): JsonObject {
  const { schema: inner, ...rest } = given;
  return { ...rest, ...(isObject(inner) ? inner : {}) };
}

const byName = (a: JsonObject, b: JsonObject): number => (String(a['name']) < String(b['name']) ? -1 : 1);
const answered = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf', 'application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
const patched = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml'];

function operation(given: JsonObject): JsonObject {
  const { requestBody, responses, parameters, ...rest } = given;
  const produced = answered.filter((type) => at(responses, '200', 'content', type) !== undefined);
  const content = at(requestBody, 'content');
  const types = isObject(content) ? Object.keys(content) : [];
  const body = isObject(content) ? [{ name: 'body', in: 'body', ...(at(requestBody, 'required') === true && { required: true }), schema: schema(at(content, types[0] ?? '', 'schema')) }] : [];
  const consumes = types.includes('application/json-patch+json') ? patched.filter((type) => types.includes(type)) : produced.includes('application/vnd.kubernetes.protobuf') ? ['*/*'] : ['application/json', 'application/yaml'];
  const all = [...body, ...objects(parameters).map(parameter)].toSorted(byName);
  return {
    ...rest, consumes, produces: produced, schemes: ['https'], ...(all.length > 0 && { parameters: all }),
    responses: Object.fromEntries(Object.entries(isObject(responses) ? responses : {}).map(([code, answer]) => {
      const shape = at(answer, 'content', 'application/json', 'schema');
      return [code, { description: at(answer, 'description'), ...(shape !== undefined && { schema: schema(shape) }) }];
    })),
  };
}

function path(given: unknown): JsonObject {
  return Object.fromEntries(Object.entries(isObject(given) ? given : {}).map(([method, one]) => [method, method === 'parameters' ? objects(one).map(parameter) : operation(isObject(one) ? one : {})]));
}

/** The whole document of version 2. */
export function documentTwo({ info, paths, schemas }: { readonly info: JsonObject; readonly paths: JsonObject; readonly schemas: JsonObject }): JsonObject {
  const definitions = Object.fromEntries(Object.entries(schemas).map(([name, one]) => [name, name === intOrString ? { description: at(one, 'description'), type: 'string', format: 'int-or-string' } : schema(one)]));
  return {
    swagger: '2.0', info, paths: Object.fromEntries(Object.entries(paths).map(([name, one]) => [name, path(one)])), definitions,
    securityDefinitions: { BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' } }, security: [{ BearerToken: [] }],
  };
}
