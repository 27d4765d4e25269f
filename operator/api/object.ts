// What every Kubernetes object looks like to this project, and what a kind of ours is made of.
import type { JsonSchema, Rule, Schema } from './schema.ts';

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: unknown;
}

export type KubeObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
};

/** An object of one of our kinds as the server stores it. */
export type Kinded<K extends string, Spec, Status> = {
  readonly apiVersion: string;
  readonly kind: K;
  readonly metadata: ObjectMeta;
  readonly spec: Spec;
  readonly status?: Status;
};

/** One thing that is wrong with an object: where (a JSON pointer, as ajv writes it) and what, with what to do. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** A column of `kubectl get`; priority 1 shows with `-o wide` only. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly priority?: 1;
}

export interface KindDefinition {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly description: string;
  readonly spec: Schema<unknown>;
  readonly status: Schema<unknown>;
  readonly columns: readonly Column[];
  /** Rules about the whole object, name included. */
  readonly rules?: readonly Rule[];
  /** Rules that span fields, which the schema cannot say. Takes any value at all: what has the wrong shape is left to the schema. */
  readonly check: (candidate: unknown) => readonly Problem[];
}

export const age: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** `/spec/listeners/0/tls` as people write it: `spec.listeners[0].tls`. */
export function dotted(pointer: string): string {
  const steps = pointer.split('/').slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return steps.reduce((path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : path ? `${path}.${step}` : step), '');
}

/** Problems in one sentence, for a condition's message. */
export const describe = (problems: readonly Problem[]): string =>
  problems.map((problem) => `${dotted(problem.path)} ${problem.message}`).join('; ');

/** A field of a value that may be anything. */
export const field = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((found, name) => (typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[name] : undefined), value);

/** The entries of a value that may be anything. */
export const entries = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The same as {@link nameFitsLabel}, for the API server. */
export const nameFitsLabelRule: Rule = { rule: 'self.metadata.name.size() <= 63', message: 'metadata.name may have at most 63 characters: it goes into the labels made from it' };

/** Our names go into label values, which end at 63 characters. */
export function nameFitsLabel(candidate: unknown): readonly Problem[] {
  const name = field(candidate, 'metadata', 'name');
  if (typeof name !== 'string' || name.length <= 63) return [];
  return [{ path: '/metadata/name', message: `has ${name.length} characters, and at most 63 fit into the labels made from it` }];
}

export type { JsonSchema };
