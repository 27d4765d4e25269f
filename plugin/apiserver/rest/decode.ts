// From a parsed body to the object of a kind: which kind it says it is, and what cannot be read, in the words of Kubernetes' decoders.
import { isObject, text, type JsonObject } from '../json.ts';
import { apiVersionOf, splitApiVersion, type Resource, type Rules } from '../resource.ts';
import { badRequest, invalid } from '../status.ts';
import { decodeStruct, isGoType, kindOfValue } from './go-types.ts';

/** What of a kind decoding needs: also kinds that are only answered, never stored. */
export type Decodable = Pick<Resource, 'group' | 'version' | 'plural' | 'kind'> & { readonly rules: Pick<Rules, 'typed'> };

export interface Body {
  readonly value: unknown;
  /** As it was sent: what is wrong is shown in its own words. */
  readonly bytes: Buffer;
}

export interface Read {
  readonly value: JsonObject;
  /** Paths of fields that the kind does not have, where its Go struct tells; those that a schema tells are found later. */
  readonly unknown: readonly string[];
}

const mostShown = 30;

function summary(bytes: Buffer): string {
  if (bytes.length === 0) return '<empty>';
  const form = bytes[0] === 0x7b ? 'utf8' : 'hex';
  return bytes.subarray(0, mostShown).toString(form) + (bytes.length > mostShown ? ' ...' : '');
}

export const unrecognized = (resource: Pick<Resource, 'kind'>, why: string, bytes: Buffer): Error =>
  badRequest(`the object provided is unrecognized (must be of type ${resource.kind}): ${why} (${summary(bytes)})`);

export const typeMeta = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** The kind and version that a body says it is of. */
function interpret({ value, bytes }: Body, resource: Decodable): { readonly object: JsonObject; readonly apiVersion: string; readonly kind: string } {
  const wrong = (why: string): Error => unrecognized(resource, `couldn't get version/kind; json parse error: json: cannot unmarshal ${why}`, bytes);
  const object = value ?? {};
  if (!isObject(object)) throw wrong(`${kindOfValue(value)} into Go value of type ${typeMeta}`);
  for (const field of Object.keys(object)) {
    const found = object[field];
    if ((field === 'apiVersion' || field === 'kind') && found !== null && typeof found !== 'string') throw wrong(`${kindOfValue(found)} into Go struct field .${field} of type string`);
  }
  const apiVersion = text(object['apiVersion']);
  if (apiVersion.split('/').length > 2) throw unrecognized(resource, `unexpected GroupVersion string: ${apiVersion}`, bytes);
  return { object, apiVersion: apiVersion === '/' ? '' : apiVersion, kind: text(object['kind']) };
}

export const unhandled = (resource: Pick<Resource, 'kind' | 'version'>, why: string, said: Pick<Resource, 'kind' | 'version'> = resource): Error =>
  badRequest(`${said.kind} in version ${JSON.stringify(said.version)} cannot be handled as a ${resource.kind}: ${why}`);

/** Go writes down where its list of types was made: there is one for the definitions of kinds, one for all others. */
const schemes = { definitions: 'k8s.io/apiextensions-apiserver/pkg/apiserver/apiserver.go:54', others: 'pkg/runtime/scheme.go:111' };

const bare = ({ apiVersion: _version, kind: _kind, ...rest }: JsonObject): JsonObject => rest;
/** What Go calls the package of a group's types. */
const internal: { readonly [group: string]: string } = { 'authorization.k8s.io': 'authorization', 'authentication.k8s.io': 'authentication', 'coordination.k8s.io': 'coordination', 'apiextensions.k8s.io': 'apiextensions' };

/** Why an object that says that it is of another kind or version cannot be taken for one of this kind. */
export function otherKind(object: JsonObject, { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }, resource: Decodable): string {
  const { fault } = isGoType(kind) && apiVersion === 'v1' ? decodeStruct(bare(object), kind) : { fault: '' };
  if (fault !== '') return fault ?? `converting (v1.${kind}) to (${internal[resource.group] ?? 'core'}.${resource.kind}): unknown conversion`;
  const scheme = resource.group === 'apiextensions.k8s.io' ? schemes.definitions : schemes.others;
  return `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme ${JSON.stringify(scheme)}`;
}

function readTyped(body: Body, resource: Decodable): Read {
  const said = interpret(body, resource);
  const kind = said.kind || resource.kind;
  const apiVersion = said.apiVersion || apiVersionOf(resource.group, resource.version);
  const { version } = splitApiVersion(apiVersion);
  const isOther = kind !== resource.kind || apiVersion !== apiVersionOf(resource.group, resource.version);
  if (isOther) throw unhandled(resource, otherKind(said.object, { apiVersion, kind }, resource), { kind, version });
  const { value, fault, unknown } = decodeStruct(bare(said.object), kind);
  if (fault !== undefined) throw unhandled(resource, fault, { kind, version });
  return { value: { apiVersion, kind, ...value }, unknown };
}

function readCustom(body: Body, resource: Decodable): Read {
  const { object, apiVersion, kind } = interpret(body, resource);
  const wanted = apiVersionOf(resource.group, resource.version);
  if (!kind) throw unrecognized(resource, `Object 'Kind' is missing in '${body.bytes.toString('utf8')}'`, body.bytes);
  const { metadata, ...rest } = object;
  const read = metadata === undefined || metadata === null ? { value: {}, unknown: [], fault: undefined } : decodeStruct(metadata, 'ObjectMeta', 'metadata');
  if (read.fault !== undefined) throw unhandled(resource, read.fault, { kind, version: splitApiVersion(apiVersion).version });
  if (apiVersion !== wanted) throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${wanted})`);
  if (kind !== resource.kind) throw invalid({ ...resource, kind }, text(read.value['name']), [{ field: 'kind', reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(kind)}: must be ${resource.kind}` }]);
  return { value: { ...rest, metadata: read.value }, unknown: read.unknown };
}

/** The object that a body is; throws what a client is told when it is none of this kind. */
export const readAs = (body: Body, resource: Decodable): Read => (isGoType(resource.kind) && resource.rules.typed ? readTyped(body, resource) : readCustom(body, resource));
