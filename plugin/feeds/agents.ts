// Keeps the store's agents as they are in the cluster: watches every DaemonAgent of every namespace.
import type { DaemonAgent } from '../../operator/api/daemon-agent.ts';
import { entries, field } from '../../operator/api/object.ts';
import type { AgentRow, ConditionRow } from './rows.ts';

/** One DaemonAgent as a row. Takes whatever the server sent: an object that the schema never saw must not end the session. */
export function agentRow(agent: DaemonAgent | Record<string, unknown>): AgentRow {
  const text = (...path: readonly string[]): string => {
    const value = field(agent, ...path);
    return typeof value === 'string' ? value : '';
  };
  const some = <Name extends string>(name: Name, value: string): Partial<Record<Name, string>> => (value === '' ? {} : ({ [name]: value } as Record<Name, string>));
  const upSince = new Date(text('status', 'upSince'));
  const restarts = Number(field(agent, 'status', 'restartCount'));
  const conditions = entries(field(agent, 'status', 'conditions')).map(conditionRow);
  return {
    namespace: text('metadata', 'namespace'),
    name: text('metadata', 'name'),
    pool: text('spec', 'workerPoolRef'),
    image: text('spec', 'template', 'spec', 'image'),
    phase: text('status', 'phase') || 'Pending',
    restarts: Number.isFinite(restarts) ? restarts : 0,
    ...(Number.isNaN(upSince.getTime()) ? {} : { upSince }),
    ...some('revision', text('status', 'latestReadyRevisionName') || text('status', 'latestCreatedRevisionName')),
    ...some('runtime', text('status', 'runtime')),
    ...some('worker', text('status', 'worker')),
    ...some('issue', issue(conditions, text('status', 'message'))),
    conditions,
  };
}

/** What is in the way: the last condition that does not hold, else what the worker said. */
function issue(conditions: readonly ConditionRow[], message: string): string {
  const bad = conditions.findLast((condition) => condition.status !== 'True');
  return bad === undefined ? message : [bad.reason, bad.message].filter(Boolean).join(': ');
}

function conditionRow(condition: unknown): ConditionRow {
  const text = (name: string): string => String(field(condition, name) ?? '');
  return { type: text('type'), status: text('status'), reason: text('reason'), message: text('message') };
}
