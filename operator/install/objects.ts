// What has to be in a cluster before the operator starts, in the order in which it is applied.
import { operatorService } from '../api/group.ts';
import type { KubeObject } from '../api/object.ts';
import { crds } from './crds.ts';

/** The namespace of the operator and the kinds. */
export const installObjects = (): readonly KubeObject[] => [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: operatorService.namespace } },
  ...crds(),
];
