// What an agent's process is called with: what the order says, else what its image says.
import type { WorkOrder } from './contract.ts';
import type { Root } from './root.ts';
import { defaultPath } from './runtime.ts';
import { trustVariables } from './trust.ts';

export interface Invocation {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The order's variables win over those of the CA, and these over the image's. */
export function invocation(order: WorkOrder, image: Root): Invocation {
  const command = order.command.length > 0 ? [...order.command, ...order.args] : [...image.entrypoint, ...(order.args.length > 0 ? order.args : image.cmd)];
  if (command.length === 0) throw new Error(`image ${order.image} names no command: set spec.template.spec.command`);
  const given = Object.fromEntries(order.env.map(({ name, value }) => [name, value]));
  return { command, env: { PATH: defaultPath, ...image.env, ...(order.egress === undefined ? {} : trustVariables), ...given } };
}
