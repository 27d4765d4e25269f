// An object as a patch left it: read as an object of its kind again, and still the object that the path names.
import { isObject, text, type KubeObject, type Meta } from '../json.ts';
import { apiVersionOf, type Resource } from '../resource.ts';
import { prune } from '../schema/prune.ts';
import { badRequest, conflict, fieldError, invalid } from '../status.ts';
import { typeMeta } from './decode.ts';
import { decodeStruct, kindOfValue } from './go-types.ts';
import type { Call } from './call.ts';
import type { WriteOptions } from './options.ts';

const isEmpty = (value: unknown): boolean => value === null || value === '' || (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0);

/** Empty metadata is no metadata. An empty list of managers says something on kinds that are read as typed objects. */
export function tidyMetadata({ metadata }: KubeObject, typed: boolean): void {
  for (const key of Object.keys(metadata)) if (isEmpty(metadata[key]) && !(typed && key === 'managedFields' && metadata[key] !== null)) delete metadata[key];
}

/** Keys in order, as Go writes maps. */
const inOrder = (_key: string, value: unknown): unknown => (isObject(value) ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value);

/** What is wrong with a patch is told of the whole object as it would be; of no kind and no name. */
export function unreadable(shown: string, fault: string): Error {
  return invalid({ group: '', plural: '', kind: '' }, '', [{ field: 'patch', reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(shown)}: ${fault}` }]);
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

function read(patched: unknown, resource: Resource): Read {
  const shown = JSON.stringify(patched, inOrder);
  if (!isObject(patched)) throw unreadable(shown, `couldn't get version/kind; json parse error: json: cannot unmarshal ${kindOfValue(patched)} into Go value of type ${typeMeta}`);
  const typed = resource.rules.typed === true;
  const [apiVersion, kind] = [text(patched['apiVersion']), text(patched['kind'])];
  if (!kind) throw unreadable(shown, `Object 'Kind' is missing in '${shown}'`);
  if (!apiVersion) throw unreadable(shown, `Object 'apiVersion' is missing in '${shown}'`);
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = patched;
  const wanted = apiVersionOf(resource.group, resource.version);
  if (typed && (apiVersion !== wanted || kind !== resource.kind)) throw unreadable(shown, `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`);
  if (typed) {
    const found = decodeStruct({ ...(metadata === undefined ? {} : { metadata }), ...rest }, resource.kind);
    if (found.fault !== undefined) throw unreadable(shown, found.fault);
    return { object: { apiVersion, kind, metadata: {}, ...found.value }, unknown: found.unknown };
  }
  const meta = decodeStruct(metadata ?? {}, 'ObjectMeta', 'metadata');
  if (meta.fault !== undefined) throw unreadable(shown, meta.fault);
  return { object: { apiVersion, kind, ...rest, metadata: meta.value as Meta }, unknown: meta.unknown };
}

/** The patched object, ready to be stored, and what is to be warned of. `said`: what was wrong with the patch itself. */
export function decodePatched(patched: unknown, { resource, ...call }: Call, said: readonly string[], { fieldValidation }: WriteOptions): { readonly object: KubeObject; readonly warnings: readonly string[] } {
  const { object, unknown } = read(patched, resource);
  const found = [...said, ...[...unknown, ...prune(object, resource.schema)].map((path) => `unknown field ${JSON.stringify(path)}`)];
  if (found.length > 0 && fieldValidation === 'Strict') throw unreadable(JSON.stringify(patched, inOrder), `strict decoding error: ${found.join(', ')}`);
  tidyMetadata(object, resource.rules.typed === true);
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

/** A patch may say which state it is for; it never gives an object another uid. Custom kinds must not lose their version. */
export function checkIdentity({ metadata }: KubeObject, live: KubeObject, { resource, name = '' }: Call): void {
  if (!metadata.resourceVersion && !resource.rules.typed) throw invalid({ ...resource, kind: resource.plural }, name, [{ field: 'metadata.resourceVersion', reason: 'FieldValueInvalid', message: 'Invalid value: 0: must be specified for an update' }]);
  if (metadata.resourceVersion && metadata.resourceVersion !== live.metadata.resourceVersion) throw conflict(resource, name);
  if (metadata.uid && metadata.uid !== live.metadata.uid) {
    const wrong = fieldError.invalid('metadata.uid', metadata.uid, 'field is immutable');
    throw invalid(resource, name, [wrong, wrong]);
  }
}

