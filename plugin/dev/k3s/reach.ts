// How pods of the cluster reach this process: where it listens, and what they call it.
import { networkInterfaces } from 'node:os';
import { execInContainer } from '../docker/exec.ts';
import { UserError } from '../../exit.ts';
import { hostInside } from './names.ts';
import type { Site } from './site.ts';

export interface Reach {
  /** Address of this machine to listen on. */
  readonly listen: string;
  /** The same as pods know it. */
  readonly address: string;
}

const ownAddresses = (): readonly string[] => Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));

/** The address of a name in a file of hosts; IPv4, since pods of k3s have no other by default. */
export function addressIn(hosts: string, name: string): string | undefined {
  const lines = hosts.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
  return lines.find(([address = '', ...names]) => names.includes(name) && /^\d+\.\d+\.\d+\.\d+$/.test(address))?.[0];
}

/**
 * On Linux the engine's bridge is an interface of this machine. Containers of every network reach its address, and whoever has a
 * route to it, so that whatever listens there has to ask who comes. Where the
 * engine runs in a virtual machine (Docker Desktop) it leads an address of its own to this machine's loopback.
 */
export async function reachOf({ engine, names }: Site, gateway: string, signal: AbortSignal): Promise<Reach> {
  if (gateway !== '' && ownAddresses().includes(gateway)) return { listen: gateway, address: gateway };
  const { stdout } = await execInContainer(engine, names.container, ['cat', '/etc/hosts'], { signal });
  const address = addressIn(stdout, hostInside);
  if (address === undefined) throw new UserError(`${names.container} has no address of this machine`, [`look at it: docker exec ${names.container} cat /etc/hosts`, 'or run without Docker: --cluster embedded']);
  return { listen: '127.0.0.1', address };
}
