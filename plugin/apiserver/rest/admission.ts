// The way of every written object: decoded, completed, given its owners, checked. Pure: it stores nothing.
import { randomUUID } from 'node:crypto';
import { prune } from '../schema/prune.ts';
import { applyDefaults } from '../schema/default.ts';
import { customFaults } from './rules.ts';
import { dropNulls } from '../schema/nulls.ts';
import { coerceEmbedded } from '../schema/embedded.ts';
import { validate } from '../schema/validate.ts';
import { setOf } from '../apply/field-set.ts';
import { recordUpdate, type Context } from '../apply/apply.ts';
import { scaleErrors } from '../crd/scale-errors.ts';
import { finalizerWarnings, metadataErrors } from '../core/metadata.ts';
import { asTyped } from '../core/typed.ts';
import { equal, isObject, type JsonObject, type KubeObject, type Meta } from '../json.ts';
import { apiVersionOf, storageKey, type Resource } from '../resource.ts';
import { badRequest, conflict, fieldError, invalid, quoted, untypable, wrongIdentity, type FieldError } from '../status.ts';
import { timestamp } from './call.ts';
import { decodeStruct } from './go-types.ts';
import type { WriteOptions } from './options.ts';

export interface Target {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** The schema of the kind in another of its versions. */
  readonly schemaOf: Context['schemaOf'];
  /** First word of the client's User-Agent: who owns the fields when the client names no manager. */
  readonly agent: string;
}

const cannot = (resource: Resource, why: string): Error =>
  badRequest(`${resource.kind} in version ${JSON.stringify(resource.version)} cannot be handled as a ${resource.kind}: ${why}`);

/** Checks that a body is an object of this kind with metadata that can be read; answers it typed, the caller's own. */
export function decodeObject(value: JsonObject, target: Target): KubeObject {
  const { resource } = target;
  const apiVersion = apiVersionOf(resource.group, resource.version);
  if (value['apiVersion'] !== undefined && value['apiVersion'] !== apiVersion) {
    throw badRequest(`the API version in the data (${value['apiVersion']}) does not match the expected API version (${apiVersion})`);
  }
  if (value['kind'] !== undefined && value['kind'] !== resource.kind) {
    throw badRequest(`the kind in the data (${value['kind']}) does not match the expected kind (${resource.kind})`);
  }
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = value;
  if (metadata !== undefined && metadata !== null && !isObject(metadata)) throw cannot(resource, 'metadata must be an object');
  const made: KubeObject = { apiVersion, kind: resource.kind, metadata: (metadata ?? {}) as Meta, ...rest };
  const { fault } = decodeStruct(made.metadata, 'ObjectMeta');
  if (fault !== undefined) throw cannot(resource, fault);
  for (const key of Object.keys(made.metadata)) if (made.metadata[key] === null) delete made.metadata[key];
  asTyped(made.metadata, resource.schema.properties?.['metadata'] ?? {});
  if (resource.rules.typed) asTyped(made, resource.schema);
  place(made, target);
  return made;
}

