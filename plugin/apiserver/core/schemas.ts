// The schemas of the compiled-in kinds: one source for decoding, validation, ownership of fields, merge keys and explain.
import type { Schema } from '../schema/schema.ts';
import { metadataSchema } from './metadata.ts';
import { always, pointer } from './typed.ts';

const str = (description: string, more: Partial<Schema> = {}): Schema => ({ type: 'string', description, ...more });
const int = (description: string, more: Partial<Schema> = {}): Schema => ({ type: 'integer', format: 'int32', description, ...more });
const bool = (description: string): Schema => ({ type: 'boolean', description });
const time = (description: string): Schema => ({ type: 'string', format: 'date-time', nullable: true, description });
const object = (description: string, properties: { readonly [name: string]: Schema }, more: Partial<Schema> = {}): Schema => ({ type: 'object', description, properties, ...more });
const map = (description: string, value: Schema = { type: 'string' }, more: Partial<Schema> = {}): Schema => ({ type: 'object', nullable: true, additionalProperties: value, description, ...more });
const array = (description: string, items: Schema, more: Partial<Schema> = {}): Schema => ({ type: 'array', nullable: true, items, description, ...more });
const listMap = (...keys: readonly string[]): Partial<Schema> => ({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });
const mergeBy = (key: string): Partial<Schema> => ({ 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-patch-merge-key': key });

const root = (description: string, properties: { readonly [name: string]: Schema }): Schema => object(description, {
  apiVersion: str('Version of the schema of this object.'), kind: str('Kind of this object.'), metadata: metadataSchema, ...properties,
});

const condition = object('One aspect of the current state.', {
  type: str('Name of the aspect.'), status: str('True, False or Unknown.'), reason: str('One word for the last change.'), message: str('What happened, for people.'),
  lastTransitionTime: always(time('When the status last changed.')), observedGeneration: { type: 'integer', format: 'int64', description: 'Generation this is about.' },
}, { required: ['type', 'status'] });
const conditions = array('Aspects of the current state.', condition, { ...listMap('type'), ...mergeBy('type') });

const reference = object('Points to another object.', {
  apiVersion: str('API version of the object.'), kind: str('Kind of the object.'), namespace: str('Namespace of the object.'), name: str('Name of the object.'), uid: str('UID of the object.'),
  resourceVersion: str('Version of the object.'), fieldPath: str('A part of the object.'),
}, { 'x-kubernetes-map-type': 'atomic' });
const byName = object('Names an object in the same namespace.', { name: str('Name of the object.') }, { 'x-kubernetes-map-type': 'atomic' });

const servicePort = object('A port that the service offers.', {
  name: str('Name of the port; needed when there are several.'), protocol: str('TCP, UDP or SCTP.', { default: 'TCP' }), appProtocol: pointer(str('Application protocol.')),
  port: always(int('Port of the service.')), nodePort: int('Port on every node.'),
  targetPort: always({ 'x-kubernetes-int-or-string': true, description: 'Number or name of the port behind it.' }),
}, { required: ['port'] });

const endpointAddress = object('One address.', { ip: always(str('The IP address.')), hostname: str('Its host name.'), nodeName: pointer(str('Node it is on.')), targetRef: pointer({ ...reference }) }, { required: ['ip'], 'x-kubernetes-map-type': 'atomic' });
const endpointPort = object('One port.', { name: str('Name of the port, as in the service.'), port: always(int('The port number.')), protocol: str('TCP, UDP or SCTP.', { default: 'TCP' }), appProtocol: pointer(str('Application protocol.')) }, { required: ['port'], 'x-kubernetes-map-type': 'atomic' });

const bytes: Schema = { type: 'string', format: 'byte', nullable: true };

export const coreSchemas = {
  namespaces: root('A scope for names.', {
    spec: object('How the namespace behaves.', { finalizers: array('Who must act before it goes.', { type: 'string' }) }),
    status: object('Its current state.', { phase: str('Active or Terminating.'), conditions }),
  }),
  secrets: root('Secret data of a small size.', {
    data: map('The values, base64-encoded.', bytes), stringData: map('Values in plain text; written only, they end up in data.'),
    type: str('What the secret is for.', { default: 'Opaque' }), immutable: pointer(bool('The data cannot be changed.')),
  }),
  configmaps: root('Settings for agents and tools.', { data: map('The values.'), binaryData: map('Values that are no text, base64-encoded.', bytes), immutable: pointer(bool('The data cannot be changed.')) }),
  serviceaccounts: root('An identity.', {
    secrets: array('Secrets that belong to it.', reference, { ...listMap('name'), ...mergeBy('name') }),
    imagePullSecrets: array('Secrets for pulling images.', byName), automountServiceAccountToken: pointer(bool('Whether its token is mounted.')),
  }),
  services: root('A name for a set of endpoints.', {
    spec: object('What the service offers.', {
      type: str('How it can be reached.'),
      ports: array('The ports it offers.', servicePort, { ...listMap('port', 'protocol'), ...mergeBy('port') }),
      selector: map('Labels of what is behind it.', { type: 'string' }, { 'x-kubernetes-map-type': 'atomic' }),
      clusterIP: str('Its address; None: it has none, clients use the endpoints.'), clusterIPs: array('Its addresses.', { type: 'string' }, { 'x-kubernetes-list-type': 'atomic' }),
      externalIPs: array('Further addresses.', { type: 'string' }, { 'x-kubernetes-list-type': 'atomic' }), externalName: str('A DNS name that stands for it.'), sessionAffinity: str('None or ClientIP.'),
      sessionAffinityConfig: pointer(object('How long a client stays with one endpoint.', { clientIP: pointer(object('By address.', { timeoutSeconds: pointer(int('Seconds.')) })) })),
      ipFamilies: array('IP families.', { type: 'string' }, { 'x-kubernetes-list-type': 'atomic' }), ipFamilyPolicy: pointer(str('How many IP families it has.')), internalTrafficPolicy: pointer(str('Cluster or Local.')),
      externalTrafficPolicy: str('Cluster or Local.'), publishNotReadyAddresses: bool('Also list endpoints that are not ready.'), healthCheckNodePort: int('Port on every node that tells of its health.'),
      loadBalancerIP: str('Address that the load balancer should have.'), loadBalancerSourceRanges: array('Who may use the load balancer.', { type: 'string' }, { 'x-kubernetes-list-type': 'atomic' }),
      allocateLoadBalancerNodePorts: pointer(bool('Whether a load balancer gets node ports.')), loadBalancerClass: pointer(str('Which load balancer.')), trafficDistribution: pointer(str('Which endpoints are preferred.')),
    }),
    status: object('Its current state.', {
      conditions, loadBalancer: object('Addresses of the load balancer.', { ingress: array('Addresses.', object('An address.', { ip: str('IP address.'), hostname: str('Host name.'), ipMode: str('VIP or Proxy.') })) }),
    }),
  }),
  endpoints: root('The addresses behind a service.', {
    subsets: array('Groups of addresses with the same ports.', object('Addresses and their ports.', {
      addresses: array('Addresses that answer.', endpointAddress), notReadyAddresses: array('Addresses that do not answer yet.', endpointAddress), ports: array('The ports.', endpointPort),
    })),
  }),
  events: root('Something that happened to an object.', {
    involvedObject: { ...reference, description: 'The object it happened to.' }, related: pointer({ ...reference, description: 'A second object.' }), reason: str('One word for what happened.'), message: str('What happened, for people.'),
    source: object('Who reports it.', { component: str('Name of the reporter.'), host: str('Where the reporter runs.') }), type: str('Normal or Warning.'), count: int('How often it happened.'),
    firstTimestamp: always(time('When it happened first.')), lastTimestamp: always(time('When it happened last.')), eventTime: always(time('When it happened first, exactly.')), action: str('What was done about it.'),
    reportingComponent: always(str('Name of the reporter.')), reportingInstance: always(str('Which instance of the reporter.')),
    series: pointer(object('A repetition.', { count: int('How often.'), lastObservedTime: always(time('When it was last seen.')) })),
  }),
  leases: root('A claim that ends by itself.', {
    spec: object('The claim.', {
      holderIdentity: pointer(str('Who holds it.')), leaseDurationSeconds: pointer(int('How long it is good for.')), acquireTime: time('When it was taken.'), renewTime: time('When it was last renewed.'),
      leaseTransitions: pointer(int('How often it changed hands.')), preferredHolder: pointer(str('Who should hold it next.')), strategy: pointer(str('How the next holder is chosen.')),
    }),
  }),
} as const satisfies { readonly [plural: string]: Schema };

const names = object('Names of the kind.', {
  plural: str('Plural, as in the path.'), singular: str('Singular, for kubectl.'), kind: str('The kind, in CamelCase.'), listKind: str('Kind of a list.'),
  shortNames: array('Short forms for kubectl.', { type: 'string' }), categories: array('Groups of kinds it belongs to.', { type: 'string' }),
}, { required: ['plural', 'kind'] });

const schemaOfSchemas = pointer({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true, description: 'A structural schema.' });

export const definitionSchema: Schema = root('Adds a kind to the API.', {
  spec: object('The kind.', {
    group: str('The API group.'), names, scope: str('Namespaced or Cluster.', { enum: ['Namespaced', 'Cluster'] }), preserveUnknownFields: bool('Always false.'),
    conversion: pointer(object('How versions are converted.', { strategy: str('None: only apiVersion changes.', { enum: ['None', 'Webhook'] }) }, { 'x-kubernetes-preserve-unknown-fields': true })),
    versions: array('Its versions.', object('One version.', {
      name: str('The version.'), served: always(bool('Whether it can be used.')), storage: always(bool('Whether objects are stored in it.')), deprecated: bool('Whether to warn.'), deprecationWarning: pointer(str('The warning.')),
      schema: pointer(object('Its schema.', { openAPIV3Schema: schemaOfSchemas })), subresources: pointer(object('Its subresources.', {
        status: pointer({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true, description: 'The status subresource.' }),
        scale: pointer(object('The scale subresource.', { specReplicasPath: str('Where the wanted count is.'), statusReplicasPath: str('Where the present count is.'), labelSelectorPath: pointer(str('Where the selector is.')) }, { required: ['specReplicasPath', 'statusReplicasPath'] })),
      })),
      additionalPrinterColumns: array('Its columns.', object('A column.', {
        name: str('Heading.'), type: str('Type of the value.'), format: str('Format of the value.'), description: str('What it shows.'), priority: int('Above 0: only with -o wide.'), jsonPath: str('Where the value is.'),
      }, { required: ['name', 'type', 'jsonPath'] })),
      selectableFields: array('Fields that can be selected by.', object('A field.', { jsonPath: str('Where it is.') }, { required: ['jsonPath'] })),
    }, { required: ['name', 'served', 'storage'] })),
  }, { required: ['group', 'names', 'scope', 'versions'] }),
  status: object('Its state.', { conditions, acceptedNames: names, storedVersions: array('Versions that objects are stored in.', { type: 'string' }) }),
});
