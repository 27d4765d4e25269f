// The scale subresource of custom kinds: a small object that stands for the replica counts of a large one.
import { applyTo, recordUpdate } from '../apply/apply.ts';
import { decode, encode } from '../apply/managed-fields.ts';
import { scaleVersion, toParent, toScale, type ReplicasPath } from '../apply/scale-managers.ts';
import { scaleColumns } from '../core/columns.ts';
import { metadataSchema } from '../core/metadata.ts';
import { at, copy, equal, isObject, type JsonObject, type KubeObject } from '../json.ts';
import { apiVersionOf, splitApiVersion, type Resource, type Scale } from '../resource.ts';
import { internal, noSuchPath, badRequest, untypable } from '../status.ts';
import { checkFields, ownership } from './admission.ts';
import { parseConfiguration } from './apply.ts';
import { readBytes, readObject } from './body.ts';
import type { Answer, Call } from './call.ts';
import { change, targetOf, type Made } from './change.ts';
import { writeOptions, type WriteOptions } from './options.ts';
import { patchedBy, patchOptions, patchType, patchTypes } from './patch.ts';
import { checkPlace, decodePatched } from './patched.ts';
import { present } from './present.ts';
import { requiredObject } from './read.ts';

/** Stands for replicas that are not there: no count that anybody could have written. */
const noReplicas = -(2 ** 31);

function scaleOf(object: KubeObject, scale: Scale, missing = 0): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = scale.labelSelector && at(object, ...scale.labelSelector);
  return {
    kind: 'Scale', apiVersion: scaleVersion,
    metadata: { ...(name && { name }), ...(namespace && { namespace }), ...(uid && { uid }), ...(resourceVersion && { resourceVersion }), ...(creationTimestamp && { creationTimestamp }) },
    spec: { replicas: at(object, ...scale.specReplicas) ?? missing },
    status: { replicas: at(object, ...scale.statusReplicas) ?? 0, ...(typeof selector === 'string' && selector && { selector }) },
  };
}

function setAt(object: JsonObject, path: readonly string[], value: unknown): void {
  const last = path.at(-1) ?? '';
  let parent = object;
  for (const key of path.slice(0, -1)) {
    const next = isObject(parent[key]) ? parent[key] : (parent[key] = {});
    parent = next as JsonObject;
  }
  parent[last] = value;
}

const count = { type: 'integer', format: 'int32' } as const;
const scaleSchema = {
  type: 'object',
  properties: {
    apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: metadataSchema,
    spec: { type: 'object', properties: { replicas: count } }, status: { type: 'object', properties: { replicas: count, selector: { type: 'string' } } },
  },
} as const;

const scaleKind = (resource: Resource): Resource => ({ ...resource, group: 'autoscaling', version: 'v1', kind: 'Scale', schema: scaleSchema, rules: { names: 'subdomain', typed: true } });

export async function scale(call: Call): Promise<Answer> {
  const { resource, request } = call;
  const paths = resource.scale;
  if (!paths) throw noSuchPath();
  const main: Call = { ...call, subresource: undefined };
  if (request.method !== 'GET') return write(call, main, paths);
  const live = requiredObject(main);
  if (at(live, ...paths.specReplicas) === undefined) throw internal(`the spec replicas field ".${paths.specReplicas.join('.')}" does not exist`);
  return { code: 200, body: present(scaleOf(live, paths), { ...call, resource: { ...scaleKind(resource), columns: scaleColumns } }) };
}

async function write(call: Call, main: Call, paths: Scale): Promise<Answer> {
  const { resource, request, registry } = call;
  const as: Call = { ...call, resource: scaleKind(resource) };
  const type = request.method === 'PATCH' ? patchType(call) : undefined;
  const options = type === undefined ? writeOptions(call.query) : patchOptions(type, call.query);
  const body = type === undefined ? await readObject(request, as.resource) : (await readBytes(request)).toString('utf8');
  const live = requiredObject(main);
  const pathOf: ReplicasPath = (apiVersion) => {
    const { group, version } = splitApiVersion(apiVersion);
    const found = group === resource.group ? registry.find(group, version, resource.plural) : undefined;
    return found && (found.scale?.specReplicas ?? null);
  };
  const managers = decode(live.metadata.managedFields) ?? [];
  const owners = encode(toScale(managers, pathOf));
  const shown = scaleOf(live, paths, noReplicas);
  const before: KubeObject = { ...shown, metadata: { ...shown.metadata, ...(owners.length > 0 && { managedFields: owners }) } };
  const { object: after, warnings } = typeof body === 'string' ? await patched(as, before, { type: type ?? '', text: body }, options) : put(as, before, body, options);
  const replicas = at(after, 'spec', 'replicas') ?? 0;
  if (replicas === noReplicas) throw badRequest(`the spec replicas field ".${paths.specReplicas.join('.')}" cannot be empty`);
  const object = copy(live);
  setAt(object, paths.specReplicas, replicas);
  if (after.metadata.resourceVersion) object.metadata.resourceVersion = after.metadata.resourceVersion;
  object.metadata.managedFields = encode(toParent(managers, decode(after.metadata.managedFields) ?? [], apiVersionOf(resource.group, resource.version), pathOf));
  const answer = await change(main, live, { object, warnings }, options, (_live, made) => made);
  return { ...answer, body: scaleOf({ ...object, ...answer.body } as KubeObject, paths) };
}

/** The fields of a scale belong to its managers in the version of the scale. */
const context = (call: Call, options: WriteOptions, operation: 'Apply' | 'Update'): ReturnType<typeof ownership> =>
  ownership({ ...targetOf(call), schemaOf: (apiVersion) => (apiVersion === scaleVersion ? scaleSchema : undefined) }, options, operation);

function put(call: Call, before: KubeObject, { value, said, unknown }: { readonly value: JsonObject; readonly said: readonly string[]; readonly unknown: readonly string[] }, options: WriteOptions): Made {
  const object: KubeObject = { apiVersion: scaleVersion, kind: 'Scale', metadata: {}, ...copy(value) };
  const warnings = checkFields(object, { said, unknown }, call.resource, options);
  checkPlace(object, call);
  return { object: recordUpdate(before, object, context(call, options, 'Update')), warnings };
}

async function patched(call: Call, before: KubeObject, { type, text }: { readonly type: string; readonly text: string }, options: WriteOptions): Promise<Made> {
  if (type === patchTypes.apply) return { object: await applied(call, before, text, options), warnings: [] };
  const made = decodePatched(patchedBy(type, before, text, scaleSchema), call, options);
  return { ...made, object: recordUpdate(before, made.object, context(call, options, 'Update')) };
}

async function applied(call: Call, before: KubeObject, text: string, options: WriteOptions): Promise<KubeObject> {
  const { value } = await parseConfiguration(text);
  const config = { metadata: {}, ...(isObject(value) ? value : {}) } as KubeObject;
  if (config.apiVersion !== scaleVersion || config.kind !== 'Scale') throw badRequest(`invalid object type: ${String(config.apiVersion ?? '/')}, Kind=${String(config.kind ?? '')}`);
  const made = applyTo(before, config, options.force, context(call, options, 'Apply'));
  checkPlace(made, call);
  // As on a real cluster, only an apply that changes nothing goes through on the scale of a custom kind.
  if (!equal(made['spec'], before['spec'])) {
    throw untypable(`failed to convert new object (${config.metadata.namespace ?? ''}/${config.metadata.name ?? ''}; ${scaleVersion}, Kind=Scale) to proper version: request to convert CR to an invalid group/version: ${scaleVersion}`);
  }
  return made;
}
