// The CustomResourceDefinitions, made from the schemas of the kinds.
import { version as release } from '../../proxy/telemetry/version.ts';
import { annotations, group, version } from '../api/group.ts';
import { category, kinds } from '../api/kinds.ts';
import type { KindDefinition, KubeObject } from '../api/object.ts';

function crd(definition: KindDefinition): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${definition.plural}.${group}`, annotations: { [annotations.version]: release } },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind: definition.kind,
        listKind: `${definition.kind}List`,
        plural: definition.plural,
        singular: definition.singular,
        shortNames: definition.shortNames,
        categories: [category],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: definition.columns,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description: definition.description,
              properties: {
                apiVersion: { type: 'string', description: 'Version of the API that the object is written in.' },
                kind: { type: 'string', description: 'Kind of the object.' },
                metadata: { type: 'object' },
                spec: definition.spec.json,
                status: definition.status.json,
              },
              required: ['spec'],
              ...(definition.rules ? { 'x-kubernetes-validations': definition.rules } : {}),
            },
          },
        },
      ],
    },
  };
}

export const crds = (): readonly KubeObject[] => kinds.map(crd);
