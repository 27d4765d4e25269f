// WorkerPool: the workers that sandboxes land on.
import { image } from './agent-sandbox.ts';
import { conditionList, type Verdict } from './conditions.ts';
import { age, nameFitsLabel, nameFitsLabelRule, type KindDefinition, type Kinded } from './object.ts';
import { integer, object, optional, withDefault, type TypeOf } from './schema.ts';

/** Sandboxes that one worker takes when the pool does not say. */
export const defaultExecutionsPerWorker = 10;

const spec = object('How many workers there should be, and what they are.', {
  replicas: withDefault(integer('Number of workers. `kubectl clrk dev` runs one; the condition Available tells how many there are.'), 1),
  template: object('What a worker is.', {
    image: image('Image of the worker. `kubectl clrk dev` runs its own worker process instead of a pod and sets this itself.'),
  }),
  maxExecutionsPerWorker: optional(integer(`Sandboxes that one worker takes; an agent that fits nowhere waits. 0 or absent means ${defaultExecutionsPerWorker}.`)),
});

const status = object('What is known about the workers.', {
  conditions: conditionList('Configured, Available, Progressing.'),
  readyReplicas: optional(integer('Workers that are connected.')),
  capacity: optional(
    object('Room for sandboxes.', {
      maxExecutions: integer('Sandboxes that fit on the connected workers.'),
      availableExecutions: integer('Of these, how many are free.'),
    }),
  ),
  activeExecutions: optional(integer('Sandboxes placed on the workers.')),
  observedGeneration: optional(integer('Generation that this status speaks of.', 0, Number.MAX_SAFE_INTEGER)),
});

export type WorkerPool = Kinded<'WorkerPool', TypeOf<typeof spec>, TypeOf<typeof status>>;

export type WorkerPoolVerdict =
  | Verdict<'Configured', 'SpecValid' | 'InvalidSpec'>
  | Verdict<'Available', 'WorkersReady' | 'NoWorkersReady'>
  /** DeploymentRollingOut while fewer workers are connected than asked for. */
  | Verdict<'Progressing', 'DeploymentRollingOut' | 'DeploymentComplete'>;

export const workerPool: KindDefinition = {
  kind: 'WorkerPool',
  plural: 'workerpools',
  singular: 'workerpool',
  shortNames: ['wp'],
  description: 'The workers that sandboxes land on.',
  spec,
  status,
  rules: [nameFitsLabelRule],
  check: nameFitsLabel,
  columns: [
    { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' },
    { name: 'Ready', type: 'integer', jsonPath: '.status.readyReplicas' },
    { name: 'Active', type: 'integer', jsonPath: '.status.activeExecutions' },
    age,
  ],
};
