// Makes the work order of a DaemonAgent, or says what is still missing for one.
import { createHash } from 'node:crypto';
import type { AgentSandboxRevision } from '../api/agent-sandbox-revision.ts';
import { daemonAgent, type DaemonAgent, type DaemonAgentVerdict } from '../api/daemon-agent.ts';
import { egressGateway, type EgressGateway } from '../api/egress-gateway.ts';
import { describe } from '../api/object.ts';
import { quantityValue } from '../api/values.ts';
import type { WorkerPool } from '../api/worker-pool.ts';
import type { WorkOrder } from '../../sandbox/contract.ts';
import type { Authority } from './authority.ts';
import { isOwnedBy } from './owner.ts';
import { currentRevisionName } from './revision.ts';
import { qualified } from './route.ts';

export interface AgentFacts {
  readonly agent: DaemonAgent;
  readonly pool: WorkerPool | undefined;
  /** What the first egressRef names. */
  readonly gateway: EgressGateway | undefined;
  readonly authority: Authority;
  /** Of the current generation. */
  readonly revision: AgentSandboxRevision | undefined;
}

export function acceptedVerdict({ agent }: AgentFacts): DaemonAgentVerdict {
  const problems = daemonAgent.check(agent);
  if (problems.length === 0) return { type: 'Accepted', status: 'True', reason: 'SpecValid', message: 'the spec is valid' };
  return { type: 'Accepted', status: 'False', reason: 'InvalidSpec', message: describe(problems) };
}

export function poolVerdict({ agent, pool }: AgentFacts): DaemonAgentVerdict {
  const name = agent.spec.workerPoolRef;
  if (pool) return { type: 'WorkerPoolReady', status: 'True', reason: 'WorkerPoolFound', message: `WorkerPool ${name} exists` };
  return { type: 'WorkerPoolReady', status: 'False', reason: 'WorkerPoolNotFound', message: `WorkerPool ${name} does not exist in namespace ${agent.metadata.namespace}; apply it, or name another in spec.workerPoolRef` };
}

export function egressVerdict({ agent, gateway, authority }: AgentFacts): DaemonAgentVerdict {
  const type = 'EgressConfigured';
  const name = agent.spec.egressRefs?.[0]?.gatewayRef;
  if (name === undefined) return { type, status: 'True', reason: 'NoEgressRefs', message: 'the sandbox has no network; name a gateway in spec.egressRefs to give it one' };
  if (!gateway) return { type, status: 'False', reason: 'EgressRefsNotFound', message: `EgressGateway ${name} does not exist in namespace ${agent.metadata.namespace}; apply it, or name another in spec.egressRefs` };
  const problems = egressGateway.check(gateway);
  if (problems.length > 0) return { type, status: 'False', reason: 'EgressGatewayNotReady', message: `EgressGateway ${name}: ${describe(problems)}` };
  if (authority.state === 'present') return { type, status: 'True', reason: 'AllEgressRefsFound', message: `everything goes through EgressGateway ${name}` };
  const why = authority.state === 'unusable' ? authority.why : 'its certificate authority is being made';
  return { type, status: 'False', reason: 'EgressGatewayNotReady', message: `EgressGateway ${name}: ${why}` };
}

/** The status speaks of the current generation of this very agent. */
const isCurrent = (agent: DaemonAgent): boolean => agent.status?.latestCreatedRevisionName === currentRevisionName(agent);

/** It ran and will not run again, whatever becomes of its worker; a new generation runs anew. */
export const isFinished = (agent: DaemonAgent): boolean => agent.status?.phase === 'Stopped' && isCurrent(agent);

/** How often the current generation started again, as its status has it. */
export const restartsSoFar = (agent: DaemonAgent): number => (isCurrent(agent) ? (agent.status?.restartCount ?? 0) : 0);

/** Undefined while something is missing: a sandbox never starts without the gateway that it names. */
export function workOrder(facts: AgentFacts): WorkOrder | undefined {
  const { agent, gateway, authority, revision } = facts;
  const blocked = [acceptedVerdict(facts), poolVerdict(facts), egressVerdict(facts)].some((verdict) => verdict.status !== 'True');
  if (blocked || agent.metadata.deletionTimestamp || !revision || !isOwnedBy(revision, agent) || isFinished(agent)) return undefined;
  const { spec } = agent;
  return {
    id: orderId(agent),
    agent: { kind: 'DaemonAgent', namespace: agent.metadata.namespace ?? 'default', name: agent.metadata.name, uid: agent.metadata.uid ?? '', revision: revision.metadata.name },
    image: revision.spec.image,
    command: revision.spec.command ?? [],
    args: revision.spec.args ?? [],
    env: (revision.spec.env ?? []).map(({ name, value }) => ({ name, value })),
    restartPolicy: spec.restartPolicy,
    maxRestarts: spec.maxRestarts ?? 0,
    restartCount: restartsSoFar(agent),
    maxLifetimeSeconds: spec.maxLifetimeSeconds ?? 0,
    limits: {
      cpuMillis: Math.round(1000 * (quantityValue(spec.resources?.cpu ?? 0) ?? 0)),
      memoryBytes: Math.round(quantityValue(spec.resources?.memory ?? 0) ?? 0),
    },
    ...(gateway && authority.state === 'present' ? { egress: { gateway: qualified(gateway), authority: authority.certificate } } : {}),
  };
}

/**
 * `da-<namespace>-<name>-<generation>`. A dash or dot in a name could make two agents the same (`a-b`/`c` and `a`/`b-c`),
 * and 63 characters could be too few: then a digest tells them apart. It begins with a letter, so it is never a generation.
 */
export function orderId({ metadata }: DaemonAgent): string {
  const { namespace = 'default', name, generation = 1 } = metadata;
  const plain = `da-${namespace}-${name}-${generation}`;
  if (plain.length <= 63 && !namespace.includes('-') && !name.includes('.')) return plain;
  const digest = createHash('sha256').update(`${namespace}/${name}`).digest('hex').slice(0, 8);
  return `${`da-${namespace}-${name}`.replaceAll('.', '-').slice(0, 40).replace(/-+$/, '')}-${generation}-x${digest}`;
}
