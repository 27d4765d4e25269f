// Makes the frozen revision of an agent's generation, and says which old ones go.
import type { AgentSandboxRevision } from '../api/agent-sandbox-revision.ts';
import type { DaemonAgent } from '../api/daemon-agent.ts';
import { apiVersion, labels, revisionName } from '../api/group.ts';
import { isOwnedBy, ownerOf } from './owner.ts';

export const historyLimit = 10;

export const currentRevisionName = (agent: DaemonAgent): string => revisionName(agent.metadata.name, agent.metadata.generation ?? 1);

export function revision(agent: DaemonAgent): AgentSandboxRevision {
  const { metadata, spec } = agent.spec.template;
  return {
    apiVersion,
    kind: 'AgentSandboxRevision',
    metadata: {
      name: currentRevisionName(agent),
      namespace: agent.metadata.namespace ?? 'default',
      labels: {
        ...metadata?.labels,
        [labels.agent]: agent.metadata.name,
        [labels.agentKind]: 'DaemonAgent',
        [labels.generation]: String(agent.metadata.generation ?? 1),
        [labels.workerPool]: agent.spec.workerPoolRef.slice(0, 63),
      },
      ...(metadata?.annotations ? { annotations: metadata.annotations } : {}),
      ownerReferences: [ownerOf(agent)],
    },
    spec,
  };
}

const generationOf = (found: AgentSandboxRevision): number => Number(found.metadata.labels?.[labels.generation] ?? 0);

/** Newest first. */
export const newestFirst = (found: readonly AgentSandboxRevision[]): readonly AgentSandboxRevision[] => found.toSorted((a, b) => generationOf(b) - generationOf(a));

/** Those of an earlier agent of the same name, and of this one the oldest beyond the history; never the latest created or ready. */
export function obsolete(agent: DaemonAgent, found: readonly AgentSandboxRevision[]): readonly AgentSandboxRevision[] {
  const foreign = found.filter((one) => !isOwnedBy(one, agent));
  const own = newestFirst(found.filter((one) => isOwnedBy(one, agent)));
  const kept = new Set([currentRevisionName(agent), agent.status?.latestReadyRevisionName]);
  return [...foreign, ...own.slice(historyLimit).filter((one) => !kept.has(one.metadata.name))];
}

