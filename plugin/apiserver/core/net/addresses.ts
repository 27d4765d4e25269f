// IP families and the virtual addresses of Services: which a Service gets, taken from the range that no other Service has taken.
import { randomInt } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { equal, type KubeObject } from '../../json.ts';
import { fieldError, internal, invalid, type FieldError } from '../../status.ts';
import { about, addressesOf, hasSelector, needsAddress, specOf, type Spec } from './spec.ts';

/** 10.0.0.0/24, the range that a real API server has when nobody chooses one. The first sixteen are for those who ask for one. */
const range = { prefix: '10.0.0.', firstGiven: 16, last: 254 };
/** The Service of the API server itself has it. */
export const firstAddress = `${range.prefix}1`;

const policyOf = (spec: Spec): string => spec.ipFamilyPolicy ?? 'SingleStack';
export const familyOf = (address: string): string => (isIPv6(address) ? 'IPv6' : 'IPv4');

/** Old clients know of one address only: what they say of it counts for the list too. */
export function pluralize(spec: Spec, live: Spec | undefined): void {
  const same = live !== undefined && equal(addressesOf(spec), addressesOf(live));
  if (!live) {
    if (spec.clusterIP && addressesOf(spec).length === 0) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  if (addressesOf(spec).length === 0 && addressesOf(live).length > 0 && spec.clusterIP === live.clusterIP) spec.clusterIPs = [...addressesOf(live)];
  if (spec.clusterIP === live.clusterIP || !same) return;
  if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
  else delete spec.clusterIPs;
}

function familyErrors(spec: Spec): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (policyOf(spec) === 'SingleStack' && addressesOf(spec).length === 2) errors.push(fieldError.invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified"));
  if (policyOf(spec) === 'SingleStack' && spec.ipFamilies?.length === 2) errors.push(fieldError.invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified"));
  return errors;
}

/** Fills in the families and their policy. `refuse` ends the write when it is given errors. */
export function chooseFamilies(spec: Spec, live: Spec | undefined, refuse: (errors: readonly FieldError[]) => void): void {
  if (!needsAddress(spec)) return;
  const plain = spec.clusterIP === 'None' && !hasSelector(spec);
  spec.ipFamilyPolicy ??= live?.ipFamilyPolicy ?? (plain ? 'RequireDualStack' : 'SingleStack');
  refuse(relatedErrors(spec));
  refuse(familyErrors(spec));
  const families = [...(spec.ipFamilies ?? [])];
  addressesOf(spec).forEach((address, index) => {
    if (address === 'None' || families[index] !== undefined) return;
    if (isIPv6(address)) refuse([fieldError.invalid(`spec.clusterIPs[${index}]`, addressesOf(spec), 'IPv6 is not configured on this cluster')]);
    families.push(familyOf(address));
  });
  if (families.length === 0) families.push('IPv4');
  // Without a selector, somebody else writes the endpoints, of whatever family.
  if (plain && families.length === 1 && policyOf(spec) !== 'SingleStack') families.push(families[0] === 'IPv4' ? 'IPv6' : 'IPv4');
  if (!plain && policyOf(spec) === 'RequireDualStack') refuse([fieldError.invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services')]);
  if (!plain) refuse(families.flatMap((family, index) => (family === 'IPv4' ? [] : [fieldError.invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster')])));
  spec.ipFamilies = families;
}

/** What can be said of addresses and families without knowing the cluster. */
export function relatedErrors(spec: Spec): readonly FieldError[] {
  if (!needsAddress(spec)) return [];
  const addresses = addressesOf(spec);
  const errors: FieldError[] = [];
  if (spec.clusterIP && addresses.length === 0) errors.push(fieldError.required('spec.clusterIPs'));
  if (spec.clusterIP && addresses[0] !== undefined && addresses[0] !== spec.clusterIP) errors.push(fieldError.invalid('spec.clusterIPs', addresses, 'first value must match `clusterIP`'));
  if (!spec.clusterIP && addresses.length > 0) errors.push(fieldError.invalid('spec.clusterIPs', addresses, 'must be empty when `clusterIP` is not specified'));
  const seen = new Set<string>();
  (spec.ipFamilies ?? []).forEach((family, index) => {
    if (family !== 'IPv4' && family !== 'IPv6') errors.push(fieldError.unsupported(`spec.ipFamilies[${index}]`, family, ['IPv4', 'IPv6']));
    if (seen.has(family)) errors.push(fieldError.duplicate(`spec.ipFamilies[${index}]`, family));
    seen.add(family);
  });
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
  if (spec.ipFamilyPolicy !== undefined && !policies.includes(spec.ipFamilyPolicy)) errors.push(fieldError.unsupported('spec.ipFamilyPolicy', spec.ipFamilyPolicy, policies));
  return [...errors, ...addressErrors(spec, addresses)];
}

function addressErrors(spec: Spec, addresses: readonly string[]): readonly FieldError[] {
  const wrong = addresses.flatMap((address, index) => {
    if (index === 0 && address === 'None') return addresses.length > 1 ? [fieldError.invalid('spec.clusterIPs', addresses, "'None' must be the first and only value")] : [];
    return isIPv4(address) || isIPv6(address) ? [] : [fieldError.invalid(`spec.clusterIPs[${index}]`, address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
  });
  const errors = [...wrong];
  if (addresses.length > 2) errors.push(fieldError.invalid('spec.clusterIPs', addresses, 'may only hold up to 2 values'));
  if (wrong.length > 0) return errors;
  if (addresses.length > 1 && new Set(addresses.map(familyOf)).size !== addresses.length) errors.push(fieldError.invalid('spec.clusterIPs', addresses, 'may specify no more than one IP for each IP family'));
  addresses.forEach((address, index) => {
    const family = spec.ipFamilies?.[index];
    if (address !== 'None' && family !== undefined && family !== familyOf(address)) errors.push(fieldError.invalid(`spec.clusterIPs[${index}]`, address, `expected an ${family} value as indicated by \`ipFamilies[${index}]\``));
  });
  return errors;
}

/** Gives the Service the address that it asks for, or one that is free. */
export function allocateAddress(service: KubeObject, siblings: () => readonly KubeObject[]): void {
  const spec = specOf(service);
  const [wanted] = addressesOf(spec);
  if (!needsAddress(spec) || wanted === 'None') return;
  const isServer = service.metadata.name === 'kubernetes' && service.metadata.namespace === 'default';
  const taken = new Set([...(isServer ? [] : [firstAddress]), ...siblings().flatMap((other) => addressesOf(specOf(other)))]);
  if (wanted !== undefined) {
    const why = refusal(wanted, taken);
    if (why) throw invalid(about, service.metadata.name ?? '', [fieldError.invalid('spec.clusterIPs', [wanted], `failed to allocate IP ${wanted}: ${why}`)]);
    return;
  }
  const free = Array.from({ length: range.last - range.firstGiven + 1 }, (_one, index) => `${range.prefix}${range.firstGiven + index}`).filter((address) => !taken.has(address));
  const given = free[randomInt(Math.max(free.length, 1))] ?? Array.from({ length: range.firstGiven }, (_one, index) => `${range.prefix}${index}`).find((address, index) => index > 0 && !taken.has(address));
  if (given === undefined) throw internal('failed to allocate a serviceIP: range is full');
  spec.clusterIP = given;
  spec.clusterIPs = [given];
}

function refusal(wanted: string, taken: ReadonlySet<string>): string {
  const last = Number(wanted.slice(range.prefix.length));
  if (!wanted.startsWith(range.prefix) || last < 1 || last > range.last) return 'the provided network does not match the current range';
  return taken.has(wanted) ? 'provided IP is already allocated' : '';
}
