// Strategic merge: like a merge patch, but lists with a merge key are merged item by item, and directives say the rest. Core kinds only.
import { copy, identity, isObject, list, type JsonObject } from '../json.ts';
import { anything, fieldSchema, itemSchema, type Schema } from '../schema/schema.ts';
import { badRequest, untypable } from '../status.ts';
import { goText } from '../schema/go-text.ts';
import { checkOrder, inOrder, mergeItems, type ItemRules } from './strategic-lists.ts';

const order = '$setElementOrder/';
const removal = '$deleteFromPrimitiveList/';

/** The patched object. The schema's patch strategies and merge keys say how lists are merged. */
export function strategicPatch(original: JsonObject, patch: JsonObject, schema: Schema): JsonObject {
  return mergeMaps(copy(original), copy(patch), schema);
}

/** Both are the caller's own. */
function mergeMaps(original: JsonObject, patch: JsonObject, schema: Schema): JsonObject {
  const directive = patch['$patch'];
  if (directive === 'replace') {
    const { $patch: _, ...rest } = patch;
    return rest;
  }
  if (directive === 'delete') return {};
  if (directive !== undefined) throw untypable(`unknown patch type: ${goText(directive)} in map: ${goText(patch)}`);
  retain(original, patch);
  const ordered = setOrders(original, patch, schema);
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$retainKeys' || key.startsWith(order) || ordered.has(key)) continue;
    if (key.startsWith(removal)) removeFrom(original, key.slice(removal.length), value);
    else setField(original, key, value, schema);
  }
  return original;
}

/** `$retainKeys`: every other field goes. */
function retain(original: JsonObject, patch: JsonObject): void {
  const kept = patch['$retainKeys'];
  if (kept === undefined) return;
  const others = Object.keys(patch).filter((key) => patch[key] !== null && key !== '$retainKeys' && !key.startsWith(order) && !key.startsWith(removal));
  const names = new Set<unknown>(list(kept));
  if (!Array.isArray(kept) || others.some((key) => !names.has(key))) throw badRequest('invalid patch format of retainKeys');
  for (const key of Object.keys(original)) if (!names.has(key)) delete original[key];
}

function removeFrom(original: JsonObject, field: string, value: unknown): void {
  if (value === null) delete original[field];
  else if (Array.isArray(original[field])) {
    const gone = new Set(list(value).map(identity));
    original[field] = list(original[field]).filter((item) => !gone.has(identity(item)));
  }
}

const shape = (value: unknown): string => (Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value);

function setField(original: JsonObject, key: string, value: unknown, schema: Schema): void {
  const before = original[key];
  if (value === null) delete original[key];
  else if (before === undefined || shape(before) !== shape(value) || typeof value !== 'object') {
    const made = withoutDirectives(withoutNulls(value));
    if (made === undefined) delete original[key];
    else original[key] = made;
  } else if (Array.isArray(value)) original[key] = mergeLists(list(before), value, fieldSchema(schema, key) ?? anything);
  else original[key] = mergeMaps(before as JsonObject, value as JsonObject, fieldSchema(schema, key) ?? anything);
}

const rulesOf = (schema: Schema): ItemRules => ({ key: schema['x-kubernetes-patch-merge-key'], merge: (one, other) => mergeMaps(one, other, itemSchema(schema)) });

function mergeLists(original: readonly unknown[], patch: readonly unknown[], schema: Schema): readonly unknown[] {
  if (schema['x-kubernetes-patch-strategy'] !== 'merge') return patch;
  const { items, wanted, live } = mergeItems(original, patch, rulesOf(schema));
  return inOrder(items, wanted, live, rulesOf(schema));
}

/** Merges the lists whose order the patch says, and puts them into that order. Answers the fields that are done with. */
function setOrders(original: JsonObject, patch: JsonObject, schema: Schema): ReadonlySet<string> {
  const done = new Set<string>();
  for (const [marker, wanted] of Object.entries(patch)) {
    if (!marker.startsWith(order)) continue;
    const field = marker.slice(order.length);
    if (!Array.isArray(wanted)) throw untypable(`expected a slice, but received a ${shape(wanted)}`);
    const below = fieldSchema(schema, field) ?? anything;
    const [before, after] = [original[field], patch[field]];
    for (const one of [before, after]) if (one !== undefined && one !== null && !Array.isArray(one)) throw untypable(`expected a slice, but received a ${shape(one)}`);
    checkOrder(list(after), wanted, rulesOf(below).key);
    if (before === undefined && after === undefined) continue;
    const merged = before === undefined ? list(withoutDirectives(after)) : after === undefined ? list(before) : mergeLists(list(before), list(after), below);
    original[field] = inOrder(merged, wanted, list(before), rulesOf(below));
    done.add(field);
  }
  return done;
}

/** What is new holds no nulls. Null items of lists stay. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, one]) => (one === null ? [] : [[key, withoutNulls(one)]])));
}

/** Undefined: the value was a directive itself. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((one) => one !== undefined);
  if (!isObject(value)) return value;
  if (value['$patch'] !== undefined) return undefined;
  return Object.fromEntries(Object.entries(value).flatMap(([key, one]) => {
    const made = withoutDirectives(one);
    return made === undefined ? [] : [[key, made]];
  }));
}
