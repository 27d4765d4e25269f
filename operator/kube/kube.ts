// The door to a Kubernetes API server: what this project asks of one, whichever it is.
import type { KubeObject } from '../api/object.ts';

export type { KubeObject, ObjectMeta, OwnerReference } from '../api/object.ts';

export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export interface Ref {
  readonly namespace?: string;
  readonly name: string;
}

export interface Scope {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface WatchOptions extends Scope {
  /** Where to go on; absent: the watch begins with everything there is. */
  readonly resourceVersion?: string;
  readonly signal: AbortSignal;
  /** Told about every interruption that the watch gets over by itself. */
  readonly onRetry?: (error: unknown, afterMs: number) => void;
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  /** Everything that existed has been told: after the first list, and after each list that an expired watch makes necessary. */
  | { readonly type: 'SYNCED'; readonly resourceVersion: string };

export interface ApplyOptions {
  readonly fieldManager: string;
  /** Takes over fields that somebody else owns, instead of a conflict (409). */
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly subresource?: 'status';
  /** Told each warning of the server, also when it refuses. */
  readonly onWarning?: (text: string) => void;
}

export interface RemoveOptions {
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export type ApplyOutcome = 'created' | 'configured' | 'unchanged';

export interface ApplyResult {
  readonly object: KubeObject;
  readonly outcome: ApplyOutcome;
  /** As it was a moment before; absent when there was none. */
  readonly before?: KubeObject;
}

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** Ends the request when nothing at all arrives for so long; 30 s. */
  readonly idleTimeoutMs?: number;
  /** Ends the request when no answer begins within so long; 10 s for reads, 40 s for writes. */
  readonly answerTimeoutMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Must be read to its end, or left by breaking out of the loop: the connection is busy until then. */
  readonly body: AsyncIterable<Buffer>;
}

/** All methods throw {@link KubeError}, and nothing else but the reason of an aborted signal. */
export interface Kube {
  /** URL of the server. */
  readonly server: string;
  /** Undefined when there is no such object. */
  get(resource: Resource, ref: Ref): Promise<KubeObject | undefined>;
  list(resource: Resource, scope?: Scope): Promise<{ readonly items: readonly KubeObject[]; readonly resourceVersion: string }>;
  /**
   * Everything that happens, without an end, until the signal aborts: interruptions are bridged, and after an expired
   * watch the difference is told as if it had been seen. Throws only while nothing has been seen yet.
   */
  watch(resource: Resource, options: WatchOptions): AsyncIterable<WatchEvent>;
  /** Server-side apply. */
  apply(resource: Resource, object: KubeObject, options: ApplyOptions): Promise<ApplyResult>;
  create(resource: Resource, object: KubeObject): Promise<KubeObject>;
  /** Writes the whole object; a conflict (409) when it is not of the resourceVersion any more that it carries. */
  replace(resource: Resource, object: KubeObject): Promise<KubeObject>;
  /** False when there was nothing to remove; a conflict (409) when it is not the one that `preconditions` mean. */
  remove(resource: Resource, ref: Ref, options?: RemoveOptions): Promise<boolean>;
  /** Any request; the answer is returned whatever its status. */
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  close(): void;
}
