// PATCH in its four languages: JSON patch, merge patch, strategic merge patch, server-side apply.
import { applyTo } from '../apply/apply.ts';
import { copy, isObject, type JsonObject, type KubeObject } from '../json.ts';
import { jsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { strategicPatch } from '../patch/strategic.ts';
import { prune } from '../schema/prune.ts';
import type { Resource } from '../resource.ts';
import { badRequest, invalid, notFound, unsupportedMediaType, untypable } from '../status.ts';
import { checkFields, decodeObject, ownership } from './admission.ts';
import { mediaType, parseJson, parseYaml, readBytes, type Parsed } from './body.ts';
import type { Answer, Call } from './call.ts';
import { change, create, targetOf, type Made } from './change.ts';
import { writeOptions, type WriteOptions } from './options.ts';
import { present } from './present.ts';
import { liveObject, requiredObject } from './read.ts';

const types = { json: 'application/json-patch+json', merge: 'application/merge-patch+json', strategic: 'application/strategic-merge-patch+json', apply: 'application/apply-patch+yaml' } as const;

function accepted(resource: Resource): readonly string[] {
  return [types.json, types.merge, ...(resource.rules.strategic ? [types.strategic] : []), types.apply];
}

export async function patch(call: Call): Promise<Answer> {
  const type = mediaType(call.request);
  if (!accepted(call.resource).includes(type)) throw unsupportedMediaType(accepted(call.resource));
  const options = writeOptions(call.query);
  if (options.force && type !== types.apply) throw badRequest('PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch');
  const text = (await readBytes(call.request)).toString('utf8');
  if (type === types.apply) return apply(call, await parseYaml(text), options);
  const parsed = parseJson(text);
  const live = requiredObject(call);
  const patched = patchedBy(type, live, parsed.value, call.resource);
  if (!isObject(patched)) throw badRequest('the patch leaves no object');
  const object = decodeObject(patched, targetOf(call));
  return change(call, live, { object, warnings: unknownFields(call, object, parsed, options) }, options);
}

function patchedBy(type: string, live: KubeObject, value: unknown, resource: Resource): unknown {
  if (type === types.json) return jsonPatch(live, value);
  if (!isObject(value)) throw badRequest('error decoding patch: it must be an object');
  return type === types.merge ? mergePatch(live, value) : strategicPatch(live, value, resource.schema);
}

/** In a patch, strict validation speaks of the patch. */
function unknownFields({ resource, name }: Call, object: KubeObject, parsed: Parsed, options: WriteOptions): readonly string[] {
  const found = [...parsed.duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`), ...prune(object, resource.schema).map((path) => `unknown field ${JSON.stringify(path)}`)];
  if (found.length === 0 || options.fieldValidation === 'Ignore') return [];
  if (options.fieldValidation === 'Warn') return found;
  throw invalid(resource, name ?? '', [{ field: 'patch', reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(parsed.text.slice(0, 1024))}: strict decoding error: ${found.join(', ')}` }]);
}

async function apply(call: Call, parsed: Parsed, options: WriteOptions): Promise<Answer> {
  if (!options.fieldManager) throw badRequest('PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch');
  if (!isObject(parsed.value)) throw badRequest('error decoding the body: it must be an object');
  const given: JsonObject = parsed.value;
  if (isObject(given['metadata']) && Array.isArray(given['metadata']['managedFields']) && given['metadata']['managedFields'].length > 0) throw badRequest('metadata.managedFields must be nil');
  if (given['apiVersion'] === undefined || given['kind'] === undefined) throw badRequest('an applied configuration must name its apiVersion and kind');
  const target = targetOf(call);
  const config = decodeObject(given, target);
  // Unknown fields are refused below, when the configuration is read by its schema; only duplicates are left to warn of.
  const warnings = parsed.duplicates.length > 0 ? checkFields(copy(config), parsed.duplicates, call.resource, options) : [];
  const { uid, resourceVersion } = config.metadata;
  const live = liveObject(call);
  if (!live && (call.subresource || uid)) throw notFound(call.resource, call.name ?? '');
  const undeclared = prune(copy(config), call.resource.schema);
  if (undeclared.length > 0) throw undeclaredError(config, undeclared);
  const merged = applyTo(live, relevant(withoutServerFields(config), call), options.force, ownership(target, options, 'Apply'));
  const keepOwners = (_live: KubeObject | undefined, object: KubeObject): KubeObject => object;
  if (!live) return create(call, { object: copy(merged), warnings }, options, keepOwners);
  const sent: Made = { object: copy(merged), warnings };
  sent.object.metadata.resourceVersion = resourceVersion ?? '';
  sent.object.metadata.uid = uid ?? '';
  if (merged === live && !resourceVersion && !uid) return { code: 200, body: present(live, call), warnings };
  return change(call, live, sent, options, keepOwners);
}

function undeclaredError(config: KubeObject, paths: readonly string[]): Error {
  const { namespace, name } = config.metadata;
  const lines = paths.slice(0, 20).map((path) => `.${path}: field not declared in schema`);
  return untypable(`failed to create typed patch object (${namespace ? `${namespace}/` : '/'}${name ?? ''}; ${config.apiVersion}, Kind=${config.kind}): ${lines.length === 1 ? lines[0] : `errors:\n${lines.map((line) => `  ${line}`).join('\n')}`}`);
}

/** The half of the object that this endpoint writes; the other half neither changes nor conflicts. */
function relevant(config: KubeObject, { resource, subresource }: Call): KubeObject {
  const { status, ...rest } = config;
  if (subresource !== 'status') return resource.status ? (rest as KubeObject) : config;
  const { name, namespace } = config.metadata;
  return { apiVersion: config.apiVersion, kind: config.kind, metadata: { ...(name && { name }), ...(namespace && { namespace }) }, ...(status !== undefined && { status }) };
}

/** What the server keeps can't be applied; a stale copy of it in a manifest does no harm. */
function withoutServerFields(config: KubeObject): KubeObject {
  const { uid: _uid, resourceVersion: _version, creationTimestamp: _created, generation: _generation, managedFields: _managed, ...metadata } = config.metadata;
  return { ...config, metadata };
}
