// RFC 7386: objects are merged, null removes, everything else replaces.
import { copy, isObject, type JsonObject } from '../json.ts';

export function mergePatch(original: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return copy(patch);
  const made: JsonObject = isObject(original) ? copy(original) : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete made[key];
    else made[key] = mergePatch(made[key], value);
  }
  return made;
}
