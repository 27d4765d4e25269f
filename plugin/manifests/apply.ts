// Sends checked objects to the API server by server-side apply, in an order that works, and tells what became of each.
import { fieldManagers } from '../../operator/api/group.ts';
import { isNotFound, isUnreachable, KubeError } from '../../operator/kube/errors.ts';
import type { ApplyResult, Kube, KubeObject, Resource } from '../../operator/kube/kube.ts';
import { UserError } from '../exit.ts';
import { printable } from '../format/printable.ts';
import { Discovery } from './discover.ts';
import type { Manifest } from './read.ts';

export interface ApplyOptions {
  /** For objects that name none. */
  readonly namespace: string;
  readonly force?: boolean;
  /** The server checks everything and stores nothing. */
  readonly dryRun?: boolean;
  /** Told each warning of the server once, however many objects it is about. */
  readonly onWarning?: (text: string) => void;
}

/** What became of one object: one refused object does not keep the others back. */
export type Applied =
  | ({ readonly manifest: Manifest; readonly resource: Resource } & ApplyResult)
  | { readonly manifest: Manifest; readonly outcome: 'refused'; readonly error: Error }
  /** In a dry run: the files make its namespace or its kind, and as long as they have not, no server can say anything. */
  | { readonly manifest: Manifest; readonly outcome: 'not checked' };

/** Throws only when the server can't be reached at all. */
export async function* applyManifests(kube: Kube, manifests: readonly Manifest[], options: ApplyOptions): AsyncGenerator<Applied> {
  const discovery = new Discovery(kube);
  const made = madeBy(manifests);
  const warned = new Set<string>();
  const onWarning = (text: string): void => {
    if (warned.has(text)) return;
    warned.add(text);
    options.onWarning?.(text);
  };
  for (const manifest of inOrder(manifests)) {
    const { object } = manifest;
    try {
      // What a dry run defines never comes, so nobody waits for it.
      const resource = await discovery.resource(object, !options.dryRun && made.kinds.has(kindKey(object)));
      const { namespace, ...metadata } = object.metadata;
      const placed = { ...object, metadata: resource.namespaced ? { ...metadata, namespace: namespace ?? options.namespace } : metadata };
      const result = await kube.apply(resource, sendable(placed), {
        fieldManager: fieldManagers.plugin,
        force: options.force ?? false,
        onWarning,
        ...(options.dryRun ? { dryRun: true } : {}),
      });
      yield { manifest, resource, ...result };
    } catch (error) {
      if (!(error instanceof Error) || !isAnswer(error)) throw error;
      yield options.dryRun && isUnmade(manifest, error, made) ? { manifest, outcome: 'not checked' } : { manifest, outcome: 'refused', error };
    }
  }
}

/** The server answered, or we did; everything else is the way there, and would be the same for the next object. */
const isAnswer = (error: Error): boolean => !isUnreachable(error) && (error instanceof KubeError || error instanceof UserError);

/** Namespaces first, then definitions of kinds, then the rest as given. */
export function inOrder(manifests: readonly Manifest[]): readonly Manifest[] {
  const rank = ({ object }: Manifest): number => (object.kind === 'Namespace' ? 0 : object.kind === 'CustomResourceDefinition' ? 1 : 2);
  return manifests.toSorted((a, b) => rank(a) - rank(b));
}

/** `kind.group/name`, as kubectl prints it; safe for a terminal, since what no server has seen may have any name. */
export function printedName({ apiVersion, kind, metadata }: KubeObject): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  return printable(`${kind.toLowerCase()}${group}/${metadata.name}`);
}

// What `kubectl get -o yaml` adds and a server refuses to be told in an apply.
function sendable(object: KubeObject): KubeObject {
  const { managedFields: _managedFields, resourceVersion: _resourceVersion, uid: _uid, creationTimestamp: _created, generation: _generation, ...metadata } = object.metadata;
  const { status: _status, ...rest } = object;
  return { ...rest, apiVersion: object.apiVersion, kind: object.kind, metadata } as KubeObject;
}

interface Made {
  readonly namespaces: ReadonlySet<string>;
  /** As {@link kindKey} has them. */
  readonly kinds: ReadonlySet<string>;
}

function madeBy(manifests: readonly Manifest[]): Made {
  const namespaces = manifests.flatMap(({ object }) => (object.kind === 'Namespace' && object.apiVersion === 'v1' ? [object.metadata.name] : []));
  return { namespaces: new Set(namespaces), kinds: new Set(manifests.flatMap(({ object }) => definedKind(object))) };
}

/** Whether the server knows too little only because nothing is stored. */
function isUnmade({ object }: Manifest, error: Error, { namespaces, kinds }: Made): boolean {
  const unknownSpace = error instanceof KubeError && error.code === 404 ? /^namespaces "([^"]+)" not found$/.exec(error.message)?.[1] : undefined;
  if (unknownSpace !== undefined) return namespaces.has(unknownSpace);
  return kinds.has(kindKey(object)) && (error instanceof UserError || isNotFound(error));
}

/** `group/Kind`. */
const kindKey = ({ apiVersion, kind }: KubeObject): string => `${apiVersion.split('/')[0]}/${kind}`;

function definedKind(object: KubeObject): readonly string[] {
  if (object.kind !== 'CustomResourceDefinition') return [];
  const spec = object['spec'] as { group?: unknown; names?: { kind?: unknown } } | undefined;
  return [`${String(spec?.group)}/${String(spec?.names?.kind)}`];
}
