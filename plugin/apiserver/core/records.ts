// The rules of the small kinds that programs write: Events, Leases, Endpoints.
import { isIPv4, isIPv6 } from 'node:net';
import { at, objects, text, type JsonObject, type KubeObject } from '../json.ts';
import type { Rules } from '../resource.ts';
import { fieldError, type FieldError } from '../status.ts';
import { keyFaults, nameFaults } from './names.ts';

const shared: Rules = { names: 'subdomain', typed: true, strategic: true, unconditional: true, standardFinalizers: true, knowsAll: true, createsOnUpdate: true };

/** An event with an exact time is of the new sort: it says who reports it and what was done. */
function newEventErrors(event: KubeObject): readonly FieldError[] {
  const reporter = text(event['reportingComponent']);
  const errors = reporter === '' ? [fieldError.required('reportingComponent')] : [];
  errors.push(...keyFaults(reporter).map((fault) => fieldError.invalid('reportingComponent', reporter, fault)));
  for (const [field, most] of [['reportingInstance', 128], ['action', 128], ['reason', 128], ['message', 1024]] as const) {
    const value = text(event[field]);
    if (value === '' && field !== 'message') errors.push(fieldError.required(field));
    if (Buffer.byteLength(value) > most) errors.push(fieldError.invalid(field, '', `can have at most ${most} characters`));
  }
  return errors;
}

export const eventRules: Rules = {
  ...shared, names: 'segment', standardFinalizers: false,
  check(event) {
    const about = text(at(event, 'involvedObject', 'namespace'));
    const here = event.metadata.namespace ?? '';
    const elsewhere = fieldError.invalid('involvedObject.namespace', about, 'does not match event.namespace');
    if (event['eventTime']) return [...(about === '' && here !== 'default' && here !== 'kube-system' ? [elsewhere] : []), ...newEventErrors(event)];
    return about === here || (about === '' && here === 'default') ? [] : [elsewhere];
  },
};

function strategyErrors(strategy: string): readonly FieldError[] {
  if (strategy.includes('/')) return keyFaults(strategy).map((fault) => fieldError.invalid('spec.strategy.strategy', strategy, fault));
  return strategy === 'OldestEmulationVersion' ? [] : [fieldError.unsupported('spec.strategy.strategy', strategy, ['OldestEmulationVersion'])];
}

export const leaseRules: Rules = {
  ...shared, unconditional: false, standardFinalizers: false,
  // Elections by strategy are not switched on in a cluster that nobody asked for them: what is not in use already is not kept.
  prepare(lease, live) {
    const spec = (lease['spec'] ?? {}) as JsonObject;
    for (const field of ['strategy', 'preferredHolder']) if (at(live, 'spec', 'strategy') === undefined) delete spec[field];
  },
  check(lease) {
    const { leaseDurationSeconds: seconds, leaseTransitions: transitions, strategy, preferredHolder } = (lease['spec'] ?? {}) as JsonObject;
    return [
      ...(typeof seconds === 'number' && seconds <= 0 ? [fieldError.invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0')] : []),
      ...(typeof transitions === 'number' && transitions < 0 ? [fieldError.invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')] : []),
      ...(typeof strategy === 'string' ? strategyErrors(strategy) : []),
      ...(preferredHolder && !strategy ? [fieldError.forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined')] : []),
    ];
  },
};

function addressErrors(address: JsonObject, path: string): readonly FieldError[] {
  const [ip, hostname, node] = [text(address['ip']), text(address['hostname']), text(address['nodeName'])];
  const errors: FieldError[] = [];
  // A loopback address is taken here, and only here: in `dev` the operator runs beside the API server.
  if (!isIPv4(ip) && !isIPv6(ip)) errors.push(fieldError.invalid(`${path}.ip`, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'), fieldError.invalid(`${path}.ip`, ip, 'must be a valid IP address'));
  else if (ip === '0.0.0.0' || ip === '::') errors.push(fieldError.invalid(`${path}.ip`, ip, `may not be unspecified (${ip})`));
  else if (ip.startsWith('169.254.')) errors.push(fieldError.invalid(`${path}.ip`, ip, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'));
  if (hostname) errors.push(...nameFaults(hostname, 'label').map((fault) => fieldError.invalid(`${path}.hostname`, hostname, fault)));
  if (node) errors.push(...nameFaults(node, 'subdomain').map((fault) => fieldError.invalid(`${path}.nodeName`, node, fault)));
  return errors;
}

function portErrors(port: JsonObject, path: string, named: boolean): readonly FieldError[] {
  const [name, number] = [text(port['name']), Number(port['port'] ?? 0)];
  return [
    ...(name === '' ? (named ? [fieldError.required(`${path}.name`)] : []) : nameFaults(name, 'label').map((fault) => fieldError.invalid(`${path}.name`, name, fault))),
    ...(number >= 1 && number <= 65535 ? [] : [fieldError.invalid(`${path}.port`, number, 'must be between 1 and 65535, inclusive')]),
    ...(['TCP', 'UDP', 'SCTP'].includes(text(port['protocol'])) ? [] : [fieldError.unsupported(`${path}.protocol`, port['protocol'], ['SCTP', 'TCP', 'UDP'])]),
  ];
}

export const endpointRules: Rules = {
  ...shared,
  check(endpoints) {
    return objects(endpoints['subsets']).flatMap((subset, index) => {
      const path = `subsets[${index}]`;
      const lists = ['addresses', 'notReadyAddresses'].flatMap((field) => objects(subset[field]).map((address, at) => [address, `${path}.${field}[${at}]`] as const));
      const ports = objects(subset['ports']);
      return [
        ...(lists.length === 0 ? [fieldError.required(path, 'must specify `addresses` or `notReadyAddresses`')] : []), ...lists.flatMap(([address, place]) => addressErrors(address, place)),
        ...ports.flatMap((port, at) => portErrors(port, `${path}.ports[${at}]`, ports.length > 1)),
      ];
    });
  },
};
