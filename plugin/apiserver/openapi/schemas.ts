// The schemas of the OpenAPI documents: what is published of compiled-in kinds, and of custom kinds what their definitions say.
import { isObject, type JsonObject } from '../json.ts';
import type { Resource } from '../resource.ts';
import { publishedSchema } from './lookup.ts';

export type Dialect = 2 | 3;

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const conventions = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

const typeFields = {
  apiVersion: { description: `APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: ${conventions}#resources`, type: 'string' },
  kind: { description: `Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: ${conventions}#types-kinds`, type: 'string' },
};
const embeddedFields = {
  apiVersion: { description: `apiVersion defines the versioned schema of this representation of an object. More info: ${conventions}#resources`, type: 'string' },
  kind: { description: `kind is a string value representing the type of this object. In CamelCase. More info: ${conventions}#types-kinds`, type: 'string' },
};

/** Version 3 keeps its schemas elsewhere, and takes no words beside a reference. */
export const reference = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
const described = (name: string, description: string): JsonObject => ({ description, allOf: [reference(name)] });
const metadataField = described(`${meta}.ObjectMeta`, `Standard object's metadata. More info: ${conventions}#metadata`);

/** `dev.apoxy.clrk.v1alpha1.DaemonAgent`, `io.k8s.api.core.v1.Secret`. */
export function schemaName({ group, version, kind, rules }: Resource): string {
  if (!rules.typed) return `${group.split('.').toReversed().join('.')}.${version}.${kind}`;
  if (group === 'apiextensions.k8s.io') return `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.${version}.${kind}`;
  return `io.k8s.api.${group === '' ? 'core' : (group.split('.')[0] ?? '')}.${version}.${kind}`;
}

export const kindOf = ({ group, version, kind }: Resource): JsonObject => ({ group, version, kind });

const junctions = new Set(['allOf', 'anyOf', 'oneOf', 'not', 'default', 'nullable']);

/** What clients that read version 2 would take for more than it says is left out there. */
function withoutUnreadable(schema: JsonObject): JsonObject {
  const made = Object.fromEntries(Object.entries(schema).filter(([key]) => !junctions.has(key)));
  const free = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema['nullable'] === true) delete made['type'];
  if (schema['nullable'] === true || free) {
    delete made['items'];
    delete made['properties'];
  }
  if ((made['type'] === 'array' && made['items'] === undefined) || (made['type'] === 'object' && free)) delete made['type'];
  const properties = isObject(made['properties']) ? made['properties'] : {};
  const isNullable = (value: unknown): boolean => isObject(value) && value['nullable'] === true;
  if (Array.isArray(made['required'])) made['required'] = made['required'].filter((name) => !isNullable(properties[String(name)]));
  if (isNullable(made['additionalProperties']) || (Array.isArray(made['required']) && made['required'].length === 0)) delete made['required'];
  return made;
}

function published(value: unknown, dialect: Dialect): unknown {
  if (!isObject(value)) return value;
  const made: JsonObject = dialect === 2 ? withoutUnreadable(value) : { ...value };
  if (isObject(made['properties'])) made['properties'] = Object.fromEntries(Object.entries(made['properties']).map(([name, schema]) => [name, published(schema, dialect)]));
  if (made['items'] !== undefined) made['items'] = published(made['items'], dialect);
  if (made['additionalProperties'] !== undefined) made['additionalProperties'] = published(made['additionalProperties'], dialect);
  if (made['x-kubernetes-int-or-string'] === true && dialect === 3) made['anyOf'] ??= [{ type: 'integer' }, { type: 'string' }];
  if (made['x-kubernetes-embedded-resource'] === true && !(dialect === 2 && made['x-kubernetes-preserve-unknown-fields'] === true)) {
    made['properties'] = { ...(isObject(made['properties']) ? made['properties'] : {}), ...embeddedFields, metadata: metadataField };
    made['required'] = [...new Set([...(Array.isArray(made['required']) ? made['required'] : []), 'kind', 'apiVersion'])];
  }
  return made;
}

const selectable = ({ selectable: fields }: Resource): JsonObject => (fields.length > 0 ? { 'x-kubernetes-selectable-fields': fields.map((fieldPath) => ({ fieldPath })) } : {});

function customSchema(resource: Resource, dialect: Dialect): JsonObject {
  const marks = { 'x-kubernetes-group-version-kind': [kindOf(resource)], ...selectable(resource) };
  // Clients of version 2 would refuse what a free object may hold, if they were told of any field.
  if (dialect === 2 && resource.schema['x-kubernetes-preserve-unknown-fields'] === true) return { type: 'object', ...marks };
  const schema = published(resource.schema, dialect) as JsonObject;
  return { ...schema, properties: { ...(isObject(schema['properties']) ? schema['properties'] : {}), ...typeFields, metadata: metadataField }, ...marks };
}

function customList(resource: Resource): JsonObject {
  return {
    description: `${resource.listKind} is a list of ${resource.kind}`, type: 'object', required: ['items'],
    properties: {
      ...typeFields, metadata: described(`${meta}.ListMeta`, `Standard list metadata. More info: ${conventions}#types-kinds`),
      items: { description: `List of ${resource.plural}. More info: ${conventions}`, type: 'array', items: reference(schemaName(resource)) },
    },
    'x-kubernetes-group-version-kind': [{ ...kindOf(resource), kind: resource.listKind }], ...selectable(resource),
  };
}

/** Every schema that is referred to, by name, in the form of version 3 (what version 2 cannot say is left out for it). */
export function schemas(resources: readonly Resource[], referring: unknown, dialect: Dialect): JsonObject {
  const custom = new Map(resources.filter(({ rules }) => !rules.typed).flatMap((resource) => [[schemaName(resource), customSchema(resource, dialect)], [`${schemaName(resource)}List`, customList(resource)]] as const));
  const made: JsonObject = {};
  const want = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (Object.hasOwn(made, name)) continue;
      const schema = custom.get(name) ?? publishedSchema(name);
      if (!schema) continue;
      made[name] = schema;
      want(schema);
    }
  };
  want(referring);
  return Object.fromEntries(Object.entries(made).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
