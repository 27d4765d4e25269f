// Keeps the session's rows of agents as they are in the cluster, for as long as the session runs.
import type { Kube } from '../../operator/kube/kube.ts';
import { daemonAgents } from '../../operator/kube/resources.ts';
import { agentRow } from '../feeds/agents.ts';
import type { AgentRow } from '../feeds/rows.ts';
import type { DevStore } from '../feeds/store.ts';
import type { Ending } from './ending.ts';

const key = ({ metadata }: { readonly metadata: { readonly namespace?: string; readonly name: string } }): string => `${metadata.namespace ?? ''}/${metadata.name}`;
const pauseMs = 1000;

/**
 * What ran before we started ended with the worker of that session; until the operator has found out, the cluster still
 * tells of it. Times of objects have whole seconds.
 */
export function ofThisSession(row: AgentRow, startedAt: Date): AgentRow {
  if (row.phase !== 'Running' || row.upSince === undefined || row.upSince.getTime() + 1000 > startedAt.getTime()) return row;
  const { upSince: _upSince, worker: _worker, runtime: _runtime, ...rest } = row;
  return { ...rest, phase: 'Pending' };
}

/** Follows until the session ends; a watch that breaks for good is begun anew. */
export async function followAgents(kube: Kube, store: DevStore, { signal }: Ending): Promise<void> {
  const startedAt = new Date(Date.now() - process.uptime() * 1000);
  const rows = new Map<string, AgentRow>();
  while (!signal.aborted) {
    try {
      for await (const event of kube.watch(daemonAgents, { signal })) {
        if (event.type === 'SYNCED') continue;
        if (event.type === 'DELETED') rows.delete(key(event.object));
        else rows.set(key(event.object), ofThisSession(agentRow(event.object as unknown as Record<string, unknown>), startedAt));
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
