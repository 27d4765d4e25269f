// Says on which systems this machine itself can run agents.
import { UserError } from '../exit.ts';

const systems: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'macOS', win32: 'Windows' };

/** The worker, its sandboxes and the egress proxy are made of what Linux alone has. */
export function refuseOtherThanLinux(platform: NodeJS.Platform): void {
  if (platform === 'linux') return;
  throw new UserError(`dev runs agents on this machine, and only Linux can: this is ${systems[platform] ?? platform}`, [
    'start a Docker engine, for a cluster in it: `kubectl clrk dev --cluster k3s`',
    'or run dev on a Linux machine or in a virtual one',
    'the other commands work here, with any cluster that your kubeconfig names',
  ]);
}
