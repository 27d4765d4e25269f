// Server-side apply and the bookkeeping of updates: who owns which field afterwards, and who is in conflict.
import { copy, equal, type KubeObject } from '../json.ts';
import { untypable } from '../status.ts';
import type { Schema } from '../schema/schema.ts';
import { conflictError } from './conflicts.ts';
import { difference, emptySet, isEmpty, union, without } from './field-set.ts';
import { keepInStep, takenOver } from './last-applied.ts';
import { cap, decode, encode, isSame, startingManagers, strip, type Manager } from './managed-fields.ts';
import { merge } from './merge.ts';
import { fieldsOf } from './ownership.ts';
import { pruned, reconciled, settle, type Conflict, type Context } from './settle.ts';
import { checkTyped, TypedError } from './typed.ts';

export type { Context } from './settle.ts';

function bare(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

const nothing = ({ apiVersion, kind }: KubeObject): KubeObject => ({ apiVersion, kind, metadata: {} });

function withManagers(object: KubeObject, managers: readonly Manager[]): KubeObject {
  const entries = encode(managers);
  return { ...object, metadata: { ...object.metadata, ...(entries.length > 0 && { managedFields: entries }) } };
}

const schemaOf = (context: Context): Schema => context.schemaOf(context.writer.apiVersion) ?? {};

/** Apply: the merged object with its managers, or a 409 that names every conflict. `live` is undefined for a new object. */
export function applyTo(live: KubeObject | undefined, config: KubeObject, force: boolean, context: Context): KubeObject {
  const { writer } = context;
  typed(config, schemaOf(context), 'patch');
  if (live) typed(live, schemaOf(context), 'live');
  const before = live ? bare(live) : nothing(config);
  const managers = startOfApply(live, context);
  const tried = tryApply(before, config, managers, context);
  if (!force && tried.conflicts.length > 0) {
    const free = takenOver(live, writer.name, writer.apiVersion, schemaOf(context));
    const left = tried.conflicts.map(({ manager, set }): Conflict => ({ manager, set: difference(set, free) })).filter(({ set }) => !isEmpty(set));
    if (left.length > 0) throw conflictError(left);
  }
  const made = withManagers(tried.object, tried.managers);
  keepInStep(made, config, writer.name);
  return made;
}

/** An object that nobody owns anything of belongs to one manager when it is applied to for the first time. */
function startOfApply(live: KubeObject | undefined, context: Context): readonly Manager[] {
  const managers = decode(live?.metadata.managedFields) ?? [];
  if (managers.length > 0 || !live) return managers;
  return track(nothing(live), bare(live), [], { ...context, writer: { ...context.writer, name: 'before-first-apply', operation: 'Update' } });
}

interface Tried {
  readonly object: KubeObject;
  readonly managers: readonly Manager[];
  readonly conflicts: readonly Conflict[];
}

function tryApply(before: KubeObject, config: KubeObject, managers: readonly Manager[], context: Context): Tried {
  const { writer, now, ignored } = context;
  const schema = schemaOf(context);
  const known = reconciled(managers, context);
  const last = known.find((one) => isSame(one, writer));
  const mine: Manager = { ...writer, time: last?.time ?? '', set: without(fieldsOf(config, schema), ignored) };
  const all = [...known.filter((one) => !isSame(one, writer)), mine];
  const object = pruned(merge(before, config, schema) as KubeObject, last, all, context);
  const settled = settle(all, { before, after: object }, context, writer);
  // The time of a manager moves only when what it applies changes the object.
  const time = equal(before, object) ? mine.time : now;
  const own: Manager = { ...mine, time, set: strip(mine.set) };
  const after = [...settled.managers.filter((one) => !isSame(one, writer)), ...(isEmpty(own.set) ? [] : [own])];
  return { object, managers: after, conflicts: settled.conflicts };
}

/** The managers after an update: the writer owns what it changed, others lose what was changed or removed. */
function track(before: KubeObject, after: KubeObject, managers: readonly Manager[], context: Context): readonly Manager[] {
  const { writer, now, ignored } = context;
  const settled = settle(reconciled(managers, context), { before, after }, context);
  const set = strip(without(union(settled.changes.added, settled.changes.modified), ignored));
  if (isEmpty(set)) return settled.managers;
  const previous = settled.managers.find((one) => isSame(one, writer));
  return cap([...settled.managers.filter((one) => !isSame(one, writer)), { ...writer, time: now, set: union(previous?.set ?? emptySet(), set) }]);
}

/** Create, update and the other patches. An object whose managers were cleared stays without until it is applied to. */
export function recordUpdate(live: KubeObject | undefined, object: KubeObject, context: Context): KubeObject {
  const managers = startingManagers(live, object, context.writer.subresource);
  const after = copy(bare(object));
  if (managers.length === 0 && live) return after;
  return withManagers(after, track(live ? bare(live) : context.blank, after, managers, context));
}

function typed(object: KubeObject, schema: Schema, which: 'patch' | 'live'): void {
  try {
    checkTyped(object, schema, which === 'live' ? 'allowed' : 'refused');
  } catch (error) {
    if (!(error instanceof TypedError)) throw error;
    const { namespace = '', name = '' } = object.metadata;
    const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
    throw untypable(`failed to create typed ${which} object (${namespace}/${name}; ${group}/${version}, Kind=${object.kind}): ${error.message}`);
  }
}
