// Who owns the replicas: the managers of an object as those of its scale, and back.
import { difference, intersection, isEmpty, setOf, type FieldSet } from './field-set.ts';
import { identity, type Manager } from './managed-fields.ts';

export const scaleVersion = 'autoscaling/v1';
const inScale = setOf(['f:spec', 'f:replicas']);

/** Where an object has its replicas in one of its versions: null when that version has no scale, undefined when there is no such version. */
export type ReplicasPath = (apiVersion: string) => readonly string[] | null | undefined;

const setAt = (path: readonly string[]): FieldSet => setOf(path.map((key) => `f:${key}`));
const holds = (set: FieldSet, path: readonly string[]): boolean => !isEmpty(intersection(set, setAt(path)));

/** The managers that own the replicas, as managers of the scale. */
export function toScale(managers: readonly Manager[], pathOf: ReplicasPath): readonly Manager[] {
  return managers.flatMap((one) => {
    const path = pathOf(one.apiVersion);
    return path && holds(one.set, path) ? [{ ...one, apiVersion: scaleVersion, set: inScale }] : [];
  });
}

/** The managers of the object after its scale was written by `scale`: who is not among them any more has lost the replicas. */
export function toParent(managers: readonly Manager[], scale: readonly Manager[], apiVersion: string, pathOf: ReplicasPath): readonly Manager[] {
  const left = new Map(scale.map((one) => [identity(one), one]));
  const times = new Map(managers.map((one) => [identity(one), one.time]));
  const kept = managers.flatMap((one) => {
    const path = pathOf(one.apiVersion);
    if (path === undefined) return [];
    if (path === null || !holds(one.set, path)) return [one];
    if (left.delete(identity(one))) return [one];
    const set = difference(one.set, setAt(path));
    return isEmpty(set) ? [] : [{ ...one, set }];
  });
  const path = pathOf(apiVersion) ?? [];
  const added = [...left].filter(([, one]) => !isEmpty(intersection(one.set, inScale))).map(([id, one]) => ({ ...one, apiVersion, time: times.get(id) ?? '', set: setAt(path) }));
  return [...kept, ...added];
}
