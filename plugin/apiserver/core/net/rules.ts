// The rules of Services: what is filled in, what is given out, what goes when the type changes.
import { at, equal, isObject, objects, type KubeObject } from '../../json.ts';
import type { Rules } from '../../resource.ts';
import { invalid, type FieldError } from '../../status.ts';
import { allocateAddress, chooseFamilies, pluralize } from './addresses.ts';
import { checkService, serviceWarnings } from './check.ts';
import { allocateNodePorts, keepNodePorts } from './node-ports.ts';
import { about, addressesOf, canHaveNodePorts, isExternal, isHeadless, needsAddress, needsHealthCheck, portsOf, specOf, type Spec } from './spec.ts';

const affinitySeconds = 10_800;

function decode(service: KubeObject): void {
  const spec = specOf(service);
  spec.type ??= 'ClusterIP';
  spec['sessionAffinity'] ??= 'None';
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  if (spec['sessionAffinity'] === 'ClientIP' && !isObject(spec['sessionAffinityConfig'])) spec['sessionAffinityConfig'] = { clientIP: { timeoutSeconds: affinitySeconds } };
  for (const port of portsOf(spec)) {
    port.protocol ??= 'TCP';
    port['targetPort'] ||= port.port ?? 0;
  }
  if (isExternal(spec)) spec.externalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'ClusterIP' || canHaveNodePorts(spec)) spec['internalTrafficPolicy'] ??= 'Cluster';
  if (spec.type !== 'LoadBalancer') return;
  spec['allocateLoadBalancerNodePorts'] ??= true;
  for (const one of objects(at(service, 'status', 'loadBalancer', 'ingress'))) if (one['ip']) one['ipMode'] ??= 'VIP';
}

/** A client that sends its manifest again keeps the address that it was given. */
function keepAddress(spec: Spec, live: Spec): void {
  if (!needsAddress(spec) || !needsAddress(live)) return;
  if (!spec.clusterIP && live.clusterIP) spec.clusterIP = live.clusterIP;
  if (addressesOf(spec).length === 0 && addressesOf(live).length > 0) spec.clusterIPs = [...addressesOf(live)];
}

/** What only the old type needed goes, unless the client changed it too: then it is refused. */
function dropUnneeded(spec: Spec, live: Spec): void {
  if (needsAddress(live) && !needsAddress(spec)) {
    if (equal(addressesOf(spec), addressesOf(live)) || addressesOf(spec).length === 0) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (equal(spec.ipFamilies, live.ipFamilies)) delete spec.ipFamilies;
    if (spec.ipFamilyPolicy === live.ipFamilyPolicy) delete spec.ipFamilyPolicy;
  }
  const nodePorts = (of: Spec): readonly unknown[] => portsOf(of).map(({ nodePort }) => nodePort);
  if (canHaveNodePorts(live) && !canHaveNodePorts(spec) && equal(nodePorts(spec), nodePorts(live))) for (const port of portsOf(spec)) delete port.nodePort;
  if (needsHealthCheck(live) && !needsHealthCheck(spec) && spec.healthCheckNodePort === live.healthCheckNodePort) delete spec.healthCheckNodePort;
  if (live.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') for (const key of ['allocateLoadBalancerNodePorts', 'loadBalancerClass']) if (spec[key] === live[key]) delete spec[key];
  if (isExternal(live) && !isExternal(spec) && spec.externalTrafficPolicy === live.externalTrafficPolicy) delete spec.externalTrafficPolicy;
}

function prepare(service: KubeObject, before: KubeObject | undefined, siblings: () => readonly KubeObject[]): void {
  const spec = specOf(service);
  const live = before && specOf(structuredClone(before));
  const refuse = (errors: readonly FieldError[]): void => {
    if (errors.length > 0) throw invalid(about, service.metadata.name ?? '', errors);
  };
  if (live) keepAddress(spec, live);
  if (live) keepNodePorts(spec, live);
  pluralize(spec, live);
  chooseFamilies(spec, live, refuse);
  // An address that is kept is not asked for again; one that may not change is refused by name below.
  if (!live || !needsAddress(live) || (isHeadless(live) && addressesOf(spec).length === 0)) allocateAddress(service, siblings);
  allocateNodePorts(service, siblings);
  if (live) dropUnneeded(spec, live);
  if (spec.type === 'ExternalName') delete spec['internalTrafficPolicy'];
  if (!before) service['status'] = { loadBalancer: {} };
  else if (spec.type !== 'LoadBalancer') service['status'] = { ...(isObject(service['status']) ? service['status'] : {}), loadBalancer: {} };
}

export const serviceRules: Rules = {
  names: 'service', typed: true, strategic: true, unconditional: true, standardFinalizers: true, knowsAll: true, createsOnUpdate: true, returnsDeleted: true, decode, prepare, check: checkService, warnings: serviceWarnings,
};
