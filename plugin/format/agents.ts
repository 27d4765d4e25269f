// Agents as `agents list` and `agents get` show them.
import type { DaemonAgent } from '../../operator/api/daemon-agent.ts';
import type { ObjectTable } from '../output/printer.ts';
import { facts, section } from './facts.ts';
import { ageOf } from './human-duration.ts';
import { printable } from './printable.ts';
import { table } from './table.ts';

export interface ListStyle {
  readonly now: () => Date;
  readonly wide: boolean;
  /** A column with the namespace in front. */
  readonly namespaces: boolean;
}

/** The columns of agents, under the title of their kind. */
export function agentTable({ now, wide, namespaces }: ListStyle): ObjectTable {
  return {
    title: 'DAEMONAGENTS',
    heading: [...(namespaces ? ['NAMESPACE'] : []), 'NAME', 'POOL', 'LATEST READY', 'PHASE', 'RESTARTS', 'AGE', ...(wide ? ['IMAGE', 'RUNTIME', 'WORKER', 'EGRESS'] : [])],
    row(object) {
      const { metadata, spec, status } = object as unknown as DaemonAgent;
      return [
        ...(namespaces ? [metadata.namespace ?? ''] : []),
        metadata.name,
        spec.workerPoolRef,
        status?.latestReadyRevisionName ?? '',
        status?.phase ?? '',
        String(status?.restartCount ?? 0),
        ageOf(metadata.creationTimestamp, now()),
        ...(wide ? [spec.template.spec.image, status?.runtime ?? '', status?.worker ?? '', gateways(spec)] : []),
      ];
    },
  };
}

const gateways = (spec: DaemonAgent['spec']): string => (spec.egressRefs ?? []).map(({ gatewayRef }) => gatewayRef).join(',');

/** Everything a person asks about one agent; `refusing` are the policies that stop its calls. */
export function agentFacts(agent: DaemonAgent, now: Date, refusing: readonly string[] = []): string {
  const { kind, metadata, spec, status } = agent;
  const conditions = status?.conditions ?? [];
  const { cpu, memory } = spec.resources ?? {};
  return [
    facts([
      ['Kind', kind],
      ['Name', metadata.name],
      ['Namespace', metadata.namespace],
      ['Pool', spec.workerPoolRef],
      ['Image', spec.template.spec.image],
      ['Restart', spec.restartPolicy],
      ['Max restarts', spec.maxRestarts ? String(spec.maxRestarts) : undefined],
      ['Max lifetime', spec.maxLifetimeSeconds ? `${spec.maxLifetimeSeconds}s` : undefined],
      ['Limits', [cpu === undefined ? '' : `cpu=${cpu}`, memory === undefined ? '' : `memory=${memory}`].filter(Boolean).join(' ')],
      ['Age', ageOf(metadata.creationTimestamp, now)],
    ]),
    section('Status', facts([
      ['Phase', status?.phase ?? 'Pending'],
      ['Message', status?.message],
      ['RestartCount', String(status?.restartCount ?? 0)],
      ['LatestCreatedRevisionName', status?.latestCreatedRevisionName ?? '-'],
      ['LatestReadyRevisionName', status?.latestReadyRevisionName ?? '-'],
      ['UpSince', status?.upSince === undefined ? undefined : `${status.upSince} (${ageOf(status.upSince, now)})`],
      ['Worker', status?.worker],
      ['Runtime', status?.runtime],
    ])),
    section('EgressRefs', (spec.egressRefs ?? []).map(({ gatewayRef }) => `${gatewayRef}\n`).join('') || 'none: the sandbox has no network\n'),
    section('Refusing calls', refusing.map((line) => `${printable(line, 4096)}\n`).join('')),
    conditions.length === 0 ? '' : section('Conditions', table([['TYPE', 'STATUS', 'REASON', 'MESSAGE'], ...conditions.map(({ type, status: holds, reason, message }) => [type, holds, reason, message])])),
  ].join('');
}
