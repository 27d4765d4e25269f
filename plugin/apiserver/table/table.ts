// Makes the table that `kubectl get` prints.
import type { JsonObject, KubeObject } from '../json.ts';
import type { Resource } from '../resource.ts';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

interface Frame {
  readonly metadata: JsonObject;
  readonly include: IncludeObject;
  readonly headings: boolean;
  /** Of meta.k8s.io. */
  readonly version: string;
}

export function tableOf(resource: Resource, items: readonly KubeObject[], frame: Frame): JsonObject {
  const now = new Date();
  const apiVersion = `meta.k8s.io/${frame.version}`;
  const shown = (object: KubeObject): JsonObject => {
    if (frame.include === 'None') return { object: null };
    return { object: frame.include === 'Object' ? object : { kind: 'PartialObjectMetadata', apiVersion, metadata: object.metadata } };
  };
  return {
    kind: 'Table', apiVersion, metadata: frame.metadata,
    columnDefinitions: frame.headings
      ? resource.columns.map(({ name, type, format, description, priority }) => ({ name, type, format: format ?? '', description: description ?? '', priority: priority ?? 0 }))
      : null,
    rows: items.map((object) => ({ cells: resource.columns.map((column) => column.cell(object, now)), ...shown(object) })),
  };
}
