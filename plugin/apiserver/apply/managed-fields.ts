// The managers of an object: read from and written to metadata.managedFields, and changed by updates.
import type { KubeObject, ManagedFieldsEntry } from '../json.ts';
import { difference, fromFieldsV1, setOf, toFieldsV1, union, type FieldSet } from './field-set.ts';

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
  ['f:apiVersion'], ['f:kind'], ['f:metadata'], ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map((field) => ['f:metadata', `f:${field}`]),
);

export const strip = (set: FieldSet): FieldSet => difference(set, serverOwned);

/** Undefined when an entry can't be read. */
export function decode(entries: readonly ManagedFieldsEntry[] | undefined): readonly Manager[] | undefined {
  const made: Manager[] = [];
  for (const entry of entries ?? []) {
    const set = fromFieldsV1(entry.fieldsV1);
    if (!set || entry.fieldsType !== 'FieldsV1' || (entry.operation !== 'Apply' && entry.operation !== 'Update') || !entry.apiVersion) return undefined;
    made.push({ name: entry.manager ?? '', operation: entry.operation, apiVersion: entry.apiVersion, subresource: entry.subresource ?? '', time: entry.time ?? '', set });
  }
  return made;
}

/** Applying managers first, then by their times, which have whole seconds, then by name. */
export function encode(managers: readonly Manager[]): ManagedFieldsEntry[] {
  const rank = (one: Manager): string => [one.operation, one.time, one.name, one.apiVersion, one.subresource].join('\0');
  return managers.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1)).map((one) => ({
    manager: one.name, operation: one.operation, apiVersion: one.apiVersion, ...(one.time && { time: one.time }),
    fieldsType: 'FieldsV1', fieldsV1: toFieldsV1(one.set), ...(one.subresource && { subresource: one.subresource }),
  }));
}

/** Who a manager is: an applying one is the same in every version, an updating one is one for each. Also the order in which conflicts are listed. */
export const identity = ({ name, operation, apiVersion, subresource }: Writer): string =>
  JSON.stringify({ manager: name, operation, ...(operation === 'Update' && { apiVersion }), ...(subresource && { subresource }) });

export const isSame = (a: Writer, b: Writer): boolean => identity(a) === identity(b);

const mostUpdaters = 10;

/** More than ten updating managers are folded into one for each version, oldest first, so that an object can't grow without bound. */
export function cap(managers: readonly Manager[]): readonly Manager[] {
  const kept = new Map(managers.map((one) => [identity(one), one]));
  const age = (one: Manager): string => `${one.time}\0${identity(one)}`;
  const updaters = managers.filter((one) => one.operation === 'Update').toSorted((a, b) => (age(a) < age(b) ? -1 : 1));
  const first = new Map<string, Manager>();
  let count = updaters.length;
  for (const one of updaters) {
    if (count <= mostUpdaters) break;
    const oldest = first.get(one.apiVersion);
    first.set(one.apiVersion, oldest ?? one);
    if (!oldest) continue;
    const ancient: Manager = { ...one, name: 'ancient-changes', subresource: '' };
    const bucket = kept.get(identity(ancient));
    const before = bucket ?? oldest;
    if (!bucket) kept.delete(identity(oldest));
    kept.delete(identity(one));
    kept.set(identity(ancient), { ...ancient, set: union(before.set, one.set) });
    count--;
  }
  return [...kept.values()];
}

/**
 * Where an update starts from: what the client sent, if it can be read, else what the live object has.
 * An empty list, or a single empty entry, asks to forget all managers; on a subresource nothing can be sent.
 */
export function startingManagers(live: KubeObject | undefined, sent: KubeObject, subresource: string): readonly Manager[] {
  const before = decode(live?.metadata.managedFields) ?? [];
  const entries = sent.metadata.managedFields;
  if (subresource || !Array.isArray(entries)) return before;
  if (entries.length === 0 || (entries.length === 1 && Object.keys(entries[0] ?? {}).length === 0)) return [];
  return decode(entries) ?? before;
}
