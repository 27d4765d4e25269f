// RFC 7386 as Kubernetes' library takes it: objects are merged, null removes, everything else replaces.
import { copy, isObject, type JsonObject } from '../json.ts';
import { badRequest } from '../status.ts';
import { kindOfValue } from '../rest/go-types.ts';

/** The body as the object that a merge patch must be; 400 for anything else, `lead` before what is wrong. */
export function readMergePatch(body: unknown, lead: string): JsonObject {
  if (isObject(body)) return body;
  throw badRequest(body === null ? 'Invalid JSON Patch' : `${lead}json: cannot unmarshal ${kindOfValue(body)} into Go value of type map[string]interface {}`);
}

/** The patched object: `original` is left as it is. */
export function mergePatch(original: unknown, patch: unknown): unknown {
  // A list in the place of an object is taken as it is; one in any other place loses its nulls.
  if (!isObject(patch)) return copy(patch);
  const made: JsonObject = isObject(original) ? copy(original) : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete made[key];
    else made[key] = isObject(made[key]) ? mergePatch(made[key], value) : fresh(value);
  }
  return made;
}

/** What is new holds no null fields, not even inside of lists; null items stay. */
function fresh(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fresh);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null).map(([key, one]) => [key, fresh(one)]));
}
