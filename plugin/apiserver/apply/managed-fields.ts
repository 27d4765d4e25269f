// The managers of an object: read from and written to metadata.managedFields, and changed by updates.
import type { KubeObject, ManagedFieldsEntry } from '../json.ts';
import { emptySet, fromFieldsV1, isEmpty, sameSet, setOf, toFieldsV1, union, without, type FieldSet } from './field-set.ts';

export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string;
  readonly set: FieldSet;
}

/** Who writes now. */
export type Writer = Omit<Manager, 'set' | 'time'>;

/** Nobody owns what the server itself keeps. */
const serverOwned = setOf(
  ['f:apiVersion'], ['f:kind'], ['f:metadata', 'f:name'], ['f:metadata', 'f:generateName'], ['f:metadata', 'f:namespace'], ['f:metadata', 'f:creationTimestamp'],
  ['f:metadata', 'f:selfLink'], ['f:metadata', 'f:uid'], ['f:metadata', 'f:generation'], ['f:metadata', 'f:managedFields'],
  ['f:metadata', 'f:resourceVersion'], ['f:metadata', 'f:deletionTimestamp'], ['f:metadata', 'f:deletionGracePeriodSeconds'],
);

export function strip(set: FieldSet): FieldSet {
  const rest = without(set, serverOwned);
  const metadata = rest.children.get('f:metadata');
  if (!metadata) return rest;
  metadata.member = false;
  if (isEmpty(metadata)) rest.children.delete('f:metadata');
  return rest;
}

/** Undefined when an entry can't be read. */
export function decode(entries: readonly ManagedFieldsEntry[] | undefined): readonly Manager[] | undefined {
  const made: Manager[] = [];
  for (const entry of entries ?? []) {
    const set = fromFieldsV1(entry.fieldsV1);
    if (!set || (entry.operation !== 'Apply' && entry.operation !== 'Update') || typeof entry.apiVersion !== 'string') return undefined;
    made.push({ name: entry.manager ?? '', operation: entry.operation, apiVersion: entry.apiVersion, subresource: entry.subresource ?? '', time: entry.time ?? '', set });
  }
  return made;
}

export function encode(managers: readonly Manager[]): ManagedFieldsEntry[] {
  const rank = (one: Manager): string => `${one.operation === 'Apply' ? 0 : 1}${one.time}${one.name}`;
  return managers.filter((one) => !isEmpty(one.set)).toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1)).map((one) => ({
    manager: one.name, operation: one.operation, apiVersion: one.apiVersion, ...(one.time && { time: one.time }),
    fieldsType: 'FieldsV1', fieldsV1: toFieldsV1(one.set), ...(one.subresource && { subresource: one.subresource }),
  }));
}

/** An apply owner is the same in every version; an update owner is one per version. */
export const isSame = (a: Writer, b: Writer): boolean =>
  a.name === b.name && a.operation === b.operation && a.subresource === b.subresource && (a.operation === 'Apply' || a.apiVersion === b.apiVersion);

/** The managers with one writer's set replaced; its time moves only when the set changes. */
export function replace(managers: readonly Manager[], writer: Writer, set: FieldSet, now: string): readonly Manager[] {
  const before = managers.find((one) => isSame(one, writer));
  const time = before && sameSet(before.set, set) ? before.time : now;
  return [...managers.filter((one) => !isSame(one, writer)), { ...writer, time, set }];
}

export const setOfWriter = (managers: readonly Manager[], writer: Writer): FieldSet => managers.find((one) => isSame(one, writer))?.set ?? emptySet();

const mostUpdaters = 10;

/** More than ten update owners are folded into one, oldest first, so that an object can't grow without bound. */
export function cap(managers: readonly Manager[]): readonly Manager[] {
  const updaters = managers.filter((one) => one.operation === 'Update').toSorted((a, b) => (a.time < b.time ? -1 : 1));
  if (updaters.length <= mostUpdaters) return managers;
  const old = updaters.slice(0, updaters.length - mostUpdaters + 1);
  const folded = new Map<string, Manager>();
  for (const one of old) {
    const before = folded.get(one.apiVersion);
    folded.set(one.apiVersion, { ...one, name: 'ancient-changes', subresource: '', set: before ? union(before.set, one.set) : one.set });
  }
  return [...managers.filter((one) => !old.includes(one)), ...folded.values()];
}

/**
 * Where an update starts from: what the client sent, if it can be read, else what the live object has;
 * a single empty entry asks to forget all owners.
 */
export function startingManagers(live: KubeObject | undefined, sent: KubeObject): readonly Manager[] {
  const entries = sent.metadata.managedFields;
  if (Array.isArray(entries) && entries.length === 1 && Object.keys(entries[0] ?? {}).length === 0) return [];
  const read = Array.isArray(entries) && entries.length > 0 ? decode(entries) : undefined;
  return read ?? decode(live?.metadata.managedFields) ?? [];
}
