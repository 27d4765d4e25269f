// What is wrong with a Service, field by field.
import { isIPv4, isIPv6 } from 'node:net';
import { isObject, list, text, type KubeObject } from '../../json.ts';
import { fieldError, type FieldError } from '../../status.ts';
import { keyFaults, nameFaults, valueFaults } from '../names.ts';
import { relatedErrors } from './addresses.ts';
import { addressesOf, isExternal, isHeadless, needsHealthCheck, portsOf, specOf, type Port, type Spec } from './spec.ts';

const portNumber = (port: number): readonly string[] => (port >= 1 && port <= 65535 ? [] : ['must be between 1 and 65535, inclusive']);

function portName(name: string): readonly string[] {
  return [
    ...(name.length > 15 ? ['must be no more than 15 characters'] : []), ...(/^[-a-z0-9]+$/.test(name) ? [] : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
    ...(/[a-z]/.test(name) ? [] : ['must contain at least one letter (a-z)']), ...(name.includes('--') ? ['must not contain consecutive hyphens'] : []),
    ...(/^-|-$/.test(name) ? ['must not begin or end with a hyphen'] : []),
  ];
}

function portErrors(ports: readonly Port[]): readonly FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((one, index) => {
    const path = `spec.ports[${index}]`;
    const { name = '', port = 0, protocol = '' } = one;
    const errors: FieldError[] = [];
    if (name === '' && ports.length > 1) errors.push(fieldError.required(`${path}.name`));
    if (name !== '') {
      errors.push(...nameFaults(name, 'label').map((fault) => fieldError.invalid(`${path}.name`, name, fault)));
      if (names.has(name)) errors.push(fieldError.duplicate(`${path}.name`, name));
      names.add(name);
    }
    errors.push(...portNumber(port).map((fault) => fieldError.invalid(`${path}.port`, port, fault)));
    if (!['TCP', 'UDP', 'SCTP'].includes(protocol)) errors.push(fieldError.unsupported(`${path}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']));
    const target = one['targetPort'];
    const faults = typeof target === 'string' ? portName(target) : portNumber(Number(target ?? 0));
    errors.push(...faults.map((fault) => fieldError.invalid(`${path}.targetPort`, target ?? 0, fault)));
    if (typeof one['appProtocol'] === 'string') errors.push(...keyFaults(one['appProtocol']).map((fault) => fieldError.invalid(`${path}.appProtocol`, one['appProtocol'], fault)));
    return errors;
  });
}

function repeatedErrors(spec: Spec): readonly FieldError[] {
  const errors: FieldError[] = [];
  const ports = portsOf(spec);
  if (spec.type === 'ClusterIP') ports.forEach(({ nodePort }, index) => void (nodePort && errors.push(fieldError.forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"))));
  const seen = new Set<string>();
  /** Whether it comes again. */
  const isAgain = (one: string): boolean => seen.size === seen.add(one).size;
  ports.forEach(({ nodePort, protocol }, index) => {
    if (nodePort && isAgain(`node ${nodePort} ${protocol}`)) errors.push(fieldError.duplicate(`spec.ports[${index}].nodePort`, nodePort));
  });
  ports.forEach(({ port, protocol }, index) => {
    if (isAgain(`${port} ${protocol}`)) errors.push(fieldError.duplicate(`spec.ports[${index}]`, { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 }));
  });
  return errors;
}

function typeErrors(spec: Spec): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { type = '' } = spec;
  if (portsOf(spec).length === 0 && !isHeadless(spec) && type !== 'ExternalName') errors.push(fieldError.required('spec.ports'));
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) errors.push(fieldError.invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`));
  if (type !== 'ExternalName') return errors;
  for (const field of ['clusterIPs', 'ipFamilies']) if (list(spec[field]).length > 0) errors.push(fieldError.forbidden(`spec.${field}`, 'may not be set for ExternalName services'));
  if (spec.ipFamilyPolicy !== undefined) errors.push(fieldError.forbidden('spec.ipFamilyPolicy', 'may not be set for ExternalName services'));
  const name = text(spec['externalName']).replace(/\.$/, '');
  if (name === '') return [...errors, fieldError.required('spec.externalName')];
  return [...errors, ...nameFaults(name, 'subdomain').map((fault) => fieldError.invalid('spec.externalName', name, fault))];
}

function oneOf(spec: Spec, field: string, allowed: readonly string[]): readonly FieldError[] {
  return spec[field] === undefined || allowed.includes(text(spec[field])) ? [] : [fieldError.unsupported(`spec.${field}`, spec[field], allowed)];
}

function trafficErrors(spec: Spec): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (spec['allocateLoadBalancerNodePorts'] !== undefined && spec.type !== 'LoadBalancer') errors.push(fieldError.forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'"));
  if (spec['loadBalancerClass'] !== undefined && spec.type !== 'LoadBalancer') errors.push(fieldError.forbidden('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'"));
  if (!isExternal(spec) && spec.externalTrafficPolicy) errors.push(fieldError.invalid('spec.externalTrafficPolicy', spec.externalTrafficPolicy, 'may only be set for externally-accessible services'));
  if (isExternal(spec)) errors.push(...oneOf(spec, 'externalTrafficPolicy', ['Cluster', 'Local']));
  if (!needsHealthCheck(spec) && spec.healthCheckNodePort) errors.push(fieldError.invalid('spec.healthCheckNodePort', spec.healthCheckNodePort, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
  return [...errors, ...oneOf(spec, 'internalTrafficPolicy', ['Cluster', 'Local']), ...oneOf(spec, 'trafficDistribution', ['PreferClose', 'PreferSameZone', 'PreferSameNode'])];
}

/** Addresses are for life, except on the way to and from having none. */
function changeErrors(spec: Spec, live: Spec): readonly FieldError[] {
  if (spec.type === 'ExternalName' || live.type === 'ExternalName' || (isHeadless(spec) && isHeadless(live))) return [];
  const [before, now] = [addressesOf(live), addressesOf(spec)];
  return before.flatMap((address, index) => (address === now[index] ? [] : [fieldError.invalid(`spec.clusterIPs[${index}]`, now, 'may not change once set')]));
}

export function serviceWarnings(service: KubeObject): readonly string[] {
  const spec = specOf(service);
  const [external, headless] = [list(spec['externalIPs']).length > 0, isHeadless(spec)];
  return [
    ...(headless && spec['loadBalancerIP'] ? ['spec.loadBalancerIP is ignored for headless services'] : []), ...(headless && external ? ['spec.externalIPs is ignored for headless services'] : []),
    ...(headless && spec['sessionAffinity'] !== 'None' ? ['spec.SessionAffinity is ignored for headless services'] : []), ...(spec.type === 'ExternalName' && external ? ['spec.externalIPs is ignored when spec.type is "ExternalName"'] : []),
    ...(spec.type !== 'ExternalName' && spec['externalName'] ? ['spec.externalName is ignored when spec.type is not "ExternalName"'] : []),
    ...(spec['trafficDistribution'] === 'PreferClose' ? ['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'] : []),
  ];
}

export function checkService(service: KubeObject, live: KubeObject | undefined): readonly FieldError[] {
  const spec = specOf(service);
  const selector = isObject(spec['selector']) ? Object.entries(spec['selector']) : [];
  const wrongAddress = list(spec['externalIPs']).flatMap((one, index) => (isIPv4(text(one)) || isIPv6(text(one)) ? [] : [fieldError.invalid(`spec.externalIPs[${index}]`, one, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]));
  return [
    ...(live ? changeErrors(spec, specOf(structuredClone(live))) : []), ...typeErrors(spec), ...portErrors(portsOf(spec)),
    ...selector.flatMap(([key, value]) => [...keyFaults(key).map((fault) => fieldError.invalid('spec.selector', key, fault)), ...valueFaults(text(value)).map((fault) => fieldError.invalid('spec.selector', value, fault))]),
    ...oneOf(spec, 'sessionAffinity', ['ClientIP', 'None']), ...relatedErrors(spec), ...wrongAddress, ...oneOf(spec, 'type', ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']), ...repeatedErrors(spec), ...trafficErrors(spec),
  ];
}
