// The Go structs of CustomResourceDefinitions: which fields they have and of which types, also inside of a schema. They are never sent as protobuf.
import type { Field } from './protobuf-messages.ts';

const message = (...fields: readonly Field[]): { readonly [number: number]: Field } => Object.fromEntries(fields.entries());
const all = (type: string, ...names: readonly string[]): readonly Field[] => names.map((name) => [name, type] as const);

export const definitionMessages = {
  CustomResourceDefinition: message(['metadata', 'ObjectMeta'], ['spec', 'CustomResourceDefinitionSpec'], ['status', 'CustomResourceDefinitionStatus']),
  CustomResourceDefinitionSpec: message(
    ['group', 'string'], ['names', 'CustomResourceDefinitionNames'], ['scope', 'string'], ['versions', 'CustomResourceDefinitionVersion[]'], ['conversion', 'CustomResourceConversion'],
    ['preserveUnknownFields', 'bool'],
  ),
  CustomResourceDefinitionNames: message(...all('string', 'plural', 'singular', 'kind', 'listKind'), ...all('string[]', 'shortNames', 'categories')),
  CustomResourceDefinitionVersion: message(
    ...all('string', 'name', 'deprecationWarning'), ...all('bool', 'served', 'storage', 'deprecated'), ['schema', 'CustomResourceValidation'], ['subresources', 'CustomResourceSubresources'],
    ['additionalPrinterColumns', 'CustomResourceColumnDefinition[]'], ['selectableFields', 'SelectableField[]'],
  ),
  CustomResourceValidation: message(['openAPIV3Schema', 'JSONSchemaProps']),
  CustomResourceSubresources: message(['status', 'CustomResourceSubresourceStatus'], ['scale', 'CustomResourceSubresourceScale']),
  CustomResourceSubresourceStatus: message(),
  CustomResourceSubresourceScale: message(...all('string', 'specReplicasPath', 'statusReplicasPath', 'labelSelectorPath')),
  CustomResourceColumnDefinition: message(...all('string', 'name', 'type', 'format', 'description', 'jsonPath'), ['priority', 'int']),
  SelectableField: message(['jsonPath', 'string']),
  CustomResourceConversion: message(['strategy', 'string'], ['webhook', 'WebhookConversion']),
  WebhookConversion: message(['clientConfig', 'WebhookClientConfig'], ['conversionReviewVersions', 'string[]']),
  WebhookClientConfig: message(['url', 'string'], ['service', 'ServiceReference'], ['caBundle', 'bytes']),
  ServiceReference: message(...all('string', 'namespace', 'name', 'path'), ['port', 'int']),
  CustomResourceDefinitionStatus: message(['conditions', 'CustomResourceDefinitionCondition[]'], ['acceptedNames', 'CustomResourceDefinitionNames'], ['storedVersions', 'string[]'], ['observedGeneration', 'int']),
  CustomResourceDefinitionCondition: message(...all('string', 'type', 'status', 'reason', 'message'), ['lastTransitionTime', 'time'], ['observedGeneration', 'int']),
  JSONSchemaProps: message(
    ...all('string', 'id', '$schema', '$ref', 'description', 'type', 'format', 'title', 'pattern', 'x-kubernetes-list-type', 'x-kubernetes-map-type'), ...all('json', 'default', 'example'),
    ...all('float', 'maximum', 'minimum', 'multipleOf'), ...all('int', 'maxLength', 'minLength', 'maxItems', 'minItems', 'maxProperties', 'minProperties'),
    ...all('bool', 'exclusiveMaximum', 'exclusiveMinimum', 'uniqueItems', 'nullable', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string'),
    ['enum', 'json[]'], ...all('string[]', 'required', 'x-kubernetes-list-map-keys'), ['items', 'JSONSchemaPropsOrArray'], ...all('JSONSchemaProps[]', 'allOf', 'oneOf', 'anyOf'), ['not', 'JSONSchemaProps'],
    ...all('map:JSONSchemaProps', 'properties', 'patternProperties', 'definitions'), ...all('JSONSchemaPropsOrBool', 'additionalProperties', 'additionalItems'), ['dependencies', 'map:json'],
    ['externalDocs', 'ExternalDocumentation'], ['x-kubernetes-validations', 'ValidationRule[]'],
  ),
  ExternalDocumentation: message(...all('string', 'description', 'url')),
  ValidationRule: message(...all('string', 'rule', 'message', 'messageExpression', 'reason', 'fieldPath'), ['optionalOldSelf', 'bool']),
} as const satisfies { readonly [message: string]: { readonly [number: number]: Field } };
