// Knows which IP addresses are on the public Internet; everything else is refused when a connection is dialled.
import { BlockList, isIP } from 'node:net';
import { networks } from './contract.ts';

const listed = (nets: readonly string[], family: 'ipv4' | 'ipv6'): BlockList => {
  const found = new BlockList();
  for (const net of nets) {
    const [address, bits] = net.split('/');
    found.addSubnet(address ?? '', Number(bits), family);
  }
  return found;
};
const reserved4 = listed(networks.ipv4.reserved, 'ipv4');
const global6 = listed([networks.ipv6.global], 'ipv6');
const reserved6 = listed(networks.ipv6.reserved, 'ipv6');

/** False for private, loopback, link-local, metadata, shared, multicast, reserved and IPv4-in-IPv6 addresses, and for text that is none. */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !reserved4.check(address, 'ipv4');
  // A zone id (fe80::1%eth0) only exists on local addresses.
  if (family !== 6 || address.includes('%')) return false;
  return global6.check(address, 'ipv6') && !reserved6.check(address, 'ipv6');
}
