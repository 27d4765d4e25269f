// DaemonAgent: freezes each generation into a revision, keeps the history short, and tells how the agent fares.
import { conditions } from '../api/conditions.ts';
import type { AgentSandboxRevision, RevisionVerdict } from '../api/agent-sandbox-revision.ts';
import { daemonAgent, type DaemonAgent } from '../api/daemon-agent.ts';
import { fieldManagers, labels } from '../api/group.ts';
import { agentSandboxRevisions, daemonAgents } from '../kube/resources.ts';
import { daemonAgentStatus, type Run } from '../plan/daemon-agent-status.ts';
import { isOwnedBy } from '../plan/owner.ts';
import { currentRevisionName, obsolete, revision } from '../plan/revision.ts';
import { qualified } from '../plan/route.ts';
import { isFinished, orderId } from '../plan/work-order.ts';
import { factsOf, nameOfWorker, type World } from './world.ts';
import { writeStatus } from './write.ts';

export async function reconcileDaemonAgent(world: World, { namespace, name }: { namespace: string; name: string }, agent: DaemonAgent | undefined): Promise<void> {
  const revisions = world.revisions.list(namespace).filter(({ metadata }) => metadata.labels?.[labels.agent] === name && metadata.labels[labels.agentKind] === 'DaemonAgent');
  if (!agent) {
    // Gone from the cache may also mean that it cannot be read: its history stays then.
    const isThere = revisions.length > 0 && (await world.kube.get(daemonAgents, { namespace, name })) !== undefined;
    return isThere ? undefined : removeRevisions(world, revisions);
  }
  if (agent.metadata.deletionTimestamp) return;
  await keepRevisions(world, agent, revisions);
  // Before the first decision nobody is placed, and what the last operator wrote is nearer to the truth.
  if (!world.placement) return;
  const run = runOf(world, agent);
  for (const one of revisions.filter((found) => isOwnedBy(found, agent))) await writeStatus(world, agentSandboxRevisions, one, revisionStatus(agent, one, run));
  await writeStatus(world, daemonAgents, agent, daemonAgentStatus(factsOf(world, agent), run, new Date()));
}

async function removeRevisions(world: World, revisions: readonly AgentSandboxRevision[]): Promise<void> {
  for (const { metadata } of revisions) await world.kube.remove(agentSandboxRevisions, metadata);
}

async function keepRevisions(world: World, agent: DaemonAgent, revisions: readonly AgentSandboxRevision[]): Promise<void> {
  await removeRevisions(world, obsolete(agent, revisions));
  const current = revisions.find(({ metadata }) => metadata.name === currentRevisionName(agent));
  const missing = !current || !isOwnedBy(current, agent);
  if (missing && daemonAgent.check(agent).length === 0) await world.kube.apply(agentSandboxRevisions, revision(agent), { fieldManager: fieldManagers.operator, force: true });
}

function runOf(world: World, agent: DaemonAgent): Run | undefined {
  const key = world.placement?.get(qualified(agent));
  if (key === undefined) return undefined;
  const peer = world.workers.get(key);
  const report = peer?.state;
  const id = orderId(agent);
  const sandbox = report?.sandboxes.find((one) => one.id === id && one.agent.uid === agent.metadata.uid);
  return { worker: nameOfWorker(key), report: report && { runtime: report.runtime.name, sandbox }, silent: world.settled && peer?.connected !== true };
}

function revisionStatus(agent: DaemonAgent, found: AgentSandboxRevision, run: Run | undefined): unknown {
  const isCurrent = found.metadata.name === currentRevisionName(agent);
  // The worker has not reported since we started, or has no part in it any more: what was known stands.
  if (isCurrent && found.status && (isFinished(agent) || (run && !run.report && !run.silent))) return found.status;
  const sandbox = isCurrent ? run?.report?.sandbox : undefined;
  const ready = sandbox?.imageReady ?? false;
  const verdicts: readonly RevisionVerdict[] = [
    ready
      ? { type: 'Ready', status: 'True', reason: 'WorkersReady', message: `ready on ${run?.worker ?? 'a worker'}` }
      : { type: 'Ready', status: 'False', reason: 'NoWorkersReady', message: sandbox?.message ?? (isCurrent ? 'no worker has it ready yet' : 'a newer revision has taken its place') },
    isCurrent
      ? { type: 'Active', status: 'True', reason: 'LatestRevision', message: 'the current generation of its agent' }
      : { type: 'Active', status: 'False', reason: 'Superseded', message: `${currentRevisionName(agent)} has taken its place` },
  ];
  return {
    conditions: conditions(found.status?.conditions, verdicts, { generation: found.metadata.generation ?? 1, now: new Date() }),
    readyWorkers: ready ? 1 : 0,
    workers: sandbox && run ? [{ podName: run.worker, imagePulled: sandbox.imageReady }] : [],
  };
}