function place(object: KubeObject, { resource, namespace, name }: Target): void {
  const { metadata } = object;
  if (resource.namespaced && metadata.namespace !== undefined && metadata.namespace !== '' && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (resource.namespaced && namespace) metadata.namespace = namespace;
  else delete metadata.namespace;
  if (name === undefined) return;
  if (metadata.name === undefined) metadata.name = name;
  if (metadata.name !== name) throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
}

const yamlFaults = 'yaml: unmarshal errors:\n';

/** Removes unknown fields and says so in the way the client asked for. */
export function checkFields(object: KubeObject, { said, unknown }: { readonly said: readonly string[]; readonly unknown: readonly string[] }, resource: Resource, options: WriteOptions): readonly string[] {
  const inside: string[] = [];
  const wrong = resource.rules.typed ? [] : coerceEmbedded(object, resource.schema, inside);
  if (wrong.length > 0) throw cannot(resource, wrong.map((error) => `${error.field}: ${error.message}`).join(', '));
  const undeclared = [...prune(object, resource.schema), ...unknown, ...inside];
  if (!resource.rules.typed) dropNulls(object, resource.schema);
  const found = [...said, ...undeclared.map((path) => `unknown field "${path}"`)];
  if (found.length === 0 || options.fieldValidation === 'Ignore') return [];
  if (options.fieldValidation === 'Strict') throw cannot(resource, `strict decoding error: ${found.join(', ')}`);
  // What YAML has against a text comes as one fault of several lines, of which only the places are warned of.
  return found.flatMap((one) => (one.startsWith(yamlFaults) ? one.split('\n').slice(1).map((line) => line.trim()) : [one]));
}

/** The context of the bookkeeping of fields for this request. */
export function ownership({ resource, subresource, schemaOf, agent }: Target, options: WriteOptions, operation: 'Apply' | 'Update'): Context {
  const apiVersion = apiVersionOf(resource.group, resource.version);
  const notStatus = resource.rules.typed && resource.rules.fixedMetadata ? setOf(['f:spec'], ['f:metadata']) : setOf(['f:spec']);
  const blank: KubeObject = { apiVersion, kind: resource.kind, metadata: {} };
  return {
    schemaOf, now: timestamp(), blank: resource.rules.typed ? asTyped(blank, resource.schema) : blank, ignored: subresource === 'status' ? notStatus : resource.status ? setOf(['f:status']) : setOf(),
    writer: { name: options.fieldManager || agent, operation, apiVersion, subresource: subresource ?? '' },
  };
}

/** Everything that is not metadata and not status counts as desired state. */
function desired(object: KubeObject, resource: Resource): JsonObject {
  const { metadata: _metadata, status, apiVersion: _version, ...rest } = object;
  return resource.status ? rest : { ...rest, status };
}

type Siblings = () => readonly KubeObject[];

/** What a client may leave out. Kept apart from what only the server decides: the client owns these fields. */
export function fillIn(object: KubeObject, { resource }: Target): void {
  applyDefaults(object, resource.schema);
  resource.rules.decode?.(object);
}

/** What a client cannot say of a new object; nobody owns it either. */
export function wipe({ metadata }: KubeObject): void {
  for (const key of ['selfLink', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'resourceVersion']) delete metadata[key];
}

/** Completes a new object: what only the server decides. */
export function completeNew(object: KubeObject, { resource }: Target, siblings: Siblings): void {
  const { metadata } = object;
  metadata.uid = randomUUID();
  metadata.creationTimestamp = timestamp();
  if (resource.rules.generation) metadata.generation = 1;
  if (resource.status) delete object['status'];
  resource.rules.prepare?.(object, undefined, siblings);
}

/** Facts that a client can't change or need not repeat. A deletion that it makes up stays, to be refused. */
function keepFacts(made: Meta, live: Meta): void {
  const fixed = ['creationTimestamp', 'generation', 'namespace', 'name'] as const;
  for (const key of [...fixed, ...(live.deletionTimestamp ? ['deletionTimestamp'] : []), ...(made.uid ? [] : ['uid']), ...(made.deletionGracePeriodSeconds === undefined ? ['deletionGracePeriodSeconds'] : [])]) {
    if (live[key] === undefined) delete made[key];
    else made[key] = live[key];
  }
}

/** What a write of the status leaves: everything but the status stays; some kinds take metadata along. */
function statusOf(object: KubeObject, live: KubeObject, { resource }: Target): KubeObject {
  const { managedFields } = object.metadata;
  const { managedFields: _, ...kept } = live.metadata;
  const metadata = resource.rules.fixedMetadata ? { ...kept, ...(managedFields && { managedFields }) } : object.metadata;
  const made: KubeObject = { ...live, metadata, status: object['status'] };
  if (object['status'] === undefined) delete made['status'];
  return made;
}

/** Completes a changed object: facts the client can't change stay, only the addressed half may differ. */
export function completeChanged(object: KubeObject, live: KubeObject, target: Target, siblings: Siblings): KubeObject {
  const { resource, subresource } = target;
  const made = subresource === 'status' ? statusOf(object, live, target) : object;
  if (resource.status && subresource !== 'status') {
    if (live['status'] === undefined) delete made['status'];
    else made['status'] = live['status'];
  }
  keepFacts(made.metadata, live.metadata);
  for (const key of ['resourceVersion', 'selfLink']) delete made.metadata[key];
  if (subresource === undefined) resource.rules.prepare?.(made, live, siblings);
  if (resource.rules.generation && !equal(desired(made, resource), desired(live, resource))) {
    made.metadata = { ...made.metadata, generation: (live.metadata.generation ?? 0) + 1 };
  }
  return made;
}

/** The version that a write is based on; undefined: none was named. */
export function givenVersion({ metadata: { resourceVersion = '' } }: KubeObject): string | undefined {
  if (resourceVersion !== '' && !/^\d{1,19}$/.test(resourceVersion)) throw untypable(`strconv.ParseUint: parsing ${quoted(resourceVersion)}: invalid syntax`);
  return Number(resourceVersion) === 0 ? undefined : resourceVersion;
}

export function checkPreconditions(object: KubeObject, live: KubeObject | undefined, { resource, namespace, name = '' }: Target): void {
  const { uid } = object.metadata;
  if (uid && uid !== live?.metadata.uid) throw wrongIdentity(resource, name, { key: storageKey(resource, namespace, name), wanted: uid, found: live?.metadata.uid ?? '' });
  const version = givenVersion(object);
  if (!live) return;
  if (version === undefined && !resource.rules.unconditional) throw invalid({ ...resource, kind: resource.plural }, name, [fieldError.invalid('metadata.resourceVersion', 0, 'must be specified for an update')]);
  if (version !== undefined && version !== live.metadata.resourceVersion) throw conflict(resource, name);
}

/** Refuses an object that breaks its schema or its kind's rules; answers what unchanged parts are let through with. */
export function checkValid(object: KubeObject, live: KubeObject | undefined, { resource, subresource }: Target, siblings: Siblings): readonly string[] {
  const { rules } = resource;
  const onStatus = subresource === 'status';
  const metadata = metadataErrors(object, live, { names: rules.names, standardFinalizers: rules.standardFinalizers ?? false });
  const scale = resource.scale ? scaleErrors(object, resource.scale, onStatus) : [];
  if (!rules.typed) {
    const { errors, warnings } = customFaults({ object, live, schema: resource.schema, onStatus }, metadata, scale);
    if (errors.length > 0) throw Object.assign(invalid(resource, object.metadata.name ?? '', errors), { warnings });
    return warnings;
  }
  // Types were checked where the object was read as a struct.
  const shape = rules.knowsAll ? [] : validate(object, resource.schema);
  const types = shape.filter((error) => error.reason === 'FieldValueTypeInvalid');
  if (types[0]) throw cannot(resource, types.map((error) => `${error.field}: ${error.message}`).join(', '));
  const errors: FieldError[] = [...metadata, ...shape, ...scale];
  if (shape.length === 0 && !onStatus) errors.push(...(rules.check?.(object, live, siblings) ?? []));
  if (errors.length > 0) throw invalid(resource, object.metadata.name ?? '', errors);
  return [];
}

/** What is allowed but unwise. */
export function warningsOf(object: KubeObject, live: KubeObject | undefined, { resource, subresource }: Target): readonly string[] {
  if (subresource !== undefined) return [];
  if (resource.rules.typed) return resource.rules.warnings?.(object) ?? [];
  const before = new Set(live?.metadata.finalizers);
  const added = (object.metadata.finalizers ?? []).filter((one) => !before.has(one));
  return finalizerWarnings(added);
}

/** The object with its owners after a create, an update or a patch other than apply. */
export const owned = (live: KubeObject | undefined, object: KubeObject, target: Target, options: WriteOptions): KubeObject =>
  recordUpdate(live, object, ownership(target, options, 'Update'));

/** Whether two states differ in nothing but the times of their managers. */
export const sameButForTimes = (a: KubeObject, b: KubeObject): boolean => equal(timeless(a), timeless(b));

function timeless(object: KubeObject): KubeObject {
  const { managedFields, ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, ...(managedFields && { managedFields: managedFields.map((entry) => ({ ...entry, time: '' })) }) } };
}
