// Compares manifests with what the server has: each object as it is, and as an apply would leave it.
import type { Kube, KubeObject } from '../../operator/kube/kube.ts';
import { applyManifests, type ApplyOptions } from './apply.ts';
import { maskSecrets } from './mask.ts';
import type { Manifest } from './read.ts';

/** Both sides as text; an object that is not there is an empty one. */
export interface Comparison {
  readonly manifest: Manifest;
  /** `v1.ConfigMap.default.settings`, as kubectl names the two files. */
  readonly name: string;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject;
  /** The files make its namespace or its kind, so that no server could say yet what it would become. */
  readonly asWritten?: true;
}

export type Compared = Comparison | { readonly manifest: Manifest; readonly refused: Error };

export interface CompareOptions extends Pick<ApplyOptions, 'namespace' | 'force' | 'onWarning'> {
  readonly showManagedFields: boolean;
}

/** Throws only when the server can't be reached at all. Stores nothing. */
export async function* compareManifests(kube: Kube, manifests: readonly Manifest[], { showManagedFields, ...options }: CompareOptions): AsyncGenerator<Compared> {
  const shown = (object: KubeObject): KubeObject => (showManagedFields ? object : withoutManagedFields(object));
  const compared = (manifest: Manifest, before: KubeObject | undefined, after: KubeObject): Comparison => ({ manifest, name: fileName(after), ...secretFree(before && shown(before), shown(after)) });
  for await (const result of applyManifests(kube, manifests, { ...options, dryRun: true })) {
    const { manifest } = result;
    if (result.outcome === 'refused') yield { manifest, refused: result.error };
    else if (result.outcome === 'not checked') yield { ...compared(manifest, undefined, placed(manifest.object, options.namespace)), asWritten: true };
    else yield compared(manifest, result.before, result.object);
  }
}

const secretFree = (before: KubeObject | undefined, after: KubeObject): { readonly before: KubeObject | undefined; readonly after: KubeObject } => {
  const masked = maskSecrets(before, after);
  return { before: masked.before, after: masked.after ?? after };
};

// Whether an unknown kind has namespaces, nobody can say; its name is only shown.
const placed = (object: KubeObject, namespace: string): KubeObject => ({ ...object, metadata: { namespace, ...object.metadata } });

function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

const longestName = 200;

/** Of a file: what no server has seen yet may have any name. */
function fileName({ apiVersion, kind, metadata: { namespace = '', name } }: KubeObject): string {
  const text = [...apiVersion.split('/'), kind, namespace, name].join('.').replaceAll(/[^\w.:-]/g, '_');
  return text.length > longestName ? text.slice(0, longestName) : text;
}
