// The spec of a Service as its rules read it: typed views, and the questions that several rules ask.
import { isObject, list, objects, text, type JsonObject, type KubeObject } from '../../json.ts';

export interface Port extends JsonObject {
  name?: string;
  port?: number;
  protocol?: string;
  nodePort?: number;
}

export interface Spec extends JsonObject {
  type?: string;
  clusterIP?: string;
  clusterIPs?: string[];
  ipFamilies?: string[];
  ipFamilyPolicy?: string;
  ports?: Port[];
  externalTrafficPolicy?: string;
  healthCheckNodePort?: number;
}

/** The spec of an object that has been read as a struct. */
export const specOf = (object: KubeObject): Spec => (isObject(object['spec']) ? object['spec'] : (object['spec'] = {} as JsonObject)) as Spec;

export const portsOf = (spec: Spec): readonly Port[] => objects(spec.ports) as readonly Port[];
export const addressesOf = (spec: Spec): readonly string[] => list(spec.clusterIPs).map(text);

export const needsAddress = (spec: Spec): boolean => spec.type !== 'ExternalName';
export const isHeadless = (spec: Spec): boolean => addressesOf(spec).length === 1 && spec.clusterIPs?.[0] === 'None';
export const hasSelector = (spec: Spec): boolean => isObject(spec['selector']) && Object.keys(spec['selector']).length > 0;
export const isExternal = (spec: Spec): boolean => spec.type === 'NodePort' || spec.type === 'LoadBalancer' || (spec.type === 'ClusterIP' && list(spec['externalIPs']).length > 0);
/** Types whose ports are open on every node. */
export const usesNodePorts = (spec: Spec): boolean => spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false);
export const canHaveNodePorts = (spec: Spec): boolean => spec.type === 'NodePort' || spec.type === 'LoadBalancer';
export const needsHealthCheck = (spec: Spec): boolean => spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

/** Errors that stop at once, before all others are looked for. */
export const about = { group: '', plural: 'services', kind: 'Service' } as const;
