// Which permissions a session needs in a cluster that was there before it.
import { group } from '../../../operator/api/group.ts';
import { kinds } from '../../../operator/api/kinds.ts';
import { crds, events, leases, namespaces, secrets } from '../../../operator/kube/resources.ts';
import type { Need } from '../../cluster/rights.ts';

const readAndWrite = ['get', 'list', 'watch', 'create', 'patch', 'delete'] as const;

/** Everywhere, not in one namespace: the operator serves agents wherever they are. */
export const sessionNeeds: readonly Need[] = [
  { resource: crds, verbs: ['get', 'list', 'create', 'patch', 'delete'] },
  { resource: namespaces, verbs: ['get', 'create', 'patch', 'delete'] },
  { resource: leases, verbs: ['get', 'create', 'update', 'delete'] },
  { resource: secrets, verbs: readAndWrite },
  { resource: events, verbs: ['get', 'list', 'create', 'patch', 'delete'] },
  ...kinds.flatMap(({ plural }): readonly Need[] => [
    { resource: { group, plural }, verbs: readAndWrite },
    { resource: { group, plural }, subresource: 'status', verbs: ['patch'] },
  ]),
];
