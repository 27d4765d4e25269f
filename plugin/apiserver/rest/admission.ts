// The way of every written object: decoded, completed, given its owners, checked. Pure: it stores nothing.
import { randomUUID } from 'node:crypto';
import { prune } from '../schema/prune.ts';
import { validate } from '../schema/validate.ts';
import { setOf } from '../apply/field-set.ts';
import { recordUpdate, type Context } from '../apply/apply.ts';
import { scaleErrors } from '../crd/scale-errors.ts';
import { metadataErrors } from '../core/metadata.ts';
import { equal, isObject, type JsonObject, type KubeObject, type Meta } from '../json.ts';
import { apiVersionOf, type Resource } from '../resource.ts';
import { badRequest, conflict, invalid, type FieldError } from '../status.ts';
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

/** Removes unknown fields and says so in the way the client asked for. */
export function checkFields(object: KubeObject, { duplicates, unknown = [] }: { readonly duplicates: readonly string[]; readonly unknown?: readonly string[] }, resource: Resource, options: WriteOptions): readonly string[] {
  const undeclared = [...unknown, ...prune(object, resource.schema)];
  const found = [...duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`), ...undeclared.map((path) => `unknown field ${JSON.stringify(path)}`)];
  if (found.length === 0 || options.fieldValidation === 'Ignore') return [];
  if (options.fieldValidation === 'Strict') throw cannot(resource, `strict decoding error: ${found.join(', ')}`);
  return found;
}

/** The context of the bookkeeping of fields for this request. */
export function ownership({ resource, subresource, schemaOf, agent }: Target, options: WriteOptions, operation: 'Apply' | 'Update'): Context {
  return {
    schemaOf, now: timestamp(), ignored: subresource === 'status' ? setOf(['f:spec'], ...(resource.plural === 'customresourcedefinitions' ? [['f:metadata']] : [])) : resource.status ? setOf(['f:status']) : setOf(),
    writer: { name: options.fieldManager || agent, operation, apiVersion: apiVersionOf(resource.group, resource.version), subresource: subresource ?? '' },
  };
}

/** Everything that is not metadata and not status counts as desired state. */
function desired(object: KubeObject, resource: Resource): JsonObject {
  const { metadata: _metadata, status, apiVersion: _version, ...rest } = object;
  return resource.status ? rest : { ...rest, status };
}

/** Completes a new object: what only the server decides. */
export function completeNew(object: KubeObject, { resource }: Target): void {
  const { metadata } = object;
  for (const key of ['selfLink', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'resourceVersion', 'generation']) delete metadata[key];
  metadata.uid = randomUUID();
  metadata.creationTimestamp = timestamp();
  if (resource.rules.generation) metadata.generation = 1;
  if (resource.status) delete object['status'];
  resource.rules.prepare?.(object, undefined);
}

/** Completes a changed object: facts the client can't change stay, only the addressed half may differ. */
export function completeChanged(object: KubeObject, live: KubeObject, { resource, subresource }: Target): KubeObject {
  const kept = ['uid', 'creationTimestamp', 'generation', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'namespace', 'name', 'selfLink'];
  let made = object;
  if (subresource === 'status') {
    made = { ...live, status: object['status'], metadata: { ...live.metadata, ...(object.metadata.managedFields && { managedFields: object.metadata.managedFields }) } };
    if (object['status'] === undefined) delete made['status'];
  } else {
    if (resource.status) {
      if (live['status'] === undefined) delete made['status'];
      else made['status'] = live['status'];
    }
    for (const key of kept) {
      if (live.metadata[key] === undefined) delete made.metadata[key];
      else made.metadata[key] = live.metadata[key];
    }
  }
  delete made.metadata.resourceVersion;
  if (subresource !== 'status') resource.rules.prepare?.(made, live);
  if (resource.rules.generation && !equal(desired(made, resource), desired(live, resource))) {
    made.metadata = { ...made.metadata, generation: (live.metadata.generation ?? 0) + 1 };
  }
  return made;
}

export function checkPreconditions(object: KubeObject, live: KubeObject, resource: Resource): void {
  const name = live.metadata.name ?? '';
  const { uid, resourceVersion } = object.metadata;
  if (uid && uid !== live.metadata.uid) throw conflict(resource, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`);
  if (resourceVersion && resourceVersion !== live.metadata.resourceVersion) throw conflict(resource, name);
}

/** Refuses an object that breaks its schema or its kind's rules. */
export function checkValid(object: KubeObject, live: KubeObject | undefined, { resource, subresource }: Target, siblings: () => readonly KubeObject[]): void {
  const shape = validate(object, resource.schema);
  const types = shape.filter((error) => error.reason === 'FieldValueTypeInvalid');
  if (resource.rules.typed && shape.some((error) => error.message.includes(' in body must be of type byte: '))) throw cannot(resource, 'illegal base64 data');
  if (resource.rules.typed && types[0]) throw cannot(resource, types.map((error) => `${error.field}: ${error.message}`).join(', '));
  const errors: FieldError[] = [...metadataErrors(object, resource.rules.names), ...shape, ...(resource.scale ? scaleErrors(object, resource.scale, subresource === 'status') : [])];
  if (errors.length === 0 && subresource !== 'status') errors.push(...(resource.rules.check?.(object, live, siblings) ?? []));
  const added = (object.metadata.finalizers ?? []).filter((one) => !live?.metadata.finalizers?.includes(one));
  if (live?.metadata.deletionTimestamp && added.length > 0) errors.push(fieldForbidden(added));
  if (errors.length > 0) throw invalid(resource, object.metadata.name ?? '', errors);
}

const fieldForbidden = (added: readonly string[]): FieldError => ({
  field: 'metadata.finalizers', reason: 'FieldValueForbidden', message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(', ')}}`,
});

/** The object with its owners after a create, an update or a patch other than apply. */
export const owned = (live: KubeObject | undefined, object: KubeObject, target: Target, options: WriteOptions): KubeObject =>
  recordUpdate(live, object, ownership(target, options, 'Update'));

/** Whether two states differ in nothing but the times of their managers. */
export const sameButForTimes = (a: KubeObject, b: KubeObject): boolean => equal(timeless(a), timeless(b));

function timeless(object: KubeObject): KubeObject {
  const { managedFields, ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, ...(managedFields && { managedFields: managedFields.map((entry) => ({ ...entry, time: '' })) }) } };
}
