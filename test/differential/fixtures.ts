// The custom kinds that the cases use on both servers, beside our own: one with everything a schema can say, one for the whole cluster.
import type { KubeObject } from '../../operator/kube/kube.ts';

const str = { type: 'string' } as const;

const widgetSchema = {
  type: 'object', description: 'A thing with everything that a schema can say.',
  properties: {
    spec: {
      type: 'object', description: 'What it should be.', required: ['size'],
      properties: {
        size: { type: 'string', enum: ['small', 'large'], description: 'How big it is.' },
        replicas: { type: 'integer', format: 'int32', default: 1, minimum: 0, maximum: 100 },
        port: { 'x-kubernetes-int-or-string': true },
        ratio: { type: 'number', minimum: 0, exclusiveMinimum: true, multipleOf: 0.5 },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        word: { type: 'string', minLength: 2, maxLength: 5, pattern: '^[a-z]*$' },
        since: { type: 'string', format: 'date-time' },
        secret: { type: 'string', format: 'byte' },
        none: { type: 'string', nullable: true },
        notNone: { type: 'string', nullable: true, default: 'something' },
        parts: {
          type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], maxItems: 10,
          items: { type: 'object', required: ['name'], properties: { name: str, value: str, kept: { type: 'boolean', default: true } } },
        },
        pairs: {
          type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: { type: 'object', required: ['port'], properties: { port: { type: 'integer' }, protocol: { type: 'string', default: 'TCP' }, note: str } },
        },
        tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: str },
        steps: { type: 'array', 'x-kubernetes-list-type': 'atomic', items: str },
        labels: { type: 'object', additionalProperties: str, maxProperties: 5 },
        fixed: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: str, b: str } },
        nested: { type: 'object', properties: { deep: { type: 'object', properties: { deeper: { type: 'string', default: 'bottom' }, other: str } } } },
        template: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
        choice: { type: 'object', properties: { left: str, right: str }, oneOf: [{ required: ['left'] }, { required: ['right'] }] },
      },
    },
    status: {
      type: 'object',
      properties: {
        replicas: { type: 'integer' }, selector: str, phase: str,
        conditions: {
          type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'],
          items: { type: 'object', required: ['type', 'status'], properties: { type: str, status: str, reason: str, message: str } },
        },
      },
    },
  },
} as const;

const columns = [
  { name: 'Size', type: 'string', jsonPath: '.spec.size', description: 'How big it is.' },
  { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas', priority: 1 },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

const definition = (name: string, spec: object): KubeObject => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name }, spec });

export const fixtures: readonly KubeObject[] = [
  definition('widgets.test.example.com', {
    group: 'test.example.com', scope: 'Namespaced', names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList', shortNames: ['wd'], categories: ['things'] },
    versions: [
      {
        name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: widgetSchema }, additionalPrinterColumns: columns,
        subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' } },
        selectableFields: [{ jsonPath: '.spec.size' }],
      },
      { name: 'v1beta1', served: true, storage: false, deprecated: true, deprecationWarning: 'widgets of v1beta1 are old', schema: { openAPIV3Schema: { ...widgetSchema, description: 'A thing, as it was.' } } },
    ],
  }),
  definition('gizmos.test.example.com', {
    group: 'test.example.com', scope: 'Cluster', names: { plural: 'gizmos', singular: 'gizmo', kind: 'Gizmo', listKind: 'GizmoList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { note: str, count: { type: 'integer' } } }, status: { type: 'object', properties: { seen: { type: 'boolean' } } } } } } }],
  }),
];

export const widgetsPath = '/apis/test.example.com/v1/namespaces/{ns}/widgets';
export const gizmosPath = '/apis/test.example.com/v1/gizmos';
export const configMapsPath = '/api/v1/namespaces/{ns}/configmaps';
export const secretsPath = '/api/v1/namespaces/{ns}/secrets';

export const widget = (name: string, spec: object = { size: 'small' }, metadata: object = {}): object => ({ apiVersion: 'test.example.com/v1', kind: 'Widget', metadata: { name, ...metadata }, spec });
export const configMap = (name: string, data: object = { a: '1' }, metadata: object = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data });
export const gizmo = (name: string, spec: object = { note: 'one' }, metadata: object = {}): object => ({ apiVersion: 'test.example.com/v1', kind: 'Gizmo', metadata: { name, ...metadata }, spec });
