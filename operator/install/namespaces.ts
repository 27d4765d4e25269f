// The two namespaces of an installation, and what Kubernetes lets pods in them be.
import type { KubeObject } from '../api/object.ts';
import { nodeNamespace, systemNamespace } from './names.ts';

export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

export const podSecurityLabel = 'pod-security.kubernetes.io/enforce';

const namespace = (name: string, level: PodSecurityLevel): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { [podSecurityLabel]: level, 'pod-security.kubernetes.io/audit': level, 'pod-security.kubernetes.io/warn': level } },
});

/** The operator is held to the strictest level there is; a folder of the node is more than any other level allows. */
export const namespaceObjects = (withNodes: boolean): readonly KubeObject[] => [namespace(systemNamespace, 'restricted'), ...(withNodes ? [namespace(nodeNamespace, 'privileged')] : [])];
