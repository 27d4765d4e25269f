// The schema of every object's metadata, and the checks on it that a schema cannot say.
import type { OwnerReference } from '../../../operator/api/object.ts';
import { isObject, type KubeObject, type Meta } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { fieldError, type FieldError } from '../status.ts';
import { keyFaults, nameFaults, prefixFaults, valueFaults, type NameRule } from './names.ts';
import { always, pointer } from './typed.ts';

const str = (description: string): Schema => ({ type: 'string', description });
const time = (description: string): Schema => ({ type: 'string', format: 'date-time', nullable: true, description });
const strings = (description: string): Schema => ({ type: 'object', additionalProperties: { type: 'string' }, nullable: true, description });

const ownerReference: Schema = {
  type: 'object', description: 'An object that this one belongs to: it goes when the last of its owners goes.',
  required: ['apiVersion', 'kind', 'name', 'uid'], 'x-kubernetes-map-type': 'atomic',
  properties: {
    apiVersion: always(str('API version of the owner.')), kind: always(str('Kind of the owner.')), name: always(str('Name of the owner.')), uid: always(str('UID of the owner.')),
    controller: pointer({ type: 'boolean', description: 'Whether this owner is the managing controller.' }),
    blockOwnerDeletion: pointer({ type: 'boolean', description: 'Whether a foreground deletion of the owner waits for this object.' }),
  },
};

export const metadataSchema: Schema = {
  type: 'object', description: 'Name, labels and the other facts that every object has.',
  properties: {
    name: str('Unique within its namespace; cannot be changed.'),
    generateName: str('Prefix of a name that the server completes.'),
    namespace: str('The namespace the object lives in.'),
    selfLink: str('No longer filled in.'),
    uid: str('Unique in time and space, given by the server.'),
    resourceVersion: str('Changes with every write; makes concurrent updates safe.'),
    generation: { type: 'integer', format: 'int64', description: 'Counts the changes of the desired state.' },
    creationTimestamp: time('When the object was created.'),
    deletionTimestamp: time('When the object was asked to go.'),
    deletionGracePeriodSeconds: pointer({ type: 'integer', format: 'int64', description: 'Seconds that the object may take to go.' }),
    labels: strings('Keys and values to select objects by.'),
    annotations: strings('Keys and values that tools keep with the object.'),
    ownerReferences: {
      type: 'array', nullable: true, items: ownerReference, description: 'The objects that this one belongs to.', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['uid'],
      'x-kubernetes-patch-merge-key': 'uid', 'x-kubernetes-patch-strategy': 'merge',
    },
    finalizers: {
      type: 'array', nullable: true, items: { type: 'string' }, description: 'Who must act before the object may go.', 'x-kubernetes-list-type': 'set',
      'x-kubernetes-patch-strategy': 'merge',
    },
    managedFields: {
      type: 'array', nullable: true, description: 'Which tool owns which field.', 'x-kubernetes-list-type': 'atomic',
      items: {
        type: 'object',
        properties: {
          manager: str('Name of the tool.'), operation: str('Apply or Update.'), apiVersion: str('Version the fields are written in.'), time: time('When the entry last changed.'),
          fieldsType: str('Always FieldsV1.'), fieldsV1: pointer({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-map-type': 'atomic', description: 'The set of fields.' }), subresource: str('Subresource that was written.'),
        },
      },
    },
  },
};


const longestAnnotations = 256 * 1024;
const standardFinalizers: readonly string[] = ['kubernetes', 'orphan', 'foregroundDeletion'];

const isStandard = (finalizer: string): boolean => finalizer.includes('/') || standardFinalizers.includes(finalizer);

/** Of more faults only these are told: a body can hold a million of them, and some are told with the whole list. */
const mostFaults = 500;
const mostControllerFaults = 10;

function faultsOf<T>(all: readonly T[], faults: (one: T) => readonly FieldError[]): readonly FieldError[] {
  const found: FieldError[] = [];
  for (const one of all) {
    if (found.length >= mostFaults) break;
    found.push(...faults(one));
  }
  return found;
}

function labelErrors(labels: Meta['labels']): readonly FieldError[] {
  return faultsOf(Object.entries(isObject(labels) ? labels : {}), ([key, value]) => [
    ...keyFaults(key).map((fault) => fieldError.invalid('metadata.labels', key, fault)), ...valueFaults(String(value)).map((fault) => fieldError.invalid('metadata.labels', value, fault)),
  ]);
}

function annotationErrors(annotations: Meta['annotations']): readonly FieldError[] {
  const entries = Object.entries(isObject(annotations) ? annotations : {});
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value)), 0);
  return [
    ...faultsOf(entries, ([key]) => keyFaults(key.toLowerCase()).map((fault) => fieldError.invalid('metadata.annotations', key, fault))),
    ...(size > longestAnnotations ? [fieldError.tooLong('metadata.annotations', longestAnnotations)] : []),
  ];
}

