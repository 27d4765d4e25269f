// Everything that an installation is made of, in the order in which it is applied.
import { operatorService } from '../api/group.ts';
import type { KubeObject } from '../api/object.ts';
import { admissionObjects } from './admission.ts';
import { crds } from './crds.ts';
import { marked } from './marks.ts';
import { namespaceObjects } from './namespaces.ts';
import { networkPolicies, nodeNetworkPolicies } from './network-policies.ts';
import { nodeProfileObjects } from './node-profile.ts';
import { operatorAccountObject, operatorObjects } from './operator-deployment.ts';
import { rbacObjects } from './rbac.ts';
import type { InstallSettings } from './settings.ts';

/** What is applied together, and why it is there. */
export interface InstallPart {
  readonly name: 'namespaces' | 'kinds' | 'rights' | 'network' | 'node profile' | 'operator';
  readonly why: string;
  readonly objects: readonly KubeObject[];
}

/** In order: what a part needs comes before it. */
export function installation(settings: InstallSettings): readonly InstallPart[] {
  const { nodeProfile } = settings;
  const parts: readonly InstallPart[] = [
    { name: 'namespaces', why: 'clrk for the operator, clrk-node for what touches nodes', objects: namespaceObjects(nodeProfile) },
    { name: 'kinds', why: 'agents, pools, gateways, routes and policies, as kinds of the API', objects: crds() },
    { name: 'rights', why: 'what the operator may do and write, and who may use the kinds', objects: [operatorAccountObject(), ...admissionObjects(), ...rbacObjects()] },
    { name: 'network', why: 'only workers and the API server reach the operator', objects: settings.networkPolicies ? [...networkPolicies(), ...(nodeProfile ? nodeNetworkPolicies() : [])] : [] },
    { name: 'node profile', why: 'the seccomp profile on each node that lets unprivileged workers make sandboxes', objects: nodeProfile ? nodeProfileObjects(settings) : [] },
    { name: 'operator', why: 'turns objects into running agents', objects: operatorObjects(settings) },
  ];
  return parts.filter(({ objects }) => objects.length > 0).map((part) => ({ ...part, objects: part.objects.map((object) => marked(object)) }));
}

/** The same without the parts. */
export const installationObjects = (settings: InstallSettings): readonly KubeObject[] => installation(settings).flatMap(({ objects }) => objects);

/** What has to be there before an operator starts that runs outside of the cluster: the namespace and the kinds. */
export const installObjects = (): readonly KubeObject[] => [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: operatorService.namespace } },
  ...crds(),
];
