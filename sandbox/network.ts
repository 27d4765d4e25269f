// The network of one sandbox: a namespace with a loopback and nothing else, where every address leads to sockets the proxy gets.
import { closeSync } from 'node:fs';
import type { Interception, OpenSockets } from './sockets.ts';
import type { Inside } from './thread.ts';

export interface Network {
  /** Keeps the namespace alive: it has no name anywhere, so nothing of it can be left behind. */
  readonly fd: number;
  readonly interception: Interception;
}

const nftMs = 5000;

/** Makes the namespace of one sandbox; without egress it has a loopback of its own and no more. `rulesFile` is given to nft. */
export async function makeNetwork(inside: Inside, hasEgress: boolean, interception: Interception, rulesFile: string): Promise<Network> {
  const network: Network = { fd: await inside.network(hasEgress), interception };
  try {
    if (hasEgress && interception === 'tproxy') await loadRules(inside, network, rulesFile);
    return network;
  } catch (error) {
    freeNetwork(network);
    throw error;
  }
}

/** Opens the sockets that the proxy is to own. */
export async function openSockets(inside: Inside, network: Network): Promise<OpenSockets> {
  return await inside.sockets(network.fd, network.interception);
}

/** Once its last process has ended too, the kernel frees the namespace. */
export function freeNetwork(network: Network): void {
  closeSync(network.fd);
}

async function loadRules(inside: Inside, network: Network, rulesFile: string): Promise<void> {
  const env = { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin' };
  const nft = await inside.spawn(network.fd, { file: 'nft', args: ['-f', rulesFile], env, stdio: ['ignore', 'ignore', 'ignore'] });
  const late = setTimeout(() => process.kill(nft.pid, 'SIGKILL'), nftMs);
  const { code, signal } = await nft.exited;
  clearTimeout(late);
  if (code !== 0) throw new Error(`nft refused the rules of a sandbox (${signal ?? `exit code ${code}`})`);
}
