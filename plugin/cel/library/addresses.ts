// IP addresses and networks: ip('10.0.0.1'), cidr('10.0.0.0/8').
import { isIP } from 'node:net';
import { Failure, Opaque, type Value } from '../values/value.ts';
import type { Library } from '../types/functions.ts';

class Address extends Opaque {
  readonly typeName = 'net.IP';
  readonly family: 4 | 6;
  readonly bits: bigint;
  constructor(family: 4 | 6, bits: bigint) {
    super();
    this.family = family;
    this.bits = bits;
  }
  equals(other: Opaque): boolean {
    return other instanceof Address && other.family === this.family && other.bits === this.bits;
  }
}

class Network extends Opaque {
  readonly typeName = 'net.CIDR';
  readonly address: Address;
  readonly length: number;
  constructor(address: Address, length: number) {
    super();
    this.address = address;
    this.length = length;
  }
  equals(other: Opaque): boolean {
    return other instanceof Network && other.length === this.length && other.address.equals(this.address);
  }
}

const width = (family: 4 | 6): bigint => (family === 4 ? 32n : 128n);

function ipv4Bits(text: string): bigint {
  return text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function ipv6Bits(text: string): bigint {
  const dotted = /\d+\.\d+\.\d+\.\d+$/.exec(text)?.[0];
  const tail = dotted === undefined ? 0n : ipv4Bits(dotted);
  const hex = dotted === undefined ? text : text.slice(0, -dotted.length) + [tail >> 16n, tail & 0xffffn].map((part) => part.toString(16)).join(':');
  const [before = '', after] = hex.split('::');
  const groups = (side: string): readonly string[] => (side === '' ? [] : side.split(':'));
  const head = groups(before);
  const rest = groups(after ?? '');
  const all = after === undefined ? head : [...head, ...Array<string>(Math.max(0, 8 - head.length - rest.length)).fill('0'), ...rest];
  return all.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group || '0'}`), 0n);
}

/** The address, or why the text is none. Zones and IPv4 inside IPv6 are refused: two spellings of one address would be two values. */
function parseAddress(text: string): Address | string {
  const family = text.length > 64 ? 0 : isIP(text);
  if (family !== 4 && family !== 6) return `IP Address ${JSON.stringify(text)} parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): ${whyNoAddress(text)}`;
  if (text.includes('%')) return `IP address ${JSON.stringify(text)} with zone value is not allowed`;
  const address = new Address(family, family === 4 ? ipv4Bits(text) : ipv6Bits(text));
  return family === 6 && address.bits >> 32n === 0xffffn ? `IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed` : address;
}

/** Go's words for the commonest mistakes. */
function whyNoAddress(text: string): string {
  if (!/[.:%]/.test(text)) return 'unable to parse IP';
  if (text.includes(':')) return 'unexpected character';
  const parts = text.split('.');
  const wrong = parts.find((part) => !/^\d{1,3}$/.test(part));
  if (wrong !== undefined) return wrong === '' ? 'IPv4 field must have at least one digit' : /\D/.test(wrong) ? `unexpected character (at ${JSON.stringify(text.slice(text.search(/[^\d.]/)))})` : 'IPv4 field has value >255';
  if (parts.some((part) => Number(part) > 255)) return 'IPv4 field has value >255';
  return parts.length < 4 ? 'IPv4 address too short' : parts.length > 4 ? 'IPv4 address too long' : 'IPv4 field has octet with leading zero';
}

function parseNetwork(text: string): Network | string {
  const slash = text.lastIndexOf('/');
  const why = (reason: string): string => `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): ${reason}`;
  if (slash < 0) return why("no '/'");
  const address = parseAddress(text.slice(0, slash));
  if (typeof address === 'string') return address.startsWith('IPv4-mapped') ? `IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed` : why(address.replace(/^.*?conversion from string: /, ''));
  const length = text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d{0,2})$/.test(length)) return why(`bad bits after slash: ${JSON.stringify(length)}`);
  return Number(length) > width(address.family) ? why('prefix length out of range') : new Network(address, Number(length));
}

function showIPv6(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((bits >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  // The longest run of at least two zero groups is shortened, the first among equals.
  const runs = [...groups.join(':').matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map(([run]) => run).toSorted((a, b) => b.replace(/^:/, '').length - a.replace(/^:/, '').length);
  const [longest] = runs;
  return longest === undefined ? groups.join(':') : groups.join(':').replace(longest, longest.startsWith(':') ? ':' : '').replace(/^$/, '::').replace(/^:(?!:)/, '::').replace(/([^:]):$/, '$1::');
}

function show({ family, bits }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.');
  return showIPv6(bits);
}

const top = ({ family, bits }: Address, length: number): bigint => bits >> (width(family) - BigInt(length));
const orFailure = <T extends Value>(made: T | string): T | Failure => (typeof made === 'string' ? new Failure(made) : made);

function contains(network: Network, address: Address | string): Value {
  if (typeof address === 'string') return new Failure(address);
  return network.address.family === address.family && top(network.address, network.length) === top(address, network.length);
}
function containsNetwork(network: Network, other: Network | string): Value {
  if (typeof other === 'string') return new Failure(`network address parse error during conversion from string: ${other}`);
  return network.length <= other.length && contains(network, other.address);
}

/** Whether an address begins with these bits. */
const begins = (four: readonly [bigint, number], six: readonly [bigint, number]) => (address: Address): Value => {
  const [bits, length] = address.family === 4 ? four : six;
  return top(address, length) === bits;
};
const isUnspecified = ({ bits }: Address): Value => bits === 0n;
const isLoopback = begins([127n, 8], [1n, 128]);
const isLocalMulticast = begins([0xe00000n, 24], [0xff02n, 16]);
const isMulticast = begins([0xen, 4], [0xffn, 8]);
const isLocalUnicast = begins([0xa9fen, 16], [0x3fan, 10]);
const isBroadcast = ({ family, bits }: Address): boolean => family === 4 && bits === 0xffffffffn;

export const addresses: Library = {
  ip: { 'string_to_ip: (string) -> ip': (text: string): Value => orFailure(parseAddress(text)), 'cidr_ip: cidr.() -> ip': ({ address }: Network): Value => address },
  isIP: { 'is_ip: (string) -> bool': (text: string): Value => typeof parseAddress(text) !== 'string' },
  'ip.isCanonical': {
    'ip_is_canonical: (string) -> bool': (text: string): Value => {
      const address = parseAddress(text);
      return typeof address === 'string' ? new Failure(address) : show(address) === text;
    },
  },
  family: { 'ip_family: ip.() -> int': ({ family }: Address): Value => BigInt(family) },
  isUnspecified: { 'ip_is_unspecified: ip.() -> bool': isUnspecified },
  isLoopback: { 'ip_is_loopback: ip.() -> bool': isLoopback },
  isLinkLocalMulticast: { 'ip_is_link_local_multicast: ip.() -> bool': isLocalMulticast },
  isLinkLocalUnicast: { 'ip_is_link_local_unicast: ip.() -> bool': isLocalUnicast },
  isGlobalUnicast: {
    'ip_is_global_unicast: ip.() -> bool': (address: Address): Value => !isBroadcast(address) && [isUnspecified, isLoopback, isMulticast, isLocalUnicast].every((is) => is(address) === false),
  },
  cidr: { 'string_to_cidr: (string) -> cidr': (text: string): Value => { const made = parseNetwork(text); return typeof made === 'string' ? new Failure(`network address parse error during conversion from string: ${made}`) : made; } },
  isCIDR: { 'is_cidr: (string) -> bool': (text: string): Value => typeof parseNetwork(text) !== 'string' },
  containsIP: { 'cidr_contains_ip_string: cidr.(string) -> bool': (network: Network, text: string): Value => contains(network, parseAddress(text)), 'cidr_contains_ip_ip: cidr.(ip) -> bool': contains },
  containsCIDR: { 'cidr_contains_cidr_string: cidr.(string) -> bool': (network: Network, text: string): Value => containsNetwork(network, parseNetwork(text)), 'cidr_contains_cidr: cidr.(cidr) -> bool': containsNetwork },
  prefixLength: { 'cidr_prefix_length: cidr.() -> int': ({ length }: Network): Value => BigInt(length) },
  masked: {
    'cidr_masked: cidr.() -> cidr': ({ address, length }: Network): Value => {
      const shift = width(address.family) - BigInt(length);
      return new Network(new Address(address.family, (address.bits >> shift) << shift), length);
    },
  },
  string: { 'ip_to_string: (ip) -> string': (address: Address): Value => show(address), 'cidr_to_string: (cidr) -> string': ({ address, length }: Network): Value => `${show(address)}/${length}` },
};
