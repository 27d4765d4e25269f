// PATCH in its four languages: JSON patch, merge patch, strategic merge patch, server-side apply.
import { type JsonObject } from '../json.ts';
import { jsonPatch, readJsonPatch } from '../patch/json-patch.ts';
import { mergePatch, readMergePatch } from '../patch/merge-patch.ts';
import { strategicPatch } from '../patch/strategic.ts';
import type { Resource } from '../resource.ts';
import type { Schema } from '../schema/schema.ts';
import { badRequest, fieldError, invalid, unroutedMediaType, unsupportedMediaType, type FieldError } from '../status.ts';
import { apply, parseConfiguration } from './apply.ts';
import { mediaType, parseJson, readBytes, Unreadable, type Parsed } from './body.ts';
import type { Answer, Call } from './call.ts';
import { change } from './change.ts';
import { writeOptions, type WriteOptions } from './options.ts';
import { checkIdentity, decodePatched } from './patched.ts';
import { requiredObject } from './read.ts';

export const patchTypes = { json: 'application/json-patch+json', merge: 'application/merge-patch+json', strategic: 'application/strategic-merge-patch+json', apply: 'application/apply-patch+yaml' } as const;

/** The types of patches that a kind takes. */
export const accepted = (resource: Resource): readonly string[] => [patchTypes.json, patchTypes.merge, ...(resource.rules.strategic ? [patchTypes.strategic] : []), patchTypes.apply];

/** The type of a patch, when the kind takes it. */
export function patchType({ request, resource }: Call): string {
  const type = mediaType(request);
  if (accepted(resource).includes(type)) return type;
  throw resource.rules.typed ? unroutedMediaType() : unsupportedMediaType(accepted(resource));
}

export function patchOptions(type: string, query: URLSearchParams): WriteOptions {
  const options = writeOptions(query);
  const wrong: FieldError[] = [];
  if (type === patchTypes.apply && !options.fieldManager) wrong.push(fieldError.required('fieldManager', 'is required for apply patch'));
  if (type !== patchTypes.apply && query.has('force')) wrong.push(fieldError.forbidden('force', 'may not be specified for non-apply patch'));
  if (wrong.length > 0) throw invalid({ group: 'meta.k8s.io', plural: '', kind: 'PatchOptions' }, '', wrong);
  return options;
}

export async function patch(call: Call): Promise<Answer> {
  const type = patchType(call);
  const options = patchOptions(type, call.query);
  const text = (await readBytes(call.request)).toString('utf8');
  if (type === patchTypes.apply) return apply(call, await parseConfiguration(text), options);
  const live = requiredObject(call);
  const { patched, said } = patchedBy(type, live, text, call.resource.schema);
  const made = decodePatched(patched, call, said, options);
  checkIdentity(made.object, live, call);
  return change(call, live, made, options);
}

/** What a patch makes of an object, and what it says that it should not. */
export function patchedBy(type: string, live: JsonObject, text: string, schema: Schema): { readonly patched: unknown; readonly said: readonly string[] } {
  const { value, duplicates } = parsePatch(text, type === patchTypes.strategic ? '' : 'error decoding patch: ');
  const repeated = duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`);
  if (type === patchTypes.json) {
    const { operations, unknown } = readJsonPatch(value);
    return { patched: jsonPatch(live, operations), said: [...repeated, ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`)].map((one) => `json patch ${one}`) };
  }
  if (type === patchTypes.strategic) return { patched: strategicPatch(live, value === null ? {} : readMergePatch(value, ''), schema), said: repeated };
  return { patched: mergePatch(live, readMergePatch(value, 'error decoding patch: ')), said: repeated };
}

function parsePatch(text: string, lead: string): Parsed {
  try {
    return parseJson(text);
  } catch (error) {
    throw error instanceof Unreadable ? badRequest(`${lead}${error.fault}`) : error;
  }
}
