// Puts together the status of a DaemonAgent from what is configured, where it is placed and what its worker reported.
import { conditions, findCondition } from '../api/conditions.ts';
import { revisionReadyReasons, type DaemonAgent, type DaemonAgentVerdict, type RevisionReadyReason } from '../api/daemon-agent.ts';
import type { SandboxStatus } from '../../sandbox/contract.ts';
import { currentRevisionName } from './revision.ts';
import { acceptedVerdict, egressVerdict, isFinished, poolVerdict, restartsSoFar, workOrder, type AgentFacts } from './work-order.ts';

/** Where the agent is placed, and what is known from there. */
export interface Run {
  readonly worker: string;
  /** Undefined until the worker reported for the first time since we started: then the last known state stands. */
  readonly report: { readonly runtime: string; readonly sandbox: SandboxStatus | undefined } | undefined;
  /** It had the time to come back after our start and did not: what was known is not taken for the truth any longer. */
  readonly silent?: boolean;
}

type Status = NonNullable<DaemonAgent['status']>;

export function daemonAgentStatus(facts: AgentFacts, run: Run | undefined, now: Date): Status {
  const { agent } = facts;
  const generation = agent.metadata.generation ?? 1;
  const current = currentRevisionName(agent);
  const configured = [acceptedVerdict(facts), poolVerdict(facts), egressVerdict(facts)];
  const blocked = configured.find((verdict) => verdict.status !== 'True');
  const before = agent.status;
  const revisionMade = facts.revision !== undefined;
  const isUnheard = !blocked && run !== undefined && run.report === undefined && !run.silent && before?.worker === run.worker && before.latestCreatedRevisionName === current;
  // One that has finished is in nobody's hands any more.
  const carriesOn = before !== undefined && (isUnheard || isFinished(agent));
  const observed = carriesOn ? lastKnown(before) : observe(facts, run, blocked);
  const ready = readyVerdict(facts, observed, blocked);
  const verdicts = [...configured, carriesOn ? (lastVerdict(before) ?? ready) : ready];
  const isReady = verdicts.some((verdict) => verdict.type === 'RevisionReady' && verdict.status === 'True');
  const latestReady = isReady ? current : before?.latestReadyRevisionName;
  return {
    conditions: conditions(before?.conditions, verdicts, { generation, now }),
    ...observed.fields,
    ...(revisionMade ? { latestCreatedRevisionName: current } : before?.latestCreatedRevisionName ? { latestCreatedRevisionName: before.latestCreatedRevisionName } : {}),
    ...(latestReady ? { latestReadyRevisionName: latestReady } : {}),
    observedGeneration: generation,
  };
}

interface Observed {
  readonly sandbox: SandboxStatus | undefined;
  readonly message: string | undefined;
  readonly fields: Pick<Status, 'phase' | 'message' | 'upSince' | 'restartCount' | 'worker' | 'runtime'>;
}

function observe(facts: AgentFacts, run: Run | undefined, blocked: DaemonAgentVerdict | undefined): Observed {
  if (blocked) return waiting(facts, blocked.message);
  if (!workOrder(facts)) return waiting(facts, 'its revision is being made');
  if (!run) return waiting(facts, noPlace(facts));
  const { worker, report } = run;
  const sandbox = report?.sandbox;
  if (!sandbox) {
    const message = run.silent ? `${worker} has not been heard of since the operator started` : `${worker} was told to run it`;
    return { ...waiting(facts, message), fields: { phase: 'Pending', message, restartCount: restartsSoFar(facts.agent), worker, ...(report ? { runtime: report.runtime } : {}) } };
  }
  return {
    sandbox,
    message: sandbox.message,
    fields: {
      phase: sandbox.phase,
      ...(sandbox.message ? { message: sandbox.message.slice(0, 4096) } : {}),
      ...(sandbox.upSince ? { upSince: sandbox.upSince } : {}),
      restartCount: sandbox.restartCount,
      worker,
      ...(report ? { runtime: report.runtime } : {}),
    },
  };
}

function noPlace({ agent, pool }: AgentFacts): string {
  const name = agent.spec.workerPoolRef;
  const { maxExecutions: places = 0, availableExecutions: free = 0 } = pool?.status?.capacity ?? {};
  if (places === 0) return `no worker of WorkerPool ${name} is connected; see \`kubectl get workerpool ${name}\``;
  if (free > 0) return `it is being given a place in WorkerPool ${name}`;
  return `WorkerPool ${name} is full: it has room for ${places} agents; delete one, or raise its spec.maxExecutionsPerWorker`;
}

/** The count stays: it is what the next worker starts from. */
const waiting = ({ agent }: AgentFacts, message: string): Observed => ({ sandbox: undefined, message, fields: { phase: 'Pending', message: message.slice(0, 4096), restartCount: restartsSoFar(agent) } });

function lastKnown(before: Status): Observed {
  const { phase, message, upSince, restartCount, worker, runtime } = before;
  const fields = {
    ...(phase ? { phase } : {}),
    ...(message ? { message } : {}),
    ...(upSince ? { upSince } : {}),
    ...(restartCount === undefined ? {} : { restartCount }),
    ...(worker ? { worker } : {}),
    ...(runtime ? { runtime } : {}),
  };
  return { sandbox: undefined, message, fields };
}

function readyVerdict(facts: AgentFacts, { sandbox, message = 'the image is being fetched' }: Observed, blocked: DaemonAgentVerdict | undefined): DaemonAgentVerdict {
  const type = 'RevisionReady';
  if (sandbox?.imageReady) return { type, status: 'True', reason: 'RevisionReady', message: `${currentRevisionName(facts.agent)} is ready on a worker` };
  if (blocked) return { type, status: 'False', reason: knownReason(blocked.reason), message };
  return { type, status: 'False', reason: workOrder(facts) ? 'NoWorkersReady' : 'RevisionPending', message };
}

const knownReason = (reason: string): RevisionReadyReason => revisionReadyReasons.find((known) => known === reason) ?? 'NoWorkersReady';

function lastVerdict(before: Status): DaemonAgentVerdict | undefined {
  const known = findCondition(before.conditions, 'RevisionReady');
  if (!known) return undefined;
  return { type: 'RevisionReady', status: known.status, reason: knownReason(known.reason), message: known.message };
}
