// WorkerPool: the workers that sandboxes land on.
import { image, objectName } from './agent-sandbox.ts';
import { conditionList, type Verdict } from './conditions.ts';
import { age, nameFitsLabel, nameFitsLabelRule, type KindDefinition, type Kinded } from './object.ts';
import { enumOf, integer, list, map, object, optional, quantity, text, withDefault, type TypeOf } from './schema.ts';

/** Sandboxes that one worker takes when the pool does not say. */
export const defaultExecutionsPerWorker = 10;

const labelKey = { pattern: String.raw`^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`, maxLength: 317 } as const;
const labelValue = { pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$', maxLength: 63 } as const;

const amounts = (description: string) =>
  object(description, {
    cpu: optional(quantity('Cores, e.g. `500m` or `2`.')),
    memory: optional(quantity('Memory, e.g. `2Gi`.')),
    'ephemeral-storage': optional(quantity('Disk of the node for images and for what agents write, e.g. `20Gi`.')),
  });

const toleration = object('One taint that workers bear.', {
  key: optional(text('Key of the taint; absent with operator Exists: every taint.', labelKey)),
  operator: optional(enumOf('Equal compares the value, too; absent means Equal.', ['Exists', 'Equal'])),
  value: optional(text('Value of the taint.', labelValue)),
  effect: optional(enumOf('Absent: every effect.', ['NoSchedule', 'PreferNoSchedule', 'NoExecute'])),
  tolerationSeconds: optional(integer('How long NoExecute is borne; absent: for ever.', 0, Number.MAX_SAFE_INTEGER)),
});

const template = object('What a worker is. In a cluster each is a pod of two containers, `worker` and `proxy`; `kubectl clrk dev` runs processes of its own in their place, and there the fields say nothing.', {
  image: image('Image of the container `worker`. The image of `proxy` is that of the installation.'),
  imagePullPolicy: optional(enumOf('When the image of the worker is pulled; absent means as Kubernetes does it.', ['Always', 'IfNotPresent', 'Never'])),
  imagePullSecrets: optional(list('Secrets in the same namespace with which the node pulls the images. The operator does not read them.', object('One Secret.', { name: objectName('Name of the Secret.') }), { max: 16, keys: ['name'] })),
  resources: optional(
    object('Of the container `worker`, in which all of its sandboxes run.', {
      requests: optional(amounts('What a node must have free; without it a fifth of a core and 512Mi.')),
      limits: optional(amounts('What it may use at most; without it there is no limit.')),
    }),
  ),
  nodeSelector: optional(map('Labels that a node must have.', text('Value of one label.', labelValue))),
  tolerations: optional(list('Taints of nodes that workers bear.', toleration, { max: 64 })),
});

const spec = object('How many workers there should be, and what they are.', {
  replicas: withDefault(integer('Number of workers. `kubectl clrk dev` runs one; the condition Available tells how many there are.'), 1),
  template,
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

/** Why pods of workers do not come up. */
export type WorkersHindered =
  /** A node cannot get an image of the pod. */
  | 'ImagePullFailed'
  /** A ResourceQuota of the namespace is used up. */
  | 'QuotaExceeded'
  /** The Pod Security level of the namespace does not let the pods in. */
  | 'ForbiddenByPodSecurity'
  /** No node fits. */
  | 'Unschedulable'
  /** A container ends again and again, or cannot be made. */
  | 'WorkerFailing'
  /** The API server refuses what the pool is made of. */
  | 'ObjectsRefused';

export type WorkerPoolVerdict =
  | Verdict<'Configured', 'SpecValid' | 'InvalidSpec'>
  | Verdict<'Available', 'WorkersReady' | 'NoWorkersReady' | WorkersHindered>
  /** DeploymentRollingOut while fewer workers are connected than asked for. */
  | Verdict<'Progressing', 'DeploymentRollingOut' | 'DeploymentComplete' | WorkersHindered>;

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
