// Server-side apply of compiled-in kinds: the same paths in managedFields as the OpenAPI of a real API server gives.
import { apply, mergePatch, strategicPatch } from '../asks.ts';
import { requests, type Case } from '../case.ts';
import { configMap, configMapsPath } from '../fixtures.ts';

const core = (plural: string): string => `/api/v1/namespaces/{ns}/${plural}/one`;
const leasePath = '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases/one';
const object = (kind: string, more: object, apiVersion = 'v1'): object => ({ apiVersion, kind, metadata: { name: 'one' }, ...more });
const secret = (more: object): object => object('Secret', more);
const service = (...ports: readonly object[]): object => object('Service', { spec: { clusterIP: 'None', selector: { app: 'x' }, ports } });
const lease = (spec: object): object => object('Lease', { spec }, 'coordination.k8s.io/v1');
const account = (more: object): object => object('ServiceAccount', more);
const force = '&force=true';
const definition = (more: object = {}, versionMore: object = {}): object => ({
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'things.{u}.example.com' },
  spec: { group: '{u}.example.com', scope: 'Namespaced', names: { plural: 'things', kind: 'Thing' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { a: { type: 'string' } } } }, ...versionMore }], ...more },
});
const definitionPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.{u}.example.com';
/** The status and the finalizer of a definition follow by and by on a real cluster. */
const withoutStatus = (body: { readonly [key: string]: unknown }): unknown => {
  const { status: _status, metadata, ...rest } = body;
  const { managedFields, resourceVersion: _version, finalizers: _finalizers, ...others } = metadata as { readonly managedFields?: readonly { readonly manager: string }[]; readonly [key: string]: unknown };
  return { ...rest, metadata: { ...others, managedFields: managedFields?.filter(({ manager }) => manager === 'a' || manager === 'b') } };
};
const applyDefinition = (manager: string, body: object, more = ''): readonly [string, string, object] => {
  const [method, path, ask] = apply(manager, definitionPath, body, more);
  return [method, path, { ...ask, keep: withoutStatus }];
};

