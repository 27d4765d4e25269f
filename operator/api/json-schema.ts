// The schema of a whole object of one kind for ajv: closed everywhere, so that a typo is found before anything is sent.
import { apiVersion } from './group.ts';
import type { KindDefinition } from './object.ts';
import type { JsonSchema } from './schema.ts';

/** Draft 7, as ajv takes it. */
export type AjvSchema = Readonly<Record<string, unknown>>;

const words: AjvSchema = { type: 'object', additionalProperties: { type: 'string' } };
const string: AjvSchema = { type: 'string' };

/** What people write into metadata, and what `kubectl get -o yaml` adds. */
const objectMeta: AjvSchema = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 253, pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$' },
    generateName: string,
    namespace: { type: 'string', maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' },
    labels: words,
    annotations: words,
    finalizers: { type: 'array', items: string },
    ownerReferences: { type: 'array', items: { type: 'object' } },
    uid: string,
    resourceVersion: string,
    selfLink: string,
    generation: { type: 'integer' },
    creationTimestamp: {},
    deletionTimestamp: {},
    deletionGracePeriodSeconds: { type: 'integer' },
    managedFields: { type: 'array', items: {} },
  },
  required: ['name'],
  additionalProperties: false,
};

// `format` and the x-kubernetes marks speak to the API server; ajv knows neither. Defaults are the server's to put in.
const forServerOnly = new Set(['format', 'default', 'x-kubernetes-int-or-string', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys', 'x-kubernetes-validations']);

function closed(schema: JsonSchema): AjvSchema {
  const kept = Object.fromEntries(Object.entries(schema).filter(([name]) => !forServerOnly.has(name))) as JsonSchema;
  const { properties, items, additionalProperties, anyOf, ...plain } = kept;
  return {
    ...plain,
    // A quantity: a union of types reads better in ajv's words than anyOf (needs ajv's allowUnionTypes).
    ...(anyOf ? { type: anyOf.flatMap((choice) => choice.type ?? []) } : {}),
    ...(properties ? { properties: Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, closed(inner)])), additionalProperties: false } : {}),
    ...(items ? { items: closed(items) } : {}),
    ...(additionalProperties ? { additionalProperties: closed(additionalProperties) } : {}),
  };
}

/** JSON schema (draft 7) of an object of this kind as a person writes it. */
export function jsonSchema(definition: KindDefinition): AjvSchema {
  return {
    type: 'object',
    description: definition.description,
    properties: {
      apiVersion: { type: 'string', enum: [apiVersion] },
      kind: { type: 'string', enum: [definition.kind] },
      metadata: objectMeta,
      spec: closed(definition.spec.json),
      status: { type: 'object' },
    },
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    additionalProperties: false,
  };
}
