// PATCH in its four languages: JSON patch, merge patch, strategic merge patch, server-side apply.
import { isObject, type KubeObject } from '../json.ts';
import { jsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { strategicPatch } from '../patch/strategic.ts';
import { prune } from '../schema/prune.ts';
import type { Resource } from '../resource.ts';
import { badRequest, invalid, unroutedMediaType, unsupportedMediaType } from '../status.ts';
import { decodeObject } from './admission.ts';
import { apply } from './apply.ts';
import { mediaType, parseJson, parseYaml, readBytes, type Parsed } from './body.ts';
import type { Answer, Call } from './call.ts';
import { change, targetOf } from './change.ts';
import { writeOptions, type WriteOptions } from './options.ts';
import { requiredObject } from './read.ts';

const types = { json: 'application/json-patch+json', merge: 'application/merge-patch+json', strategic: 'application/strategic-merge-patch+json', apply: 'application/apply-patch+yaml' } as const;

export function accepted(resource: Resource): readonly string[] {
  return [types.json, types.merge, ...(resource.rules.strategic ? [types.strategic] : []), types.apply];
}

export async function patch(call: Call): Promise<Answer> {
  const type = mediaType(call.request);
  if (!accepted(call.resource).includes(type)) throw call.resource.rules.typed ? unroutedMediaType() : unsupportedMediaType(accepted(call.resource));
  const options = writeOptions(call.query);
  if (options.force && type !== types.apply) throw badRequest('PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch');
  if (type === types.apply && !options.fieldManager) throw badRequest('PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch');
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
