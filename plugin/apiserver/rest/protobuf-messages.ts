// Field numbers of the messages that clients send as protobuf: a part of the wire format of Kubernetes.

/** Name and type; a `?` marks scalars whose zero is told apart from absence. */
export type Field = readonly [name: string, type: string];

export const messages: { readonly [message: string]: { readonly [number: number]: Field } } = {
  ObjectMeta: {
    1: ['name', 'string'], 2: ['generateName', 'string'], 3: ['namespace', 'string'], 4: ['selfLink', 'string'], 5: ['uid', 'string'], 6: ['resourceVersion', 'string'], 7: ['generation', 'int'],
    8: ['creationTimestamp', 'time'], 9: ['deletionTimestamp', 'time'], 10: ['deletionGracePeriodSeconds', 'int?'], 11: ['labels', 'map:string'], 12: ['annotations', 'map:string'],
    13: ['ownerReferences', 'OwnerReference[]'], 14: ['finalizers', 'string[]'], 17: ['managedFields', 'ManagedFieldsEntry[]'],
  },
  OwnerReference: { 1: ['kind', 'string'], 3: ['name', 'string'], 4: ['uid', 'string'], 5: ['apiVersion', 'string'], 6: ['controller', 'bool?'], 7: ['blockOwnerDeletion', 'bool?'] },
  ManagedFieldsEntry: {
    1: ['manager', 'string'], 2: ['operation', 'string'], 3: ['apiVersion', 'string'], 4: ['time', 'time'], 6: ['fieldsType', 'string'], 7: ['fieldsV1', 'json'], 8: ['subresource', 'string'],
  },
  ObjectReference: {
    1: ['kind', 'string'], 2: ['namespace', 'string'], 3: ['name', 'string'], 4: ['uid', 'string'], 5: ['apiVersion', 'string'], 6: ['resourceVersion', 'string'], 7: ['fieldPath', 'string'],
  },
  LocalObjectReference: { 1: ['name', 'string'] },
  Condition: {
    1: ['type', 'string'], 2: ['status', 'string'], 3: ['observedGeneration', 'int'], 4: ['lastTransitionTime', 'time'], 5: ['reason', 'string'], 6: ['message', 'string'],
  },
  NamespaceCondition: { 1: ['type', 'string'], 2: ['status', 'string'], 4: ['lastTransitionTime', 'time'], 5: ['reason', 'string'], 6: ['message', 'string'] },
  Namespace: { 1: ['metadata', 'ObjectMeta'], 2: ['spec', 'NamespaceSpec'], 3: ['status', 'NamespaceStatus'] },
  NamespaceSpec: { 1: ['finalizers', 'string[]'] },
  NamespaceStatus: { 1: ['phase', 'string'], 2: ['conditions', 'NamespaceCondition[]'] },
  Secret: { 1: ['metadata', 'ObjectMeta'], 2: ['data', 'map:bytes'], 3: ['type', 'string'], 4: ['stringData', 'map:string'], 5: ['immutable', 'bool?'] },
  ConfigMap: { 1: ['metadata', 'ObjectMeta'], 2: ['data', 'map:string'], 3: ['binaryData', 'map:bytes'], 4: ['immutable', 'bool?'] },
  ServiceAccount: { 1: ['metadata', 'ObjectMeta'], 2: ['secrets', 'ObjectReference[]'], 3: ['imagePullSecrets', 'LocalObjectReference[]'], 4: ['automountServiceAccountToken', 'bool?'] },
  Service: { 1: ['metadata', 'ObjectMeta'], 2: ['spec', 'ServiceSpec'], 3: ['status', 'ServiceStatus'] },
  ServiceSpec: {
    1: ['ports', 'ServicePort[]'], 2: ['selector', 'map:string'], 3: ['clusterIP', 'string'], 4: ['type', 'string'], 5: ['externalIPs', 'string[]'], 7: ['sessionAffinity', 'string'],
    8: ['loadBalancerIP', 'string'], 9: ['loadBalancerSourceRanges', 'string[]'], 12: ['healthCheckNodePort', 'int'], 14: ['sessionAffinityConfig', 'SessionAffinityConfig'], 20: ['allocateLoadBalancerNodePorts', 'bool?'],
    21: ['loadBalancerClass', 'string'], 23: ['trafficDistribution', 'string'],
    10: ['externalName', 'string'], 11: ['externalTrafficPolicy', 'string'], 13: ['publishNotReadyAddresses', 'bool'], 17: ['ipFamilyPolicy', 'string'], 18: ['clusterIPs', 'string[]'],
    19: ['ipFamilies', 'string[]'], 22: ['internalTrafficPolicy', 'string'],
  },
  SessionAffinityConfig: { 1: ['clientIP', 'ClientIPConfig'] },
  ClientIPConfig: { 1: ['timeoutSeconds', 'int?'] },
  ServicePort: { 1: ['name', 'string'], 2: ['protocol', 'string'], 3: ['port', 'int'], 4: ['targetPort', 'int-or-string'], 5: ['nodePort', 'int'], 6: ['appProtocol', 'string'] },
  ServiceStatus: { 1: ['loadBalancer', 'LoadBalancerStatus'], 2: ['conditions', 'Condition[]'] },
  LoadBalancerStatus: { 1: ['ingress', 'LoadBalancerIngress[]'] },
  LoadBalancerIngress: { 1: ['ip', 'string'], 2: ['hostname', 'string'], 3: ['ipMode', 'string'] },
  Endpoints: { 1: ['metadata', 'ObjectMeta'], 2: ['subsets', 'EndpointSubset[]'] },
  EndpointSubset: { 1: ['addresses', 'EndpointAddress[]'], 2: ['notReadyAddresses', 'EndpointAddress[]'], 3: ['ports', 'EndpointPort[]'] },
  EndpointAddress: { 1: ['ip', 'string'], 2: ['targetRef', 'ObjectReference'], 3: ['hostname', 'string'], 4: ['nodeName', 'string'] },
  EndpointPort: { 1: ['name', 'string'], 2: ['port', 'int'], 3: ['protocol', 'string'], 4: ['appProtocol', 'string'] },
  Event: {
    1: ['metadata', 'ObjectMeta'], 2: ['involvedObject', 'ObjectReference'], 3: ['reason', 'string'], 4: ['message', 'string'], 5: ['source', 'EventSource'], 6: ['firstTimestamp', 'time'],
    7: ['lastTimestamp', 'time'], 8: ['count', 'int'], 9: ['type', 'string'], 10: ['eventTime', 'microtime'], 11: ['series', 'EventSeries'], 12: ['action', 'string'],
    13: ['related', 'ObjectReference'], 14: ['reportingComponent', 'string'], 15: ['reportingInstance', 'string'],
  },
  EventSource: { 1: ['component', 'string'], 2: ['host', 'string'] },
  EventSeries: { 1: ['count', 'int'], 2: ['lastObservedTime', 'microtime'] },
  Lease: { 1: ['metadata', 'ObjectMeta'], 2: ['spec', 'LeaseSpec'] },
  LeaseSpec: {
    1: ['holderIdentity', 'string?'], 2: ['leaseDurationSeconds', 'int?'], 3: ['acquireTime', 'microtime'], 4: ['renewTime', 'microtime'], 5: ['leaseTransitions', 'int?'], 6: ['strategy', 'string'],
    7: ['preferredHolder', 'string'],
  },
  Scale: { 1: ['metadata', 'ObjectMeta'], 2: ['spec', 'ScaleSpec'], 3: ['status', 'ScaleStatus'] },
  ScaleSpec: { 1: ['replicas', 'int'] },
  ScaleStatus: { 1: ['replicas', 'int'], 2: ['selector', 'string'] },
  DeleteOptions: { 1: ['gracePeriodSeconds', 'int?'], 2: ['preconditions', 'Preconditions'], 3: ['orphanDependents', 'bool?'], 4: ['propagationPolicy', 'string'], 5: ['dryRun', 'string[]'] },
  SelfSubjectAccessReview: { 1: ['metadata', 'ObjectMeta'], 2: ['spec', 'SelfSubjectAccessReviewSpec'] },
  SelfSubjectAccessReviewSpec: { 1: ['resourceAttributes', 'ResourceAttributes'], 2: ['nonResourceAttributes', 'NonResourceAttributes'] },
  SubjectAccessReview: { 1: ['metadata', 'ObjectMeta'], 2: ['spec', 'SubjectAccessReviewSpec'] },
  LocalSubjectAccessReview: { 1: ['metadata', 'ObjectMeta'], 2: ['spec', 'SubjectAccessReviewSpec'] },
  SubjectAccessReviewSpec: {
    1: ['resourceAttributes', 'ResourceAttributes'], 2: ['nonResourceAttributes', 'NonResourceAttributes'], 3: ['user', 'string'], 4: ['groups', 'string[]'], 6: ['uid', 'string'],
  },
  ResourceAttributes: { 1: ['namespace', 'string'], 2: ['verb', 'string'], 3: ['group', 'string'], 4: ['version', 'string'], 5: ['resource', 'string'], 6: ['subresource', 'string'], 7: ['name', 'string'] },
  NonResourceAttributes: { 1: ['path', 'string'], 2: ['verb', 'string'] },
  SelfSubjectRulesReview: { 1: ['metadata', 'ObjectMeta'], 2: ['spec', 'SelfSubjectRulesReviewSpec'] },
  SelfSubjectRulesReviewSpec: { 1: ['namespace', 'string'] },
  SelfSubjectReview: { 1: ['metadata', 'ObjectMeta'] },
  Preconditions: { 1: ['uid', 'string'], 2: ['resourceVersion', 'string'] },
};
