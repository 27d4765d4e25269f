// What runs inside a sandbox: the part that agents declare and revisions freeze.
import { list, map, object, optional, text, withDefault, type TypeOf } from './schema.ts';

/** Parts between single slashes; a scheme, a leading, trailing or doubled slash do not fit. */
const imagePattern = '^[A-Za-z0-9][A-Za-z0-9._:@+-]*(/[A-Za-z0-9._:@+-]+)*$';

export const image = (description: string) => text(description, { pattern: imagePattern, minLength: 1, maxLength: 512 });

export const objectName = (description: string) =>
  text(description, { pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$', minLength: 1, maxLength: 253 });

// A NUL byte would end the text in the middle, on its way into the process.
const withoutNul = { pattern: String.raw`^[^\x00]*$`, maxLength: 131072 } as const;

const argument = text('One argument.', withoutNul);

const environmentVariable = object('One variable of the environment of the process.', {
  name: text('Name of the variable.', { pattern: '^[-._a-zA-Z][-._a-zA-Z0-9]*$', maxLength: 253 }),
  value: withDefault(text('Its value, literally: nothing in it is expanded.', withoutNul), ''),
});

export const agentSandboxFields = {
  image: image('OCI image that holds the agent.'),
  command: optional(list("Replaces the image's entrypoint.", argument, { max: 128 })),
  args: optional(list('Follow the command, or the entrypoint of the image.', argument, { max: 512 })),
  env: optional(list('Environment of the process. Keys of providers do not belong here: the egress proxy adds them.', environmentVariable, { max: 256, keys: ['name'] })),
} as const;

export const agentSandbox = object('What runs in the sandbox.', agentSandboxFields);
export type AgentSandbox = TypeOf<typeof agentSandbox>;

export const revisionTemplate = object('The sandbox, as it is frozen into a revision for every generation of the agent.', {
  metadata: optional(
    object('Copied to each revision.', {
      annotations: optional(map('Annotations of the revisions.', text('Value of one annotation.', { maxLength: 65536 }))),
      labels: optional(map("Labels of the revisions; the project's own labels win.", text('Value of one label.', { pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$', maxLength: 63 }))),
    }),
  ),
  spec: agentSandbox,
});
