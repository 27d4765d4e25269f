// Which permissions are needed to put an installation into a cluster, and to take it out again.
import { group } from '../../operator/api/group.ts';
import { kinds } from '../../operator/api/kinds.ts';
import { systemNamespace } from '../../operator/install/names.ts';
import type { KubeObject } from '../../operator/kube/kube.ts';
import { leases, namespaces } from '../../operator/kube/resources.ts';
import type { Need } from '../cluster/rights.ts';
import { installKinds } from './installed.ts';
import { knownResource } from './put.ts';

const lease: Need = { resource: leases, verbs: ['get', 'create', 'update', 'delete'], namespace: systemNamespace };

/** Server-side apply reads, creates and patches. What must be allowed to hand rights on is told by the server when it is asked to. */
export function installNeeds(objects: readonly KubeObject[]): readonly Need[] {
  const byPlace = new Map<string, Need>();
  for (const object of objects) {
    const { group: resourceGroup, plural } = knownResource(object);
    const { namespace } = object.metadata;
    byPlace.set(`${resourceGroup}/${plural}/${namespace ?? ''}`, { resource: { group: resourceGroup, plural }, verbs: ['get', 'create', 'patch'], ...(namespace === undefined ? {} : { namespace }) });
  }
  return [...byPlace.values(), lease];
}

/** What the operator made stands in namespaces that nobody knows beforehand. */
export function uninstallNeeds(withObjects: boolean): readonly Need[] {
  return [
    ...installKinds.map((resource): Need => ({ resource, verbs: ['get', 'list', 'delete'] })),
    { resource: namespaces, verbs: ['get'] },
    lease,
    ...kinds.map(({ plural }): Need => ({ resource: { group, plural }, verbs: withObjects ? ['list', 'delete'] : ['list'] })),
  ];
}
