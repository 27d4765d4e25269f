// The compiled-in kinds: names, rules, defaults. Custom kinds come from CustomResourceDefinitions.
import { at, isObject, list, objects, text, type KubeObject } from '../json.ts';
import type { Resource, Rules } from '../resource.ts';
import { fieldError, type FieldError } from '../status.ts';
import { definitionRules } from '../crd/definition.ts';
import { coreColumns } from './columns.ts';
import { serviceRules } from './net/rules.ts';
import { coreSchemas, definitionSchema } from './schemas.ts';

const mostData = 1024 * 1024;

function dataErrors(object: KubeObject, live: KubeObject | undefined): readonly FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const part of ['data', 'binaryData']) {
    const values = isObject(object[part]) ? object[part] : {};
    for (const [key, value] of Object.entries(values)) {
      if (key.length > 253 || !/^[-._a-zA-Z0-9]+$/.test(key) || key === '.' || key === '..') {
        errors.push(fieldError.invalid(`${part}[${key}]`, key, "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"));
      }
      size += key.length + text(value).length * (object.kind === 'Secret' ? 0.75 : 1);
    }
  }
  if (size > mostData) errors.push(fieldError.tooLong(object.kind === 'Secret' ? 'data' : '', mostData));
  if (live?.['immutable'] === true) {
    if (object['immutable'] !== true) errors.push(fieldError.forbidden('immutable', 'field is immutable when `immutable` is set'));
    for (const part of ['data', 'binaryData']) {
      if (JSON.stringify(object[part]) !== JSON.stringify(live[part])) errors.push(fieldError.forbidden(part, 'field is immutable when `immutable` is set'));
    }
  }
  return errors;
}

const plain: Rules = { names: 'subdomain', typed: true, strategic: true, unconditional: true, standardFinalizers: true, knowsAll: true };

const requiredKeys: { readonly [type: string]: readonly string[] } = { 'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'], 'kubernetes.io/dockercfg': ['.dockercfg'], 'kubernetes.io/tls': ['tls.crt', 'tls.key'] };

const secretRules: Rules = {
  ...plain,
  decode(secret) {
    const plain = secret['stringData'];
    delete secret['stringData'];
    if (!isObject(plain)) return;
    const encoded = Object.entries(plain).map(([key, value]) => [key, Buffer.from(text(value)).toString('base64')] as const);
    secret['data'] = { ...(isObject(secret['data']) ? secret['data'] : {}), ...Object.fromEntries(encoded) };
  },
  check(secret, live) {
    const errors = [...dataErrors(secret, live)];
    for (const key of requiredKeys[text(secret['type'])] ?? []) if (at(secret, 'data', key) === undefined) errors.push(fieldError.required(`data[${key}]`));
    if (live && live['type'] !== secret['type']) errors.push(fieldError.invalid('type', secret['type'], 'field is immutable'));
    return errors;
  },
};

const namespaceRules: Rules = {
  ...plain, names: 'label', noCollection: true,
  prepare(namespace, live) {
    namespace.metadata.labels = { ...namespace.metadata.labels, 'kubernetes.io/metadata.name': namespace.metadata.name ?? '' };
    if (live) namespace['spec'] = live['spec'];
    else namespace['spec'] = { finalizers: ['kubernetes'] };
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

const eventRules: Rules = {
  ...plain, names: 'segment', createsOnUpdate: true, standardFinalizers: false,
  check(event) {
    const about = text(at(event, 'involvedObject', 'namespace'));
    const here = event.metadata.namespace ?? '';
    return about === here || (about === '' && here === 'default') ? [] : [fieldError.invalid('involvedObject.namespace', about, 'does not match event.namespace')];
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
  row({ plural: 'configmaps', kind: 'ConfigMap', shortNames: ['cm'], schema: coreSchemas.configmaps, rules: { ...plain, check: dataErrors } }),
  row({ plural: 'services', kind: 'Service', shortNames: ['svc'], categories: ['all'], schema: coreSchemas.services, rules: serviceRules, status: true, selectable: ['spec.clusterIP', 'spec.type'] }),
  row({ plural: 'endpoints', kind: 'Endpoints', shortNames: ['ep'], schema: coreSchemas.endpoints, rules: { ...plain, createsOnUpdate: true }, listKind: 'EndpointsList', singular: 'endpoints', warning: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice' }),
  row({ plural: 'serviceaccounts', kind: 'ServiceAccount', shortNames: ['sa'], schema: coreSchemas.serviceaccounts, rules: serviceAccountRules }),
  row({ plural: 'events', kind: 'Event', shortNames: ['ev'], schema: coreSchemas.events, rules: eventRules, selectable: [...involved, 'reason', 'reportingComponent', 'source', 'type'] }),
  row({ group: 'coordination.k8s.io', plural: 'leases', kind: 'Lease', schema: coreSchemas.leases, rules: { ...plain, createsOnUpdate: true, unconditional: false, standardFinalizers: false } }),
  definitions,
];

/** The value of a selectable field, as text. */
export function selectableValue(object: KubeObject, path: string): string {
  if (path === 'source') return text(at(object, 'source', 'component')) || text(object['reportingComponent']);
  const value = at(object, ...path.split('.'));
  return value === undefined || value === null || list(value).length > 0 ? '' : String(value);
}
