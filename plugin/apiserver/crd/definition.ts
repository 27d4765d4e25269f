// The rules of CustomResourceDefinitions: defaults, what is refused at admission, the conditions that follow at once.
import { at, equal, isObject, list, objects, text, type JsonObject, type KubeObject } from '../json.ts';
import type { Rules } from '../resource.ts';
import { fieldError, type FieldError } from '../status.ts';
import { ruleErrors } from '../../cel/rules/definition.ts';
import { parseJsonPath } from '../table/json-path.ts';
import { structuralErrors } from './structural.ts';

/** Kept on every definition until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

const spec = (definition: KubeObject): JsonObject => (isObject(definition['spec']) ? definition['spec'] : {});
const versions = (definition: KubeObject): readonly JsonObject[] => objects(spec(definition)['versions']);

function prepare(definition: KubeObject, live: KubeObject | undefined): void {
  const given = spec(definition);
  if (isObject(given['names'])) {
    given['names']['singular'] ||= text(given['names']['kind']).toLowerCase();
    given['names']['listKind'] ||= `${text(given['names']['kind'])}List`;
  }
  given['conversion'] ??= { strategy: 'None' };
  const deleting = definition.metadata.deletionTimestamp !== undefined;
  const kept = list(definition.metadata.finalizers).map(text);
  if (!deleting && !kept.includes(cleanupFinalizer)) definition.metadata.finalizers = [...kept, cleanupFinalizer];
  definition['status'] = establish(definition, live);
}

function condition(live: KubeObject | undefined, type: string, reason: string, message: string): JsonObject {
  const before = objects(at(live, 'status', 'conditions')).find((one) => one['type'] === type && one['status'] === 'True');
  return { type, status: 'True', lastTransitionTime: before?.['lastTransitionTime'] ?? new Date().toISOString().replace(/\.\d+/, ''), reason, message };
}

/** Nothing has to be started for a new kind: it is served as soon as the definition is stored. */
function establish(definition: KubeObject, live: KubeObject | undefined): JsonObject {
  const storage = text(versions(definition).find((version) => version['storage'] === true)?.['name']);
  const stored = list(at(live, 'status', 'storedVersions')).map(text);
  return {
    conditions: [
      condition(live, 'NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition(live, 'Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
      ...(definition.metadata.deletionTimestamp ? [condition(live, 'Terminating', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress')] : []),
    ],
    acceptedNames: spec(definition)['names'],
    storedVersions: stored.includes(storage) ? stored : [...stored, storage],
  };
}

/** Names of one group are one set: a name that another kind has would make both unreachable by it. */
function nameErrors(definition: KubeObject, siblings: readonly KubeObject[]): readonly FieldError[] {
  const group = spec(definition)['group'];
  const words = (of: KubeObject): readonly string[] => ['plural', 'singular'].map((key) => text(at(of, 'spec', 'names', key))).concat(list(at(of, 'spec', 'names', 'shortNames')).map(text));
  const kinds = (of: KubeObject): readonly string[] => ['kind', 'listKind'].map((key) => text(at(of, 'spec', 'names', key)));
  return siblings.filter((other) => at(other, 'spec', 'group') === group).flatMap((other) => {
    const taken = [...words(definition).filter((one) => words(other).includes(one)), ...kinds(definition).filter((one) => kinds(other).includes(one))];
    return taken.map((one) => fieldError.invalid('spec.names', one, `is already in use by ${other.metadata.name}`));
  });
}

function check(definition: KubeObject, live: KubeObject | undefined, siblings: () => readonly KubeObject[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  const given = spec(definition);
  const group = text(given['group']);
  const plural = text(at(given, 'names', 'plural'));
  const wanted = `${plural}.${group}`;
  if (definition.metadata.name !== wanted) errors.push(fieldError.invalid('metadata.name', definition.metadata.name, `must be spec.names.plural+"."+spec.group`));
  if (!group.includes('.')) errors.push(fieldError.invalid('spec.group', group, 'should be a domain with at least one dot'));
  if (at(given, 'conversion', 'strategy') === 'Webhook') errors.push(fieldError.invalid('spec.conversion.strategy', 'Webhook', 'conversion webhooks are not served here: all versions must convert with None'));
  if (given['preserveUnknownFields'] === true) errors.push(fieldError.invalid('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema'));
  errors.push(...nameErrors(definition, siblings()));
  const all = versions(definition);
  if (all.length === 0) errors.push(fieldError.required('spec.versions', 'must have at least one version'));
  if (all.length > 0 && all.filter((version) => version['storage'] === true).length !== 1) errors.push(fieldError.invalid('spec.versions', all.map((version) => version['name']), 'must have exactly one version marked as storage version'));
  all.forEach((version, index) => errors.push(...versionErrors(version, `spec.versions[${index}]`)));
  errors.push(...schemasErrors(all, live ? versions(live) : []));
  if (live && !equal(at(live, 'spec', 'scope'), given['scope'])) errors.push(fieldError.invalid('spec.scope', given['scope'], 'field is immutable'));
  if (live && at(live, 'spec', 'names', 'kind') !== at(given, 'names', 'kind')) errors.push(fieldError.invalid('spec.names.kind', at(given, 'names', 'kind'), 'field is immutable'));
  return errors;
}

/** A schema that all versions share is spoken of once, by the place where Kubernetes keeps it inside. `before`: the versions as they are stored. */
function schemasErrors(all: readonly JsonObject[], before: readonly JsonObject[]): readonly FieldError[] {
  const [first] = all;
  const isShared = all.every((version) => equal(version['schema'], first?.['schema']));
  return (isShared ? all.slice(0, 1) : all).flatMap((version, index) => {
    const schema = at(version, 'schema', 'openAPIV3Schema');
    const path = isShared ? 'spec.validation.openAPIV3Schema' : `spec.versions[${index}].schema.openAPIV3Schema`;
    if (!isObject(schema)) return [fieldError.required(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required')];
    const shape = structuralErrors(schema, path);
    const isKnown = before.some((one) => one['name'] === version['name'] && equal(at(one, 'schema', 'openAPIV3Schema'), schema));
    return shape.length > 0 || isKnown ? shape : ruleErrors(schema, path);
  });
}

function versionErrors(version: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(text(version['name']))) errors.push(fieldError.invalid(`${path}.name`, version['name'], 'must be a DNS-1035 label'));
  objects(version['additionalPrinterColumns']).forEach((column, index) => {
    const where = `${path}.additionalPrinterColumns[${index}]`;
    if (!parseJsonPath(text(column['jsonPath']))) errors.push(fieldError.invalid(`${where}.jsonPath`, column['jsonPath'], 'this JSONPath is not supported here'));
    if (!['string', 'integer', 'number', 'boolean', 'date'].includes(text(column['type']))) errors.push(fieldError.unsupported(`${where}.type`, column['type'], ['boolean', 'date', 'integer', 'number', 'string']));
  });
  for (const field of ['specReplicasPath', 'statusReplicasPath', 'labelSelectorPath']) {
    const scale = at(version, 'subresources', 'scale', field);
    if (scale !== undefined && !/^(?:\.[A-Za-z_][\w-]*)+$/.test(text(scale))) errors.push(fieldError.invalid(`${path}.subresources.scale.${field}`, scale, 'should be a json path without array notation'));
  }
  return errors;
}

export const definitionRules: Rules = { names: 'subdomain', typed: true, strategic: true, generation: true, fixedMetadata: true, prepare, check };
