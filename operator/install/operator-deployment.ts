// The operator in a cluster: its account, the Service in front of it, and its Deployment.
import type { KubeObject } from '../api/object.ts';
import { operatorService } from '../api/group.ts';
import { podLabels } from './marks.ts';
import { components, operatorAccount, ports, systemNamespace, users } from './names.ts';
import type { InstallSettings } from './settings.ts';

const metadata = { namespace: systemNamespace, name: operatorService.name };
const labels = podLabels(components.operator);

const fromPod = (name: string, fieldPath: string): unknown => ({ name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } });
const probe = (path: string): unknown => ({ path, port: 'probe', scheme: 'HTTP' });

/** Readers come through the API server's service proxy, workers and proxies by the Service's name. */
function service(): KubeObject {
  const port = (name: string, number: number): unknown => ({ name, port: number, targetPort: name, protocol: 'TCP' });
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { type: 'ClusterIP', selector: labels, ports: [port('door', ports.door), port(operatorService.portName, ports.reader)] } };
}

/** At the pod's own address, which is IPv4 or IPv6 as the cluster has it. */
const listen = (port: number): string => `$(POD_IP):${port}`;

function container({ operatorImage, proxyImage, imagePullSecret, workerAppArmor }: InstallSettings): unknown {
  const containerPort = (name: string, number: number): unknown => ({ name, containerPort: number, protocol: 'TCP' });
  return {
    name: 'operator',
    image: operatorImage,
    imagePullPolicy: 'IfNotPresent',
    env: [
      fromPod('POD_IP', 'status.podIP'),
      fromPod('POD_NAME', 'metadata.name'),
      fromPod('POD_NAMESPACE', 'metadata.namespace'),
      { name: 'CLRK_LISTEN', value: listen(ports.door) },
      { name: 'CLRK_READER_LISTEN', value: listen(ports.reader) },
      { name: 'CLRK_PROBE_LISTEN', value: listen(ports.operatorProbe) },
      { name: 'CLRK_PROXY_IMAGE', value: proxyImage },
      ...(imagePullSecret === undefined ? [] : [{ name: 'CLRK_IMAGE_PULL_SECRETS', value: imagePullSecret }]),
      ...(workerAppArmor === undefined ? [] : [{ name: 'CLRK_WORKER_APPARMOR', value: workerAppArmor }]),
    ],
    ports: [containerPort('door', ports.door), containerPort(operatorService.portName, ports.reader), containerPort('probe', ports.operatorProbe)],
    livenessProbe: { httpGet: probe('/healthz'), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    readinessProbe: { httpGet: probe('/readyz'), periodSeconds: 5, timeoutSeconds: 5 },
    resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '1Gi' } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
  };
}

/**
 * Never a new one beside an old one: only the one that holds the Lease is ready, so that a rolling update would wait for ever.
 * Agents go on running meanwhile.
 */
function deployment(settings: InstallSettings): KubeObject {
  const { replicas, imagePullSecret } = settings;
  const apart = { podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } }, weight: 100 };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas,
      revisionHistoryLimit: 3,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { 'kubectl.kubernetes.io/default-container': 'operator' } },
        spec: {
          serviceAccountName: operatorAccount,
          automountServiceAccountToken: true,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 15,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          ...(replicas > 1 ? { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [apart] } } } : {}),
          ...(imagePullSecret === undefined ? {} : { imagePullSecrets: [{ name: imagePullSecret }] }),
          securityContext: { runAsNonRoot: true, runAsUser: users.operator, runAsGroup: users.operator, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [container(settings)],
        },
      },
    },
  };
}

/** No pod gets this account's token by itself; the Deployment asks for it. */
export const operatorAccountObject = (): KubeObject => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: systemNamespace, name: operatorAccount }, automountServiceAccountToken: false });

export const operatorObjects = (settings: InstallSettings): readonly KubeObject[] => [service(), deployment(settings)];