export const applyCoreCases: readonly Case[] = [
  requests('an applied ConfigMap is owned key by key', apply('a', core('configmaps'), configMap('one', { x: '1', y: '2' })), apply('b', core('configmaps'), { ...configMap('one', { z: '3' }), binaryData: { b: 'AQI=' }, immutable: false }), apply('a', core('configmaps'), configMap('one', { y: '2' }))),
  requests('an applied Secret keeps its plain text as the field that was sent', apply('a', core('secrets'), secret({ stringData: { x: 'one' }, data: { y: 'dHdv' } })), apply('a', core('secrets'), secret({ stringData: { x: 'one' } })), apply('b', core('secrets'), secret({ data: { x: 'dHdv' } })), apply('b', core('secrets'), secret({ data: { x: 'dHdv' } }), force)),
  requests('an applied Secret has its type', apply('a', core('secrets'), secret({ type: 'kubernetes.io/basic-auth', stringData: { username: 'u' } })), apply('b', core('secrets'), secret({ type: 'Opaque' }), force)),
  requests('the ports of an applied Service are owned by port and protocol', apply('a', core('services'), service({ name: 'a', port: 80 }, { name: 'b', port: 81, protocol: 'UDP', targetPort: 'web' })), apply('b', core('services'), service({ name: 'c', port: 82 })), apply('b', core('services'), object('Service', { spec: { ports: [{ name: 'z', port: 80 }] } })), apply('a', core('services'), service({ name: 'a', port: 80 }))),
  requests('a Service with the same port in two protocols is applied', apply('a', core('services'), service({ name: 't', port: 53, protocol: 'TCP' }, { name: 'u', port: 53, protocol: 'UDP' })), apply('a', core('services'), service({ name: 'u', port: 53, protocol: 'UDP' }))),
  requests('the selector of an applied Service is one piece', apply('a', core('services'), service({ port: 80 })), apply('b', core('services'), object('Service', { spec: { selector: { other: 'y' } } })), apply('b', core('services'), object('Service', { spec: { selector: { other: 'y' } } }), force)),
  requests('the secrets of an applied ServiceAccount are merged by name, the others are one piece', apply('a', core('serviceaccounts'), account({ secrets: [{ name: 's1' }], imagePullSecrets: [{ name: 'p1' }], automountServiceAccountToken: false })), apply('b', core('serviceaccounts'), account({ secrets: [{ name: 's2' }], imagePullSecrets: [{ name: 'p2' }] })), apply('b', core('serviceaccounts'), account({ secrets: [{ name: 's2' }] }))),
  requests('an applied Namespace is owned by its labels', apply('a', '/api/v1/namespaces/{ns}', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: '{ns}', labels: { x: 'y' } } }), apply('b', '/api/v1/namespaces/{ns}', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: '{ns}', labels: { 'kubernetes.io/metadata.name': 'other' } } })),
  requests('a Namespace is created by apply', apply('a', '/api/v1/namespaces/{u}-new', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: '{u}-new' } }, '&dryRun=All')),
  requests('an applied Lease is owned field by field', apply('a', leasePath, lease({ holderIdentity: 'me', leaseDurationSeconds: 15, renewTime: '2020-01-02T03:04:05.000000Z' })), apply('b', leasePath, lease({ holderIdentity: 'you' })), apply('b', leasePath, lease({ leaseTransitions: 1 })), apply('a', leasePath, lease({ holderIdentity: 'me', renewTime: '2020-01-02T03:04:06.000000Z' }))),
  requests('an applied Event is owned field by field', apply('a', core('events'), object('Event', { involvedObject: { kind: 'ConfigMap', namespace: '{ns}', name: 'x' }, reason: 'Why', message: 'text', type: 'Normal', source: { component: 'c' }, count: 1, firstTimestamp: '2020-01-02T03:04:05Z' })), apply('b', core('events'), object('Event', { involvedObject: { kind: 'ConfigMap', namespace: '{ns}', name: 'x' }, count: 2 }))),
  requests('applied Endpoints are one piece', apply('a', core('endpoints'), object('Endpoints', { subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] })), apply('b', core('endpoints'), object('Endpoints', { subsets: [{ addresses: [{ ip: '10.0.0.2' }] }] }))),
  {
    title: 'the versions of an applied definition are one piece',
    clusterWide: true,
    run: async ({ request, quietly, until }) => {
      await request(...applyDefinition('a', definition()));
      await quietly(() => until('GET', definitionPath, ({ body }) => JSON.stringify(body).includes('"Established","status":"True"') || JSON.stringify(body).includes('"type":"Established"')));
      await request(...applyDefinition('b', definition({}, { additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.a' }] }), force));
      await request(...applyDefinition('a', { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'things.{u}.example.com' }, spec: { names: { plural: 'things', kind: 'Thing', shortNames: ['th'] } } }));
      await quietly(() => request('DELETE', definitionPath));
    },
  },
  requests('wrong types in compiled-in kinds cannot be applied', apply('a', core('configmaps'), configMap('one', { x: 1 })), apply('a', core('secrets'), secret({ data: { x: 5 } })), apply('a', core('secrets'), secret({ data: { x: 'no base64!' } })), apply('a', core('services'), service({ port: 'http' })), apply('a', core('services'), object('Service', { spec: { ports: [{ name: 'x' }] } })), apply('a', core('configmaps'), { ...configMap('one'), immutable: 'yes' })),
  requests('unknown fields of compiled-in kinds cannot be applied', apply('a', core('configmaps'), { ...configMap('one'), nonsense: 1 }), apply('a', core('services'), object('Service', { spec: { nonsense: 1 } })), apply('a', core('secrets'), secret({ metadata: { name: 'one', nonsense: 1 } }))),
  requests('applied nulls of compiled-in kinds are nothing', apply('a', core('configmaps'), { ...configMap('one'), data: null, immutable: null }), apply('a', core('configmaps'), configMap('one', { x: null })), apply('a', core('secrets'), secret({ data: { x: null } }))),
  requests('applied empty maps of compiled-in kinds are owned and not stored', apply('a', core('configmaps'), { ...configMap('one', {}), metadata: { name: 'one', labels: {}, annotations: {}, finalizers: [] } }), apply('a', core('configmaps'), configMap('one', { x: '' }))),
  requests('updates of compiled-in kinds record the fields that their defaults fill in', ['POST', '/api/v1/namespaces/{ns}/services?fieldManager=m', { body: service({ port: 80 }) }], mergePatch(`${core('services')}?fieldManager=n`, { spec: { sessionAffinity: 'None', ports: [{ port: 80, name: 'x' }, { port: 81, name: 'y' }] } }), ['POST', '/api/v1/namespaces/{ns}/secrets?fieldManager=m', { body: secret({ stringData: { a: 'b' } }) }], ['POST', '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases', { body: lease({ holderIdentity: 'x' }) }]),
  requests('an empty list of managedFields in a patch of a compiled-in kind forgets them', ['POST', `${configMapsPath}?fieldManager=m`, { body: configMap('one') }], strategicPatch(`${core('configmaps')}?fieldManager=n`, { metadata: { managedFields: [{}] } }), mergePatch(`${core('configmaps')}?fieldManager=n`, { metadata: { managedFields: [] } }), mergePatch(`${core('configmaps')}?fieldManager=n`, { data: { b: '2' } }), apply('a', core('configmaps'), configMap('one', { a: '9' }))),
  requests('managedFields that can be read are taken from a write, others are not', ['POST', configMapsPath, { body: { ...configMap('one'), metadata: { name: 'one', managedFields: [{ manager: 'mine', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { 'f:a': {} } } }] } } }], mergePatch(core('configmaps'), { metadata: { managedFields: [{ manager: 'new', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', time: '2020-01-01T00:00:00Z', fieldsV1: { 'f:data': { '.': {}, 'f:a': {} } } }] } }),
    mergePatch(core('configmaps'), { metadata: { managedFields: [{ manager: 'bad', operation: 'Frob', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} }] } }), mergePatch(core('configmaps'), { metadata: { managedFields: [{ manager: 'bad', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV2', fieldsV1: {} }] } }), mergePatch(core('configmaps'), { metadata: { managedFields: [{ manager: 'bad', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'k:{': {} } }] } })),
  requests('managers of versions that are gone are forgotten', ['POST', configMapsPath, { body: configMap('one') }], mergePatch(core('configmaps'), { metadata: { managedFields: [{ manager: 'old', operation: 'Update', apiVersion: 'v0', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { 'f:a': {} } } }, { manager: 'new', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { 'f:a': {} } } }] } }), apply('a', core('configmaps'), configMap('one', { b: '2' }))),
];
