// The compiled-in kinds: names, rules, defaults. Custom kinds come from CustomResourceDefinitions.
import { at, list, objects, text, type KubeObject } from '../json.ts';
import type { Resource, Rules } from '../resource.ts';
import { definitionRules } from '../crd/definition.ts';
import { coreColumns } from './columns.ts';
import { serviceRules } from './net/rules.ts';
import { endpointRules, eventRules, leaseRules } from './records.ts';
import { coreSchemas, definitionSchema } from './schemas.ts';
import { configMapRules, secretRules } from './values.ts';

const plain: Rules = { names: 'subdomain', typed: true, strategic: true, unconditional: true, standardFinalizers: true, knowsAll: true };

const namespaceRules: Rules = {
  ...plain, names: 'label', noCollection: true,
  decode(namespace) {
    if (namespace.metadata.name) namespace.metadata.labels = { ...namespace.metadata.labels, 'kubernetes.io/metadata.name': namespace.metadata.name };
  },
  prepare(namespace, live) {
    if (live) namespace['spec'] = live['spec'];
    else namespace['spec'] = { finalizers: [...new Set([...list(at(namespace, 'spec', 'finalizers')), 'kubernetes'])] };
    if (!live) namespace['status'] = { phase: 'Active' };
  },
};

const serviceAccountRules: Rules = {
  ...plain, returnsDeleted: true,
  prepare(account) {
    // Secrets of other namespaces cannot be meant: only their names are kept.
    if (Array.isArray(account['secrets'])) account['secrets'] = objects(account['secrets']).map(({ name }) => (name === undefined ? {} : { name }));
  },
};

const involved = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map((field) => `involvedObject.${field}`);

type Row = Pick<Resource, 'plural' | 'kind' | 'schema' | 'rules'> & Partial<Resource>;
const row = (given: Row): Resource => ({
  group: '', version: 'v1', singular: given.kind.toLowerCase(), listKind: `${given.kind}List`, namespaced: true, shortNames: [], categories: [], storageVersion: given.version ?? 'v1',
  columns: coreColumns[given.plural] ?? [], selectable: [], status: false, scale: undefined, warning: undefined, ...given,
});

export const definitions: Resource = row({
  group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions', kind: 'CustomResourceDefinition', namespaced: false, shortNames: ['crd', 'crds'], categories: ['api-extensions'],
  schema: definitionSchema, status: true, rules: definitionRules,
});
export const namespaces: Resource = row({
  plural: 'namespaces', kind: 'Namespace', namespaced: false, shortNames: ['ns'], schema: coreSchemas.namespaces, rules: namespaceRules, status: true, selectable: ['status.phase'],
});

/** Every compiled-in kind. */
export const coreKinds: readonly Resource[] = [
  namespaces,
  row({ plural: 'secrets', kind: 'Secret', schema: coreSchemas.secrets, rules: secretRules, selectable: ['type'] }),
  row({ plural: 'configmaps', kind: 'ConfigMap', shortNames: ['cm'], schema: coreSchemas.configmaps, rules: configMapRules }),
  row({ plural: 'services', kind: 'Service', shortNames: ['svc'], categories: ['all'], schema: coreSchemas.services, rules: serviceRules, status: true, selectable: ['spec.clusterIP', 'spec.type'] }),
  row({ plural: 'endpoints', kind: 'Endpoints', shortNames: ['ep'], schema: coreSchemas.endpoints, rules: endpointRules, listKind: 'EndpointsList', singular: 'endpoints', warning: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice' }),
  row({ plural: 'serviceaccounts', kind: 'ServiceAccount', shortNames: ['sa'], schema: coreSchemas.serviceaccounts, rules: serviceAccountRules }),
  row({ plural: 'events', kind: 'Event', shortNames: ['ev'], schema: coreSchemas.events, rules: eventRules, selectable: [...involved, 'reason', 'reportingComponent', 'source', 'type'] }),
  row({ group: 'coordination.k8s.io', plural: 'leases', kind: 'Lease', schema: coreSchemas.leases, rules: leaseRules }),
  definitions,
];

/** The value of a selectable field, as text. */
export function selectableValue(object: KubeObject, path: string): string {
  if (path === 'source') return text(at(object, 'source', 'component')) || text(object['reportingComponent']);
  const value = at(object, ...path.split('.'));
  return value === undefined || value === null || list(value).length > 0 ? '' : String(value);
}
