// Server-side apply and the bookkeeping of updates: who owns which field afterwards, and who is in conflict.
import { copy, equal, type JsonObject, type KubeObject } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { applyConflict, untypable, type ApiError } from '../status.ts';
import { difference, emptySet, intersection, isEmpty, memberPaths, union, without, type FieldSet } from './field-set.ts';
import { cap, decode, encode, isSame, replace, setOfWriter, startingManagers, strip, type Manager, type Writer } from './managed-fields.ts';
import { keepInStep, takenOver } from './last-applied.ts';
import { merge, removeUnowned } from './merge.ts';
import { compare, fieldsOf } from './ownership.ts';
import { TypedError } from './typed.ts';

export interface Context {
  readonly schema: Schema;
  readonly writer: Writer;
  readonly now: string;
  /** Fields that this endpoint never lets anybody own: status on the object itself, everything else on status. */
  readonly ignored: FieldSet;
}

function bare(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Apply: the merged object with its managers, or a 409 that names every conflict. `live` is undefined for a new object. */
export function applyTo(live: KubeObject | undefined, config: KubeObject, force: boolean, context: Context): KubeObject {
  const { schema, writer, now } = context;
  try {
    const before = live ? bare(live) : ({ apiVersion: config.apiVersion, kind: config.kind, metadata: {} } as KubeObject);
    const managers = decode(live?.metadata.managedFields) ?? [];
    const set = without(fieldsOf(config, schema), context.ignored);
    const others = managers.filter((one) => !isSame(one, writer));
    const keep = others.reduce((sum, one) => union(sum, one.set), set);
    const merged = removeUnowned(merge(before, config, schema), setOfWriter(managers, writer), keep, schema) as KubeObject;
    const changed = settle(others, { before, merged }, force ? 'all' : takenOver(live, writer.name, schema), context);
    keepInStep(merged, config, writer.name);
    const mine = managers.filter((one) => isSame(one, writer));
    const after = replace([...changed, ...mine], writer, strip(set), now);
    const object: KubeObject = { ...merged, metadata: { ...merged.metadata, managedFields: encode(after) } };
    return live && equal(bare(live), bare(object)) && equal(withoutTimes(live), withoutTimes(object)) ? live : object;
  } catch (error) {
    if (error instanceof TypedError) throw typedError(config, error);
    throw error;
  }
}

const withoutTimes = (object: KubeObject): readonly JsonObject[] => (object.metadata.managedFields ?? []).map((entry) => ({ ...entry, time: undefined }));

/** What the other managers still own once the change is made; refuses when they own what changes and it is not free to take. */
function settle(others: readonly Manager[], states: { before: KubeObject; merged: KubeObject }, free: FieldSet | 'all' | undefined, context: Context): readonly Manager[] {
  const { changed, removed } = compare(states.before, states.merged, context.schema);
  const conflicts = others.map((one) => ({ one, set: intersection(one.set, changed) })).filter(({ set }) => !isEmpty(set));
  const allowed = free === 'all' || (free !== undefined && conflicts.every(({ set }) => isEmpty(difference(set, free))));
  if (!allowed && conflicts.length > 0) throw conflictError(conflicts);
  return others.map((one) => ({ ...one, set: difference(difference(one.set, changed), removed) })).filter((one) => !isEmpty(one.set));
}

function named({ name, subresource, operation, apiVersion }: Manager): string {
  return `${JSON.stringify(name)}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ''}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}

function conflictError(conflicts: readonly { readonly one: Manager; readonly set: FieldSet }[]): ApiError {
  const found = conflicts.map(({ one, set }) => ({ name: named(one), paths: memberPaths(set) }));
  const causes = found.flatMap(({ name, paths }) => paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${name}`, field })));
  const [only] = causes;
  if (only && causes.length === 1) return applyConflict(`Apply failed with 1 conflict: ${only.message}: ${only.field}`, causes);
  const lines = found.toSorted((a, b) => (a.name < b.name ? -1 : 1)).flatMap(({ name, paths }) => [`conflicts with ${name}:`, ...paths.map((path) => `- ${path}`)]);
  return applyConflict(`Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`, causes);
}

function typedError(config: KubeObject, error: TypedError): ApiError {
  const { namespace, name } = config.metadata;
  return untypable(`failed to create typed patch object (${namespace ? `${namespace}/` : '/'}${name ?? ''}; ${config.apiVersion}, Kind=${config.kind}): ${error.message}`);
}

/** Create, update and the other patches: the writer owns what it changed, others lose what was changed or removed. */
export function recordUpdate(live: KubeObject | undefined, object: KubeObject, context: Context): KubeObject {
  const { schema, writer, now } = context;
  const managers = startingManagers(live, object);
  const before = live ? bare(live) : ({ apiVersion: object.apiVersion, kind: object.kind, metadata: {} } as KubeObject);
  const after = bare(object);
  let tracked: readonly Manager[];
  try {
    const { changed, removed } = compare(before, after, schema);
    const others = managers.filter((one) => !isSame(one, writer)).map((one) => ({ ...one, set: difference(difference(one.set, changed), removed) }));
    const mine = managers.find((one) => isSame(one, writer));
    const set = strip(without(difference(union(mine?.set ?? emptySet(), changed), removed), context.ignored));
    tracked = cap(replace([...others, ...(mine ? [mine] : [])], writer, set, now));
  } catch (error) {
    // An object that can't be read by its schema is refused by validation, with a better message.
    if (!(error instanceof TypedError)) throw error;
    tracked = managers;
  }
  const made = copy(after);
  const entries = encode(tracked);
  if (entries.length > 0) made.metadata.managedFields = entries;
  return made;
}
