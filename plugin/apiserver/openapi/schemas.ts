// Names the schemas of all kinds as OpenAPI does, so that clients can look them up by kind.
import { metadataSchema } from '../core/metadata.ts';
import type { JsonObject } from '../json.ts';
import type { Resource } from '../resource.ts';
import { isObject } from '../json.ts';

export const metadataName = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const listMetadataName = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta';

/** `dev.apoxy.clrk.v1alpha1.DaemonAgent`, `io.k8s.api.core.v1.Secret`. */
export function schemaName({ group, version, kind }: Resource): string {
  if (!group) return `io.k8s.api.core.${version}.${kind}`;
  return `${group.split('.').toReversed().join('.')}.${version}.${kind}`;
}

export const kindOf = ({ group, version, kind }: Resource): JsonObject => ({ group, version, kind });

/** OpenAPI has no word for "integer or string" but the extension; clients know the format. */
function plain(value: unknown, dialect: 2 | 3): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => plain(item, dialect));
  if (!isObject(value)) return value;
  const made: JsonObject = {};
  for (const [key, one] of Object.entries(value)) {
    const asData = key === 'default' || key === 'enum' || key === 'example';
    if (dialect === 2 && (key === 'nullable' || key === 'oneOf' || key === 'anyOf' || key === 'not' || key === 'allOf')) continue;
    if (key === 'properties' && isObject(one)) made[key] = Object.fromEntries(Object.entries(one).map(([name, schema]) => [name, plain(schema, dialect)]));
    else made[key] = asData ? one : plain(one, dialect);
  }
  if (made['x-kubernetes-int-or-string'] && !made['type'] && dialect === 3) made['oneOf'] = [{ type: 'integer' }, { type: 'string' }];
  if (made['x-kubernetes-int-or-string'] && dialect === 2) Object.assign(made, { type: 'string', format: 'int-or-string' });
  return made;
}

/** The schemas of some resources and of what they refer to. `prefix` is where the dialect keeps its schemas. */
export function schemas(resources: readonly Resource[], prefix: string, dialect: 2 | 3): JsonObject {
  const reference = (name: string): JsonObject => (dialect === 3 ? { allOf: [{ $ref: `${prefix}${name}` }], default: {} } : { $ref: `${prefix}${name}` });
  const made: JsonObject = {
    [metadataName]: plain(metadataSchema, dialect),
    [listMetadataName]: { type: 'object', properties: { continue: { type: 'string' }, remainingItemCount: { type: 'integer', format: 'int64' }, resourceVersion: { type: 'string' }, selfLink: { type: 'string' } } },
  };
  for (const resource of resources) {
    const name = schemaName(resource);
    const schema = plain(resource.schema, dialect) as JsonObject;
    made[name] = {
      ...schema, properties: { ...(isObject(schema['properties']) ? schema['properties'] : {}), metadata: { description: 'Name, labels and the other facts that every object has.', ...reference(metadataName) } },
      'x-kubernetes-group-version-kind': [kindOf(resource)],
    };
    made[`${name}List`] = {
      type: 'object', required: ['items'], 'x-kubernetes-group-version-kind': [{ ...kindOf(resource), kind: resource.listKind }],
      properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: reference(listMetadataName), items: { type: 'array', items: dialect === 3 ? reference(name) : { $ref: `${prefix}${name}` } } },
    };
  }
  return made;
}