/** The keys in the order in which Kubernetes prints a reference. */
const printed = ({ apiVersion, kind, name, uid, controller, blockOwnerDeletion }: OwnerReference): OwnerReference => ({
  apiVersion, kind, name, uid, ...(controller !== undefined && { controller }), ...(blockOwnerDeletion !== undefined && { blockOwnerDeletion }),
});

function ownerErrors(references: readonly OwnerReference[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  const path = 'metadata.ownerReferences';
  let first: string | undefined;
  let controllers = 0;
  for (const one of references) {
    if (errors.length >= mostFaults) break;
    const version = one.apiVersion.split('/');
    if (version.length > 2 || version.at(-1) === '') errors.push(fieldError.invalid(`${path}.apiVersion`, one.apiVersion, 'version must not be empty'));
    for (const key of ['kind', 'name', 'uid'] as const) if (one[key] === '') errors.push(fieldError.invalid(`${path}.${key}`, one[key], 'must not be empty'));
    if (one.apiVersion === 'v1' && one.kind === 'Event') errors.push(fieldError.invalid(path, printed(one), '/v1, Kind=Event is disallowed from being an owner'));
    if (one.controller !== true) continue;
    const named = `${one.kind}/${one.name}`;
    if (first !== undefined && controllers++ < mostControllerFaults) errors.push(fieldError.invalid(path, references.map(printed), `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${named}`));
    first ??= named;
  }
  return errors;
}

function finalizerErrors(finalizers: readonly string[], standardOnly: boolean): readonly FieldError[] {
  const errors = [...faultsOf(finalizers, (one) => keyFaults(one).map((fault) => fieldError.invalid('metadata.finalizers', one, fault)))];
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) errors.push(fieldError.invalid('metadata.finalizers', finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  if (!standardOnly) return errors;
  return [...errors, ...faultsOf([...finalizers.entries()], ([index, one]) => (isStandard(one) ? [] : [fieldError.invalid(`metadata.finalizers[${index}]`, one, 'name is neither a standard finalizer name nor is it fully qualified')]))];
}

export interface MetadataRule {
  readonly names: NameRule;
  /** Whether finalizers without a domain are refused; custom kinds only warn of them. */
  readonly standardFinalizers: boolean;
}

/** What is wrong with the name, labels, annotations, owners and finalizers. */
export function metadataErrors({ metadata }: KubeObject, live: KubeObject | undefined, rule: MetadataRule): readonly FieldError[] {
  const { name, generateName, generation = 0, labels, annotations, ownerReferences = [], finalizers = [] } = metadata;
  const own = live ? [] : [
    ...(generateName ? prefixFaults(generateName, rule.names).map((fault) => fieldError.invalid('metadata.generateName', generateName, fault)) : []),
    ...(name ? nameFaults(name, rule.names).map((fault) => fieldError.invalid('metadata.name', name, fault)) : [fieldError.required('metadata.name', 'name or generateName is required')]),
  ];
  return [
    ...own, ...(generation < 0 ? [fieldError.invalid('metadata.generation', generation, 'must be greater than or equal to 0')] : []),
    ...labelErrors(labels), ...annotationErrors(annotations), ...ownerErrors(ownerReferences), ...finalizerErrors(finalizers, rule.standardFinalizers),
    ...(live ? changeErrors(metadata, live.metadata) : []),
  ];
}

/** What an update may not do to metadata; what it leaves out has been filled in before. */
function changeErrors(metadata: Meta, live: Meta): readonly FieldError[] {
  const before = new Set(live.finalizers);
  const added = (metadata.finalizers ?? []).filter((one) => !before.has(one)).toSorted();
  const fixed = ['deletionTimestamp', 'deletionGracePeriodSeconds'] as const;
  return [
    ...(live.deletionTimestamp && added.length > 0 ? [fieldError.forbidden('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(', ')}}`)] : []),
    ...fixed.flatMap((key) => (metadata[key] === live[key] ? [] : [fieldError.invalid(`metadata.${key}`, metadata[key], 'field is immutable')])),
  ];
}

/** Custom kinds take any finalizer and warn of those that could clash. */
export function finalizerWarnings(added: readonly string[]): readonly string[] {
  return added.filter((one) => !isStandard(one)).toSorted().map((one) =>
    `metadata.finalizers: ${JSON.stringify(one)}: prefer a domain-qualified finalizer name ${one.includes('.') ? 'including a path (/) ' : ''}to avoid accidental conflicts with other finalizer writers`);
}
