// The scale subresource of custom kinds: a small object that stands for the replica counts of a large one.
import { at, copy, isObject, type JsonObject, type KubeObject } from '../json.ts';
import type { Scale } from '../resource.ts';
import { fieldError, invalid, noSuchPath, unsupportedMediaType } from '../status.ts';
import { jsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { mediaType, parseJson, readBytes, readObject } from './body.ts';
import type { Answer, Call } from './call.ts';
import { change } from './change.ts';
import { writeOptions } from './options.ts';
import { requiredObject } from './read.ts';

function scaleOf(object: KubeObject, scale: Scale): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = scale.labelSelector && at(object, ...scale.labelSelector);
  return {
    kind: 'Scale', apiVersion: 'autoscaling/v1',
    metadata: { ...(name && { name }), ...(namespace && { namespace }), ...(uid && { uid }), ...(resourceVersion && { resourceVersion }), ...(creationTimestamp && { creationTimestamp }) },
    spec: { replicas: at(object, ...scale.specReplicas) ?? 0 },
    status: { replicas: at(object, ...scale.statusReplicas) ?? 0, ...(typeof selector === 'string' && { selector }) },
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

const scaleKind = { group: 'autoscaling', version: 'v1', plural: 'scales', kind: 'Scale', rules: { typed: true } } as const;

export async function scale(call: Call): Promise<Answer> {
  const { resource, request } = call;
  const paths = resource.scale;
  if (!paths) throw noSuchPath();
  const main: Call = { ...call, subresource: undefined };
  if (request.method === 'GET') return { code: 200, body: scaleOf(requiredObject(main), paths) };
  const sent = request.method === 'PUT' ? (await readObject(request, scaleKind)).value : await patchedScale(call, paths);
  const live = requiredObject(main);
  const replicas = at(sent, 'spec', 'replicas') ?? 0;
  if (!Number.isInteger(replicas) || Number(replicas) < 0) {
    throw invalid({ group: 'autoscaling', plural: 'scales', kind: 'Scale' }, call.name ?? '', [fieldError.invalid('spec.replicas', replicas, 'must be greater than or equal to 0')]);
  }
  const object = copy(live);
  setAt(object, paths.specReplicas, replicas);
  const version = at(sent, 'metadata', 'resourceVersion');
  if (version) object.metadata.resourceVersion = String(version);
  const answer = await change(main, live, { object, warnings: [] }, writeOptions(call.query));
  return { ...answer, body: scaleOf({ ...object, ...answer.body } as KubeObject, paths) };
}

async function patchedScale(call: Call, paths: Scale): Promise<JsonObject> {
  const { value } = parseJson((await readBytes(call.request)).toString('utf8'));
  const live = scaleOf(requiredObject({ ...call, subresource: undefined }), paths);
  const type = mediaType(call.request);
  const apply: { readonly [type: string]: (original: unknown, patch: unknown) => unknown } = { 'application/json-patch+json': jsonPatch, 'application/merge-patch+json': mergePatch };
  const patched = apply[type]?.(live, value);
  if (!isObject(patched)) throw unsupportedMediaType(Object.keys(apply));
  return patched;
}
