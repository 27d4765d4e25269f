// Applies the manifests of `--apply` in a session, and tells what the server refused where a person looks for it.
import { join } from 'node:path';
import type { Kube } from '../../operator/kube/kube.ts';
import type { PluginContext } from '../context.ts';
import { applyManifests, printedName, type Applied } from '../manifests/apply.ts';
import { refusal } from '../manifests/refusal.ts';
import type { SettledRequest } from './request.ts';
import type { Stage } from './stage.ts';

export type Refused = Extract<Applied, { outcome: 'refused' }>;

/** An object that the server refuses keeps neither the others back nor the session: it may hold agents that run. */
export async function applyWanted({ request, wanted, store, ending }: Stage, kube: Kube): Promise<readonly Refused[]> {
  const refused: Refused[] = [];
  for await (const result of applyManifests(kube, wanted.manifests, { namespace: request.namespace, force: request.force, onWarning: (text) => store.notice(`Warning: ${text}`) })) {
    ending.signal.throwIfAborted();
    if (result.outcome !== 'refused') store.notice(`${printedName(result.manifest.object)} ${result.outcome}`);
    else refused.push(result);
  }
  return refused;
}

/** The command that applies to this session from another terminal. */
function applyAgain({ stateDir, namespace }: SettledRequest, { home }: PluginContext): string {
  return ['kubectl clrk apply --local', ...(stateDir === join(home, '.clrk') ? [] : [`--clrk-dir ${stateDir}`]), ...(namespace === 'default' ? [] : [`-n ${namespace}`])].join(' ');
}

/** Told last, so that it is what the interface's one line of news shows, and among the lines of the one who refused. */
export function tellRefused({ request, store, context }: Stage, refused: readonly Refused[]): void {
  const again = applyAgain(request, context);
  for (const { manifest, error } of refused) {
    for (const line of refusal(manifest, error, again).trimEnd().split('\n')) {
      store.line('apiserver', 'stderr', line);
      store.notice(line);
    }
  }
  if (refused.length > 0) store.notice(`not applied: ${refused.map(({ manifest }) => printedName(manifest.object)).join(', ')}; the session goes on, and the lines of apiserver say why`);
}
