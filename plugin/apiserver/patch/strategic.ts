// Strategic merge: like a merge patch, but lists with a merge key are merged item by item. Core kinds only.
import { copy, equal, isObject, list, type JsonObject } from '../json.ts';
import { anything, fieldSchema, type Schema } from '../schema/schema.ts';
import { badRequest } from '../status.ts';

const order = '$setElementOrder/';
const removal = '$deleteFromPrimitiveList/';

/** The patched value. The schema's patch strategy and merge keys say how lists are merged. */
export function strategicPatch(original: unknown, patch: unknown, schema: Schema): unknown {
  if (!isObject(patch)) return copy(patch);
  const directive = patch['$patch'];
  if (directive === 'delete') return undefined;
  if (directive !== undefined && directive !== 'replace' && directive !== 'merge') throw badRequest(`Unknown patch type: ${JSON.stringify(directive)}`);
  const made: JsonObject = isObject(original) && directive !== 'replace' ? copy(original) : {};
  const retained = patch['$retainKeys'];
  if (Array.isArray(retained)) for (const key of Object.keys(made)) if (!retained.includes(key)) delete made[key];
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(removal)) {
      const field = key.slice(removal.length);
      made[field] = list(made[field]).filter((item) => !list(value).some((gone) => equal(gone, item)));
    } else if (!key.startsWith('$')) setField(made, key, value, schema);
  }
  for (const [key, value] of Object.entries(patch)) if (key.startsWith(order)) sort(made, key.slice(order.length), list(value), schema);
  return made;
}

function setField(made: JsonObject, key: string, value: unknown, schema: Schema): void {
  const below = fieldSchema(schema, key) ?? anything;
  const patched = value === null ? undefined : Array.isArray(value) ? mergeList(made[key], value, below) : strategicPatch(made[key], value, below);
  if (patched === undefined) delete made[key];
  else made[key] = patched;
}

function mergeList(original: unknown, patch: readonly unknown[], schema: Schema): unknown {
  const replaced = patch.some((item) => isObject(item) && item['$patch'] === 'replace' && Object.keys(item).length === 1);
  const items = patch.filter((item) => !(isObject(item) && item['$patch'] === 'replace' && Object.keys(item).length === 1));
  if (replaced || schema['x-kubernetes-patch-strategy'] !== 'merge') return copy(items);
  const key = schema['x-kubernetes-patch-merge-key'];
  let made = [...list(copy(original))];
  for (const item of items) {
    if (!key) {
      if (!made.some((one) => equal(one, item))) made.push(copy(item));
      continue;
    }
    if (!isObject(item) || item[key] === undefined) throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    const at = made.findIndex((one) => isObject(one) && equal(one[key], item[key]));
    if (item['$patch'] === 'delete') made = made.filter((_, index) => index !== at);
    else if (at < 0) made.push(strategicPatch({}, item, schema.items ?? anything));
    else made[at] = strategicPatch(made[at], item, schema.items ?? anything);
  }
  return made;
}

/** Items that the client orders come in its order; the others keep their places behind. */
function sort(made: JsonObject, field: string, wanted: readonly unknown[], schema: Schema): void {
  const key = fieldSchema(schema, field)?.['x-kubernetes-patch-merge-key'];
  if (!Array.isArray(made[field])) return;
  const rank = (item: unknown): number => {
    const found = wanted.findIndex((one) => (key ? isObject(one) && isObject(item) && equal(one[key], item[key]) : equal(one, item)));
    return found < 0 ? wanted.length : found;
  };
  made[field] = (made[field] as readonly unknown[]).toSorted((a, b) => rank(a) - rank(b));
}
