// What the server knows of one kind in one version: names, schema, columns and the kind's own rules.
import type { NameRule } from './core/names.ts';
import type { KubeObject } from './json.ts';
import type { Schema } from './schema/schema.ts';
import type { FieldError } from './status.ts';

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  /** Above 0: shown only with -o wide. */
  readonly priority?: number;
  readonly cell: (object: KubeObject, now: Date) => unknown;
}

/** The rules of a kind that its schema cannot say. All optional, all pure but for the object handed in. */
export interface Rules {
  readonly names: NameRule;
  /** What decoding makes of the object (the caller's own) beyond the defaults of its schema; the client owns what is filled in. */
  readonly decode?: (object: KubeObject) => void;
  /** Completes the object (the caller's own) before it is checked; nobody owns what is filled in. `siblings` are all other objects of the kind. */
  readonly prepare?: (object: KubeObject, live: KubeObject | undefined, siblings: () => readonly KubeObject[]) => void;
  readonly check?: (object: KubeObject, live: KubeObject | undefined, siblings: () => readonly KubeObject[]) => readonly FieldError[];
  /** What is allowed but unwise. */
  readonly warnings?: (object: KubeObject) => readonly string[];
  /** PUT makes the object when it is not there. */
  readonly createsOnUpdate?: boolean;
  /** An update need not name the version that it is based on. */
  readonly unconditional?: boolean;
  /** Finalizers must have a domain. */
  readonly standardFinalizers?: boolean;
  /** A delete answers with the object that is gone instead of a Status. */
  readonly returnsDeleted?: boolean;
  /** The whole collection can't be deleted with one request. */
  readonly noCollection?: boolean;
  /** `check` knows every rule of the kind: of the schema only the types count. */
  readonly knowsAll?: boolean;
  /** A write of the status leaves the metadata alone. */
  readonly fixedMetadata?: boolean;
  /** Wrong types are refused while decoding (400), as for compiled-in kinds, not by validation (422). */
  readonly typed?: boolean;
  /** Strategic merge patches are taken. */
  readonly strategic?: boolean;
  /** metadata.generation is kept. */
  readonly generation?: boolean;
}

export interface Scale {
  readonly specReplicas: readonly string[];
  readonly statusReplicas: readonly string[];
  readonly labelSelector: readonly string[] | undefined;
}

export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly storageVersion: string;
  readonly schema: Schema;
  readonly columns: readonly Column[];
  /** Field selectors beyond metadata.name and metadata.namespace. */
  readonly selectable: readonly string[];
  readonly status: boolean;
  readonly scale: Scale | undefined;
  readonly rules: Rules;
  /** Shown to clients on every use of a deprecated version. */
  readonly warning: string | undefined;
}

export const apiVersionOf = (group: string, version: string): string => (group ? `${group}/${version}` : version);
export const prefixOf = (resource: Pick<Resource, 'group' | 'plural'>): string => `/${resource.group}/${resource.plural}/`;
export const keyOf = (resource: Pick<Resource, 'group' | 'plural' | 'namespaced'>, namespace: string | undefined, name: string): string =>
  `${prefixOf(resource)}${resource.namespaced ? `${namespace ?? ''}/` : ''}${name}`;

const storedElsewhere: { readonly [plural: string]: string } = { services: 'services/specs', endpoints: 'services/endpoints' };

/** Where a real cluster keeps the object: named in some of its refusals. */
export function storageKey({ group, plural, namespaced, rules }: Resource, namespace: string | undefined, name: string): string {
  const folder = rules.typed && !group.startsWith('apiextensions.') ? (storedElsewhere[plural] ?? plural) : `${group}/${plural}`;
  return `/registry/${folder}/${namespaced ? `${namespace ?? ''}/` : ''}${name}`;
}

/** `Group` and version of an object, e.g. of an owner reference. */
export function splitApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}
