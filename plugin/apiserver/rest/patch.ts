// PATCH in its four languages: JSON patch, merge patch, strategic merge patch, server-side apply.
import type { JsonObject } from '../json.ts';
import { jsonPatch, readJsonPatch } from '../patch/json-patch.ts';
import { mergePatch, readMergePatch } from '../patch/merge-patch.ts';
import { strategicPatch } from '../patch/strategic.ts';
import type { Resource } from '../resource.ts';
import { goText } from '../schema/go-text.ts';
import type { Schema } from '../schema/schema.ts';
import { badRequest, fieldError, invalidOptions, unroutedMediaType, unsupportedMediaType, type FieldError } from '../status.ts';
import { apply, parseConfiguration } from './apply.ts';
import { mediaType, parseJson, readBytes, type Parsed } from './body.ts';
import type { Answer, Call } from './call.ts';
import { change } from './change.ts';
import { writeOptions, type WriteOptions } from './options.ts';
import { converterWords } from '../patch/strategic-words.ts';
import { Unreadable } from './json-scan.ts';
import { checkIdentity, decodePatched, type Patched } from './patched.ts';
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
  const options = writeOptions(query, 'PatchOptions');
  const wrong: FieldError[] = [];
  if (type === patchTypes.apply && !options.fieldManager) wrong.push(fieldError.required('fieldManager', 'is required for apply patch'));
  if (type !== patchTypes.apply && query.has('force')) wrong.push(fieldError.forbidden('force', 'may not be specified for non-apply patch'));
  if (wrong.length > 0) throw invalidOptions('PatchOptions', wrong);
  return options;
}

export async function patch(call: Call): Promise<Answer> {
  const type = patchType(call);
  const options = patchOptions(type, call.query);
  const text = (await readBytes(call.request)).toString('utf8');
  if (type === patchTypes.apply) return apply(call, await parseConfiguration(text), options);
  const live = requiredObject(call);
  const made = decodePatched(patchedBy(type, live, text, call.resource.schema), call, options);
  checkIdentity(made.object, live, call);
  return change(call, live, made, options);
}

/** What a patch makes of an object, and what it says that it should not. */
export function patchedBy(type: string, live: JsonObject, text: string, schema: Schema): Patched {
  const { value, duplicates } = parsePatch(text, type === patchTypes.strategic ? '' : 'error decoding patch: ');
  const repeated = duplicates.map((path) => `duplicate field "${path}"`);
  if (type === patchTypes.json) {
    const { operations, unknown } = readJsonPatch(value);
    return { value: jsonPatch(live, operations), said: [...repeated, ...unknown.map((path) => `unknown field "${path}"`)].map((one) => `json patch ${one}`) };
  }
  if (type === patchTypes.strategic) {
    const read = value === null ? {} : readMergePatch(value, '');
    return { value: strategicPatch(live, read, schema), said: repeated, print: goText(read), words: converterWords };
  }
  return { value: mergePatch(live, readMergePatch(value, 'error decoding patch: ')), said: repeated };
}

function parsePatch(text: string, lead: string): Parsed {
  try {
    return parseJson(text);
  } catch (error) {
    throw error instanceof Unreadable ? badRequest(`${lead}${error.fault}`) : error;
  }
}
