// AgentSandboxRevision: the frozen sandbox of one generation of an agent, written by the operator only.
import { agentSandboxFields } from './agent-sandbox.ts';
import { conditionList, type Verdict } from './conditions.ts';
import { age, type KindDefinition, type Kinded } from './object.ts';
import { flag, integer, list, object, optional, text, type TypeOf } from './schema.ts';

const spec = object('The sandbox as it was when the agent had this generation.', agentSandboxFields);

const worker = object('One worker that runs the revision.', {
  podName: text('Name of the worker.', { maxLength: 253 }),
  imagePulled: flag('Whether the image is there and unpacked.'),
});

const status = object('Where the revision runs.', {
  conditions: conditionList('Ready, Active.'),
  readyWorkers: optional(integer('Workers that have everything it takes to run it.')),
  workers: optional(list('The workers that were told to run it.', worker, { max: 64, keys: ['podName'] })),
});

export type AgentSandboxRevision = Kinded<'AgentSandboxRevision', TypeOf<typeof spec>, TypeOf<typeof status>>;

export type RevisionVerdict =
  | Verdict<'Ready', 'WorkersReady' | 'NoWorkersReady'>
  | Verdict<'Active', 'LatestRevision' | 'Superseded'>;

export const agentSandboxRevision: KindDefinition = {
  kind: 'AgentSandboxRevision',
  plural: 'agentsandboxrevisions',
  singular: 'agentsandboxrevision',
  shortNames: ['asr'],
  description: 'The frozen sandbox of one generation of an agent. Written by the operator; change the agent instead.',
  spec,
  status,
  check: () => [],
  columns: [
    { name: 'Image', type: 'string', jsonPath: '.spec.image' },
    { name: 'Ready Workers', type: 'integer', jsonPath: '.status.readyWorkers' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    age,
  ],
};
