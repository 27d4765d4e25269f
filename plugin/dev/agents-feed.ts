// Keeps the session's rows of agents as they are in the cluster, for as long as the session runs.
import type { Kube } from '../../operator/kube/kube.ts';
import { daemonAgents } from '../../operator/kube/resources.ts';
import { agentRow } from '../feeds/agents.ts';
import type { DevStore } from '../feeds/store.ts';
import type { Ending } from './ending.ts';

const key = ({ metadata }: { readonly metadata: { readonly namespace?: string; readonly name: string } }): string => `${metadata.namespace ?? ''}/${metadata.name}`;
const pauseMs = 1000;

/** Follows until the session ends; a watch that breaks for good is begun anew. */
export async function followAgents(kube: Kube, store: DevStore, { signal }: Ending): Promise<void> {
  const rows = new Map<string, ReturnType<typeof agentRow>>();
  while (!signal.aborted) {
    try {
      for await (const event of kube.watch(daemonAgents, { signal })) {
        if (event.type === 'SYNCED') continue;
        if (event.type === 'DELETED') rows.delete(key(event.object));
        else rows.set(key(event.object), agentRow(event.object as unknown as Record<string, unknown>));
        store.agents([...rows.values()]);
      }
    } catch (error) {
      if (signal.aborted) return;
      store.line('controller-manager', 'stderr', `watching agents: ${error instanceof Error ? error.message : String(error)}`);
      rows.clear();
      await new Promise((resolve) => { setTimeout(resolve, pauseMs); });
    }
  }
}
