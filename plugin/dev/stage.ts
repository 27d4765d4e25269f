// What every step of a session's bring-up works with: the request, what was read for it, and where to show and undo things.
import type { PluginContext } from '../context.ts';
import type { DevStore } from '../feeds/store.ts';
import type { Manifest } from '../manifests/read.ts';
import type { SecretContent } from '../secrets/flag.ts';
import type { Closing } from './closing.ts';
import type { Ending } from './ending.ts';
import type { Borrowed } from './existing/kubeconfig.ts';
import type { SettledRequest } from './request.ts';

/** What was read and checked before anything started. */
export interface Wanted {
  readonly secrets: readonly SecretContent[];
  readonly manifests: readonly Manifest[];
  /** The context of a cluster that is there; absent: the embedded one. */
  readonly borrowed?: Borrowed;
}

export interface Stage {
  readonly request: SettledRequest;
  readonly context: PluginContext;
  readonly wanted: Wanted;
  /** Folder of the children's bundles. */
  readonly bundles: string;
  readonly store: DevStore;
  readonly ending: Ending;
  readonly closing: Closing;
}
