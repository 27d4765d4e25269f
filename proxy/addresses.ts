// Knows which IP addresses are on the public Internet; everything else is refused when a connection is dialled.
import { BlockList, isIP } from 'node:net';

const reserved = new BlockList();
const v4 = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24',
  '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3',
  // Metadata and platform agents that clouds put on otherwise public-looking addresses.
  '168.63.129.16/32',
];
for (const net of v4) {
  const [address, bits] = net.split('/');
  reserved.addSubnet(address ?? '', Number(bits), 'ipv4');
}
// IPv6: only global unicast 2000::/3 is public; inside it, the ranges that embed or tunnel an IPv4 address and documentation.
for (const [address, bits] of [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]] as const) reserved.addSubnet(address, bits, 'ipv6');
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/** False for private, loopback, link-local, metadata, shared, multicast, reserved and IPv4-in-IPv6 addresses, and for text that is none. */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !reserved.check(address, 'ipv4');
  // A zone id (fe80::1%eth0) only exists on local addresses.
  if (family !== 6 || address.includes('%')) return false;
  return globalUnicast.check(address, 'ipv6') && !reserved.check(address, 'ipv6');
}
