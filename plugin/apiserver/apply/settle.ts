// What the managers of an object own once it has changed, and which of them object to the change.
import type { KubeObject } from '../json.ts';
import { fitting, type Atom } from './atoms.ts';
import { difference, emptySet, intersection, isEmpty, union, without, type FieldSet } from './field-set.ts';
import { isSame, type Manager, type Writer } from './managed-fields.ts';
import { removeItems } from './merge.ts';
import { compare, fieldsOf, type Comparison } from './ownership.ts';
import type { Schema } from '../schema/schema.ts';

export interface Context {
  /** The schema of the kind in one of its versions; undefined when that version is not served any more. */
  readonly schemaOf: (apiVersion: string) => Schema | undefined;
  readonly writer: Writer;
  readonly now: string;
  /** Fields that this endpoint never lets anybody own: status on the object itself, the rest on status. */
  readonly ignored: FieldSet;
  /** An object of the kind in which nobody has set anything: what every object has is nobody's. */
  readonly blank: KubeObject;
}

export interface Conflict {
  readonly manager: Manager;
  readonly set: FieldSet;
}

/** Without the managers of versions that are gone; paths below what became one piece become that piece. */
export function reconciled(managers: readonly Manager[], { schemaOf }: Context): readonly Manager[] {
  return managers.flatMap((one) => {
    const schema = schemaOf(one.apiVersion);
    return schema ? [{ ...one, set: collapse(one.set, schema) }] : [];
  });
}

function collapse(set: FieldSet, schema: Schema | undefined): FieldSet {
  const atom: Atom = schema ? fitting(schema, undefined) : {};
  const pieces = !atom.scalar && ((atom.map?.atomic ?? false) || atom.list?.associative === false);
  if (pieces && set.children.size > 0) return { member: true, children: new Map() };
  const below = (element: string): Schema | undefined => (element.startsWith('f:') ? atom.map?.field(element.slice(2)) : atom.list?.items);
  return set.children.size === 0 ? set : { member: set.member, children: new Map([...set.children].map(([element, one]) => [element, collapse(one, below(element))])) };
}

const filtered = (found: Comparison, gone: FieldSet): Comparison => ({ added: without(found.added, gone), modified: without(found.modified, gone), removed: without(found.removed, gone) });

export interface Settled {
  readonly managers: readonly Manager[];
  readonly conflicts: readonly Conflict[];
  readonly changes: Comparison;
}

/** The managers after a change; `self` does not lose what it changes itself. Each is asked in its own version. */
export function settle(managers: readonly Manager[], states: { readonly before: KubeObject; readonly after: KubeObject }, context: Context, self?: Writer): Settled {
  const { writer, ignored } = context;
  const versions = new Map<string, Comparison>();
  const changesIn = (apiVersion: string): Comparison => {
    const known = versions.get(apiVersion);
    if (known) return known;
    const found = compare(states.before, states.after, context.schemaOf(apiVersion) ?? {});
    const made = apiVersion === writer.apiVersion ? filtered(found, ignored) : found;
    versions.set(apiVersion, made);
    return made;
  };
  const conflicts: Conflict[] = [];
  const left = managers.flatMap((manager) => {
    if (self && isSame(manager, self)) return [manager];
    const { added, modified, removed } = changesIn(manager.apiVersion);
    const set = intersection(manager.set, union(added, modified));
    if (!isEmpty(set)) conflicts.push({ manager, set });
    const rest = difference(difference(manager.set, set), removed);
    return isEmpty(rest) ? [] : [{ ...manager, set: rest }];
  });
  return { managers: left, conflicts, changes: changesIn(writer.apiVersion) };
}

/** With the fields of structs as members wherever something below them is: the form in which sets are removed from objects. */
function named(set: FieldSet, schema: Schema | undefined): FieldSet {
  const atom = schema && fitting(schema, undefined);
  const children = [...set.children].map(([element, one]) => {
    const key = element.slice(2);
    const isField = element.startsWith('f:');
    const below = named(one, isField ? atom?.map?.field(key) : atom?.list?.items);
    return [element, isField && one.children.size > 0 && atom?.map?.declares(key) ? { ...below, member: true } : below] as const;
  });
  return { member: set.member, children: new Map(children) };
}

/** Takes away what the writer applied last time and neither it nor another manager owns now. */
export function pruned(merged: KubeObject, last: Manager | undefined, managers: readonly Manager[], context: Context): KubeObject {
  const schema = last && context.schemaOf(last.apiVersion);
  if (!last || !schema || isEmpty(last.set)) return merged;
  const lastSet = named(last.set, schema);
  let rest = removeItems(merged, lastSet, schema);
  const versions = new Set([last.apiVersion, ...managers.map((one) => one.apiVersion)]);
  for (const version of versions) {
    const own = context.schemaOf(version);
    const owners = managers.filter((one) => one.apiVersion === version);
    if (!own || owners.length === 0) continue;
    const owned = owners.reduce((sum, one) => union(sum, one.set), emptySet());
    const kept = union(named(fieldsOf(rest, own), own), named(owned, own));
    rest = removeItems(merged, difference(named(fieldsOf(merged, own), own), kept), own);
  }
  // What nobody ever owned stays, even inside what is taken away.
  const gone = intersection(difference(named(fieldsOf(merged, schema), schema), named(fieldsOf(rest, schema), schema)), lastSet);
  return removeItems(merged, gone, schema) as KubeObject;
}
