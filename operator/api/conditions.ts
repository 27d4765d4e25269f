// The only writer of conditions: turns this reconcile's verdicts into the list that is stored.
import { enumOf, integer, list, object, optional, text, time, withDefault, type Schema, type TypeOf } from './schema.ts';

/** What a controller found out about one aspect of an object. `T` and `R` are closed unions in the kind's file. */
export interface Verdict<T extends string = string, R extends string = string> {
  readonly type: T;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: R;
  readonly message: string;
}

const condition = object('One aspect of the state of the object.', {
  type: text('Which aspect this is.', { maxLength: 316 }),
  status: enumOf('Whether the aspect holds.', ['True', 'False', 'Unknown']),
  reason: text('Why, as one word for programs.', { minLength: 1, maxLength: 1024 }),
  message: withDefault(text('Why, for a person, and what to do about it.', { maxLength: 32768 }), ''),
  lastTransitionTime: time('When the status last changed.'),
  observedGeneration: optional(integer('The generation of the object that this was found out about.', 0, Number.MAX_SAFE_INTEGER)),
});

export type Condition = TypeOf<typeof condition>;

export const conditionList = (description: string): Schema<readonly Condition[], 'optional'> =>
  optional(list(description, condition, { max: 16, keys: ['type'] }));

/** Conditions below a list that is swapped whole need no merge keys of their own. */
export const nestedConditions = (description: string): Schema<readonly Condition[], 'optional'> =>
  optional(list(description, condition, { max: 8 }));

interface Observation {
  readonly generation: number;
  readonly now: Date;
}

/** The verdicts as conditions; the time of the last transition is carried over from `before` where the status is the same. */
export function conditions(before: readonly Condition[] | undefined, verdicts: readonly Verdict[], { generation, now }: Observation): readonly Condition[] {
  return verdicts.map((verdict) => {
    const earlier = before?.find((known) => known.type === verdict.type);
    // RFC 3339 in whole seconds, as Kubernetes itself writes times: a finer one would be cut by the server and differ at every write.
    const since = earlier && earlier.status === verdict.status ? earlier.lastTransitionTime : now.toISOString().replace(/\.\d+Z$/, 'Z');
    return { ...verdict, message: verdict.message.slice(0, 32768), lastTransitionTime: since, observedGeneration: generation };
  });
}

export const findCondition = (found: readonly Condition[] | undefined, type: string): Condition | undefined =>
  found?.find((known) => known.type === type);

export const isTrue = (found: readonly Condition[] | undefined, type: string): boolean => findCondition(found, type)?.status === 'True';
