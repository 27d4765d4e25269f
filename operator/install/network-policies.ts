// Who may reach what an installation runs: workers the operator's door, the API server its readers' door, nobody the rest.
import { labels as groupLabels, operatorService } from '../api/group.ts';
import type { KubeObject } from '../api/object.ts';
import { podLabels } from './marks.ts';
import { components, nodeAccount, nodeNamespace, ports, systemNamespace } from './names.ts';

const policy = (namespace: string, name: string, spec: unknown): KubeObject => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { namespace, name }, spec });
const port = (number: number): unknown => ({ port: number, protocol: 'TCP' });

/**
 * Probes come from the node itself, which no policy keeps out. What the operator may reach is left open: where the API server
 * is, and on which port, differs from cluster to cluster.
 */
export const networkPolicies = (): readonly KubeObject[] => [
  policy(systemNamespace, 'clrk-default-deny', { podSelector: {}, policyTypes: ['Ingress'] }),
  policy(systemNamespace, operatorService.name, {
    podSelector: { matchLabels: podLabels(components.operator) },
    policyTypes: ['Ingress'],
    ingress: [
      { ports: [port(ports.door)], from: [{ namespaceSelector: {}, podSelector: { matchExpressions: [{ key: groupLabels.workerPool, operator: 'Exists' }] } }] },
      // The API server may stand anywhere, and a reader's token is checked behind it.
      { ports: [port(ports.reader)] },
    ],
  }),
];

export const nodeNetworkPolicies = (): readonly KubeObject[] => [policy(nodeNamespace, nodeAccount, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })];
