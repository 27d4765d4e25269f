// DaemonAgent: an agent that runs for ever, in exactly one sandbox.
import { objectName, revisionTemplate } from './agent-sandbox.ts';
import { conditionList, type Verdict } from './conditions.ts';
import { age, entries, field, nameFitsLabel, nameFitsLabelRule, type KindDefinition, type Kinded, type Problem } from './object.ts';
import { enumOf, integer, list, object, optional, quantity, text, time, withDefault, ruled, type TypeOf, type Rule } from './schema.ts';
import { quantityValue } from './values.ts';

/** Beyond it a number is a mistake, and the kernel takes none. */
const mostCores = 100_000;

/** A quantity beside a bound; one that cannot be read is the pattern's to refuse. */
const bounded = (field: 'cpu' | 'memory', holds: string, words: string): Rule => ({
  rule: `!has(self.${field}) || !isQuantity(string(self.${field})) || ${holds.replaceAll('$', `quantity(string(self.${field}))`)}`,
  message: `is ${words}`, messageExpression: `"is %s, ${words}".format([string(self.${field})])`, fieldPath: `.${field}`,
});

const spec = object('What should run, and where.', {
  template: revisionTemplate,
  workerPoolRef: objectName('Name of the WorkerPool in the same namespace on whose workers the agent runs.'),
  resources: optional(
    ruled(
      object('Limits of the sandbox; without one the worker sets none.', {
        cpu: optional(quantity('Cores, e.g. `500m` or `2`.')),
        memory: optional(quantity('Memory of all processes of the sandbox together, e.g. `512Mi`.')),
      }),
      bounded('cpu', "$.compareTo(quantity('1m')) >= 0", 'less than a thousandth of a core (1m)'),
      bounded('memory', "$.compareTo(quantity('1Mi')) >= 0", 'less than 1Mi; did you leave out the unit?'),
      bounded('cpu', `$.compareTo(quantity('${mostCores}')) <= 0`, `more than ${mostCores} cores`),
      bounded('memory', "$.compareTo(quantity('1Pi')) <= 0", 'more than 1Pi'),
    ),
  ),
  restartPolicy: withDefault(enumOf('Whether the process starts again after it ended: in every case, after a failure, or not.', ['Always', 'OnFailure', 'Never']), 'Always'),
  maxRestarts: optional(integer('How often it starts again at most; 0 or absent means without limit.')),
  maxLifetimeSeconds: optional(integer('How long one run may take before it is ended and handled as restartPolicy says; 0 or absent means for ever.')),
  egressRefs: optional(
    list(
      'The gateway through which everything that the agent sends goes. Without one the sandbox has no network at all. One entry at most.',
      object('One gateway.', { gatewayRef: objectName('Name of an EgressGateway in the same namespace.') }),
      { max: 1 },
    ),
  ),
});

const status = object('What is known about the agent.', {
  conditions: conditionList('Accepted, WorkerPoolReady, EgressConfigured, RevisionReady.'),
  phase: optional(enumOf('What the process is doing.', ['Pending', 'Running', 'Stopped', 'CrashLoopBackOff'])),
  message: optional(text('What is in the way, for a person.', { maxLength: 4096 })),
  upSince: optional(time('Start of the current run.')),
  restartCount: optional(integer('How often the process started again since the revision was placed.')),
  worker: optional(text('Worker that the agent is placed on.', { maxLength: 253 })),
  runtime: optional(text('What isolates the sandbox: gvisor, bubblewrap or namespaces.', { maxLength: 63 })),
  latestCreatedRevisionName: optional(text('Revision of the current generation.', { maxLength: 253 })),
  latestReadyRevisionName: optional(text('Newest revision that was ready on a worker.', { maxLength: 253 })),
  observedGeneration: optional(integer('Generation that this status speaks of.', 0, Number.MAX_SAFE_INTEGER)),
});

export type DaemonAgent = Kinded<'DaemonAgent', TypeOf<typeof spec>, TypeOf<typeof status>>;

/** Each condition with the reasons it may carry. */
export type DaemonAgentVerdict =
  | Verdict<'Accepted', 'SpecValid' | 'InvalidSpec'>
  | Verdict<'WorkerPoolReady', 'WorkerPoolFound' | 'WorkerPoolNotFound'>
  /** EgressGatewayNotReady: the gateway is there, but nothing may go through it yet. */
  | Verdict<'EgressConfigured', 'NoEgressRefs' | 'AllEgressRefsFound' | 'EgressRefsNotFound' | 'EgressGatewayNotReady'>
  /** What another condition says is in the way carries its reason here too; NoWorkersReady: no worker has the image ready yet. */
  | Verdict<'RevisionReady', RevisionReadyReason>;

export const revisionReadyReasons = ['RevisionReady', 'NoWorkersReady', 'RevisionPending', 'InvalidSpec', 'WorkerPoolNotFound', 'EgressRefsNotFound', 'EgressGatewayNotReady'] as const;
export type RevisionReadyReason = (typeof revisionReadyReasons)[number];

function check(candidate: unknown): readonly Problem[] {
  const problems: Problem[] = [...nameFitsLabel(candidate)];
  const resources = field(candidate, 'spec', 'resources');
  const cpu = field(resources, 'cpu');
  const memory = field(resources, 'memory');
  const value = (written: unknown): number | undefined =>
    typeof written === 'string' || typeof written === 'number' ? quantityValue(written) : undefined;
  if (cpu !== undefined && (value(cpu) ?? 1) < 0.001) problems.push({ path: '/spec/resources/cpu', message: `is ${String(cpu)}, less than a thousandth of a core (1m)` });
  if (memory !== undefined && (value(memory) ?? 2 ** 30) < 2 ** 20) problems.push({ path: '/spec/resources/memory', message: `is ${String(memory)}, less than 1Mi; did you leave out the unit?` });
  if ((value(cpu) ?? 0) > mostCores) problems.push({ path: '/spec/resources/cpu', message: `is ${String(cpu)}, more than ${mostCores} cores` });
  if ((value(memory) ?? 0) > 2 ** 50) problems.push({ path: '/spec/resources/memory', message: `is ${String(memory)}, more than 1Pi` });
  const seen = new Set<unknown>();
  entries(field(candidate, 'spec', 'template', 'spec', 'env')).forEach((variable, index) => {
    const name = field(variable, 'name');
    if (name !== undefined && seen.has(name)) problems.push({ path: `/spec/template/spec/env/${index}/name`, message: `is ${String(name)} a second time` });
    seen.add(name);
  });
  return problems;
}

export const daemonAgent: KindDefinition = {
  kind: 'DaemonAgent',
  plural: 'daemonagents',
  singular: 'daemonagent',
  shortNames: ['da'],
  description: 'An agent that runs for ever, in exactly one sandbox, and reaches out only through its egress gateway.',
  spec,
  status,
  rules: [nameFitsLabelRule],
  check,
  columns: [
    { name: 'Image', type: 'string', jsonPath: '.spec.template.spec.image' },
    { name: 'Pool', type: 'string', jsonPath: '.spec.workerPoolRef' },
    { name: 'Latest Ready', type: 'string', jsonPath: '.status.latestReadyRevisionName' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    { name: 'Restarts', type: 'integer', jsonPath: '.status.restartCount' },
    { name: 'Runtime', type: 'string', jsonPath: '.status.runtime', priority: 1 },
    age,
  ],
};
