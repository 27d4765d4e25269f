// An object as a patch left it: read as an object of its kind again, and still the object that the path names.
import { metadataSchema } from '../core/metadata.ts';
import { asTyped } from '../core/typed.ts';
import { isObject, text, type KubeObject, type Meta } from '../json.ts';
import { apiVersionOf, type Resource } from '../resource.ts';
import { dropNulls } from '../schema/nulls.ts';
import { prune } from '../schema/prune.ts';
import { badRequest, fieldError, invalid, quoted } from '../status.ts';
import { otherKind, typeMeta } from './decode.ts';
import { decodeStruct, kindOfValue } from './go-types.ts';
import type { Call } from './call.ts';
import type { WriteOptions } from './options.ts';

/** Empty metadata is no metadata, and on kinds that are structs neither is an empty field; but an empty list of managers asks to forget them. */
export function tidy(object: KubeObject, { rules, schema }: Resource): void {
  const cleared = rules.typed && Array.isArray(object.metadata.managedFields) && object.metadata.managedFields.length === 0;
  asTyped(object.metadata, metadataSchema);
  if (rules.typed) asTyped(object, schema);
  if (cleared) object.metadata.managedFields = [];
}

/** Keys in order, as Go writes maps. */
const inOrder = (_key: string, value: unknown): unknown => (isObject(value) ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value);

const metadataOrder = ['name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation', 'creationTimestamp'];

/** Metadata of structs keeps the order of its struct. */
const asStruct = (key: string, value: unknown): unknown =>
  (key === 'metadata' && isObject(value) ? Object.fromEntries([...metadataOrder.filter((one) => value[one] !== undefined).map((one) => [one, value[one]] as const), ...Object.entries(value).filter(([one]) => !metadataOrder.includes(one))]) : inOrder(key, value));

/** What is wrong with a patch is told of the whole object as it would be; of no kind and no name. */
export function unreadable(shown: string, fault: string): Error {
  return invalid({ group: '', plural: '', kind: '' }, '', [{ field: 'patch', reason: 'FieldValueInvalid', message: `Invalid value: ${quoted(shown)}: ${fault}` }]);
}

/** What a patch made. */
export interface Patched {
  readonly value: unknown;
  /** What was wrong with the patch itself. */
  readonly said: readonly string[];
  /** What a refusal shows instead of the object, and its words for a value of a wrong type. */
  readonly print?: string;
  readonly words?: (fault: string) => string;
}

interface Read {
  readonly object: KubeObject;
  readonly unknown: readonly string[];
}

/** The kind and the version of a custom object may be changed by a patch, and are refused when it is checked. */
function checkKind(object: KubeObject, { group, version, kind }: Resource): void {
  const wanted = apiVersionOf(group, version);
  const of = { group: object.apiVersion.includes('/') ? text(object.apiVersion.split('/')[0]) : '', plural: '', kind: object.kind };
  const errors = [
    ...(object.kind === kind ? [] : [fieldError.invalid('kind', object.kind, `must be ${kind}`)]),
    ...(object.apiVersion === wanted ? [] : [fieldError.invalid('apiVersion', object.apiVersion, `must be ${wanted}`)]),
  ];
  if (errors.length > 0) throw invalid(of, object.metadata.name ?? '', errors);
}

function read({ value: patched, print, words }: Patched, resource: Resource): Read {
  const shown = print ?? JSON.stringify(patched, inOrder);
  if (!isObject(patched)) throw unreadable(shown, `couldn't get version/kind; json parse error: json: cannot unmarshal ${kindOfValue(patched)} into Go value of type ${typeMeta}`);
  const typed = resource.rules.typed === true;
  const [apiVersion, kind] = [text(patched['apiVersion']), text(patched['kind'])];
  if (!kind) throw unreadable(shown, `Object 'Kind' is missing in '${shown}'`);
  if (!apiVersion) throw unreadable(shown, `Object 'apiVersion' is missing in '${shown}'`);
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = patched;
  const wanted = apiVersionOf(resource.group, resource.version);
  if (typed && (apiVersion !== wanted || kind !== resource.kind)) throw unreadable(shown, otherKind(patched, { apiVersion, kind }, resource));
  if (typed) {
    const found = decodeStruct({ ...(metadata === undefined ? {} : { metadata }), ...rest }, resource.kind);
    if (found.fault !== undefined) throw unreadable(shown, words ? words(found.fault) : found.fault);
    return { object: { apiVersion, kind, metadata: {}, ...found.value }, unknown: found.unknown };
  }
  const meta = decodeStruct(metadata ?? {}, 'ObjectMeta', 'metadata');
  if (meta.fault !== undefined) throw unreadable(shown, meta.fault);
  return { object: { apiVersion, kind, ...rest, metadata: meta.value as Meta }, unknown: meta.unknown };
}

/** The patched object, ready to be stored, and what is to be warned of. */
export function decodePatched(patched: Patched, { resource, ...call }: Call, { fieldValidation }: WriteOptions): { readonly object: KubeObject; readonly warnings: readonly string[] } {
  const { object, unknown } = read(patched, resource);
  const shown = patched.print ?? (patched.said.length + unknown.length > 0 || fieldValidation === 'Strict' ? JSON.stringify(patched.value, resource.rules.typed ? asStruct : inOrder) : '');
  const found = [...patched.said, ...[...prune(object, resource.schema), ...unknown].map((path) => `unknown field "${path}"`)];
  if (found.length > 0 && fieldValidation === 'Strict') throw unreadable(shown, `strict decoding error: ${found.join(', ')}`);
  if (!resource.rules.typed) dropNulls(object, resource.schema);
  tidy(object, resource);
  checkPlace(object, { resource, ...call });
  if (!resource.rules.typed) checkKind(object, resource);
  return { object, warnings: fieldValidation === 'Warn' ? found : [] };
}

/** Puts an object that names no namespace into that of the path; refuses one that names another place. */
export function checkPlace({ metadata }: KubeObject, { resource, namespace, name = '' }: Pick<Call, 'resource' | 'namespace' | 'name'>): void {
  if (metadata.namespace && metadata.namespace !== (resource.namespaced ? namespace : undefined)) throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (resource.namespaced && namespace) metadata.namespace = namespace;
  else delete metadata.namespace;
  if (!metadata.name) throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (metadata.name !== name) throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
}

/** A patch may say which state it is for; it never gives an object another uid. */
export function checkIdentity({ metadata }: KubeObject, live: KubeObject, { resource, name = '' }: Call): void {
  const { resourceVersion, uid } = metadata;
  // Which state is meant is checked before who it is, as always, and in the same words.
  if (!uid || uid === live.metadata.uid || (resourceVersion && resourceVersion !== live.metadata.resourceVersion)) return;
  const wrong = fieldError.invalid('metadata.uid', uid, 'field is immutable');
  throw invalid(resource, name, [wrong, wrong]);
}
