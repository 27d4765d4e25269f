// Checks the shape of Kubernetes' own kinds where the whole schema is known here, without a server.
import { Ajv, type ValidateFunction } from 'ajv';
import type { KubeObject } from '../../operator/api/object.ts';
import { resourceOf } from '../../operator/kube/resources.ts';
import { coreSchemas, definitionSchema } from '../apiserver/core/schemas.ts';
import type { Schema } from '../apiserver/schema/schema.ts';
import { schemaFaults } from './check.ts';
import type { Fault } from './position.ts';
import type { Manifest } from './read.ts';

/** By kind. Of a Service only the fields are known that the embedded API server acts on, so that one is left to the server. */
const schemas: Readonly<Record<string, Schema>> = {
  Namespace: coreSchemas.namespaces,
  Secret: coreSchemas.secrets,
  ConfigMap: coreSchemas.configmaps,
  ServiceAccount: coreSchemas.serviceaccounts,
  Endpoints: coreSchemas.endpoints,
  Event: coreSchemas.events,
  Lease: coreSchemas.leases,
  CustomResourceDefinition: definitionSchema,
};

function schemaOf(object: KubeObject): Schema | undefined {
  const resource = resourceOf(object);
  return resource !== undefined && Object.hasOwn(schemas, resource.kind) ? schemas[resource.kind] : undefined;
}

export const isBuiltIn = (object: KubeObject): boolean => schemaOf(object) !== undefined;

/** What a server would refuse by the schema alone: unknown fields, wrong types and choices. */
export function builtInFaults(manifests: readonly Manifest[]): readonly Fault[] {
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: false, validateFormats: false, logger: false });
  const compiled = new Map<Schema, ValidateFunction>();
  return manifests.flatMap((manifest) => {
    const schema = schemaOf(manifest.object);
    if (schema === undefined) return [];
    const validate = compiled.get(schema) ?? ajv.compile(closed(schema) as object);
    compiled.set(schema, validate);
    return schemaFaults(manifest, validate);
  });
}

/** As JSON Schema, where fields are unknown unless they are declared. A null is an absent field, as these kinds are decoded. */
function closed(schema: Schema): unknown {
  const { type, nullable: _nullable, format: _format, properties, additionalProperties, items, enum: choices, ...rest } = schema;
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || type !== 'object' || properties === undefined;
  const others = typeof additionalProperties === 'object' ? closed(additionalProperties) : additionalProperties;
  return {
    ...rest,
    ...(type === undefined ? {} : { type: [type, 'null'] }),
    ...(choices === undefined ? {} : { enum: [...choices, null] }),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, closed(one)])) }),
    ...(others === undefined ? (open ? {} : { additionalProperties: false }) : { additionalProperties: others }),
    ...(items === undefined ? {} : { items: closed(items) }),
  };
}
