// The paths of the OpenAPI documents: what kubectl reads to learn which parameters and patch types a kind takes.
import type { JsonObject } from '../json.ts';
import type { Resource } from '../resource.ts';
import { kindOf, schemaName } from './schemas.ts';

const patchTypes = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

type Parameter = (name: string, type: string, where?: string) => JsonObject;

interface Dialect {
  readonly parameter: Parameter;
  readonly answer: (schema: string) => JsonObject;
  readonly request: (schema: string | undefined, types: readonly string[]) => JsonObject;
}

const three: Dialect = {
  parameter: (name, type, where = 'query') => ({ name, in: where, ...(where === 'path' && { required: true }), schema: { type, uniqueItems: true } }),
  answer: (schema) => ({ responses: { 200: { description: 'OK', content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } } } }),
  request: (schema, types) => ({
    requestBody: { required: true, content: Object.fromEntries(types.map((type) => [type, { schema: schema ? { $ref: `#/components/schemas/${schema}` } : { type: 'object' } }])) },
  }),
};
const two: Dialect = {
  parameter: (name, type, where = 'query') => ({ name, in: where, type, ...(where === 'path' && { required: true }), uniqueItems: true }),
  answer: (schema) => ({ produces: ['application/json'], responses: { 200: { description: 'OK', schema: { $ref: `#/definitions/${schema}` } } } }),
  request: (_schema, types) => ({ consumes: types }),
};

const writeParameters = [['dryRun', 'string'], ['fieldManager', 'string'], ['fieldValidation', 'string']] as const;
const listParameters = [
  ['allowWatchBookmarks', 'boolean'], ['continue', 'string'], ['fieldSelector', 'string'], ['labelSelector', 'string'], ['limit', 'integer'], ['resourceVersion', 'string'],
  ['resourceVersionMatch', 'string'], ['sendInitialEvents', 'boolean'], ['timeoutSeconds', 'integer'], ['watch', 'boolean'],
] as const;

function operations(resource: Resource, dialect: Dialect): { readonly collection: JsonObject; readonly object: JsonObject } {
  const name = schemaName(resource);
  const types = resource.rules.strategic ? [...patchTypes, 'application/strategic-merge-patch+json'] : patchTypes;
  const operation = (action: string, of: { readonly schema?: string; readonly parameters?: readonly (readonly [string, string])[]; readonly body?: JsonObject } = {}): JsonObject => ({
    operationId: `${action}${resource.namespaced ? 'Namespaced' : ''}${resource.kind}${resource.version}${resource.group.replaceAll('.', '')}`,
    parameters: (of.parameters ?? []).map(([parameter, type]) => dialect.parameter(parameter, type)), ...of.body, ...dialect.answer(of.schema ?? name),
    'x-kubernetes-action': action, 'x-kubernetes-group-version-kind': kindOf(resource),
  });
  const body = (of: readonly string[], schema?: string): JsonObject => dialect.request(schema, of);
  const location = resource.namespaced ? [dialect.parameter('namespace', 'string', 'path')] : [];
  return {
    collection: {
      parameters: location, get: operation('list', { schema: `${name}List`, parameters: listParameters }), post: operation('post', { parameters: writeParameters, body: body(['application/json', 'application/yaml'], name) }),
      delete: operation('deletecollection', { parameters: [...listParameters, ['dryRun', 'string']] }),
    },
    object: {
      parameters: [dialect.parameter('name', 'string', 'path'), ...location], get: operation('get'), put: operation('put', { parameters: writeParameters, body: body(['application/json', 'application/yaml'], name) }),
      patch: operation('patch', { parameters: [...writeParameters, ['force', 'boolean']], body: body(types) }),
      delete: operation('delete', { parameters: [['dryRun', 'string'], ['propagationPolicy', 'string'], ['gracePeriodSeconds', 'integer']] }),
    },
  };
}

/** The paths of some resources. */
export function paths(resources: readonly Resource[], version: 2 | 3): JsonObject {
  const made: JsonObject = {};
  for (const resource of resources) {
    const root = resource.group ? `/apis/${resource.group}/${resource.version}` : `/api/${resource.version}`;
    const base = `${root}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`;
    const { collection, object } = operations(resource, version === 3 ? three : two);
    made[base] = collection;
    made[`${base}/{name}`] = object;
    if (resource.status) made[`${base}/{name}/status`] = { parameters: object['parameters'], get: object['get'], put: object['put'], patch: object['patch'] };
  }
  return made;
}
