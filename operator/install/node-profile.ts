// What lays the seccomp profile on each node: the profile in a ConfigMap, and a DaemonSet that writes it where the kubelet looks.
import type { KubeObject } from '../api/object.ts';
import { podLabels } from './marks.ts';
import { components, nodeAccount, nodeNamespace, ports, profilePaths, seccompProfile } from './names.ts';
import { workerProfileText } from './seccomp/profile.ts';
import type { InstallSettings } from './settings.ts';

const metadata = { namespace: nodeNamespace, name: nodeAccount };
const labels = podLabels(components.nodeProfile);
const [folder = '', file = ''] = seccompProfile.split('/');

/** `remove`: the file goes, which `uninstall` has done on each node before the DaemonSet goes. */
export type ProfileDuty = 'write' | 'remove';

function container({ operatorImage }: InstallSettings, duty: ProfileDuty): unknown {
  return {
    name: 'node-profile',
    image: operatorImage,
    imagePullPolicy: 'IfNotPresent',
    command: ['/usr/local/bin/node', '/clrk/node-profile.js'],
    env: [
      { name: 'POD_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
      { name: 'CLRK_PROBE_LISTEN', value: `$(POD_IP):${ports.nodeProbe}` },
      { name: 'CLRK_PROFILE_DUTY', value: duty },
      { name: 'CLRK_PROFILE_FILE', value: `${profilePaths.source}/${file}` },
      { name: 'CLRK_PROFILE_TARGET', value: `${profilePaths.target}/${file}` },
    ],
    ports: [{ name: 'probe', containerPort: ports.nodeProbe, protocol: 'TCP' }],
    livenessProbe: { httpGet: { path: '/healthz', port: 'probe', scheme: 'HTTP' }, periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 6 },
    readinessProbe: { httpGet: { path: '/readyz', port: 'probe', scheme: 'HTTP' }, periodSeconds: 5, timeoutSeconds: 5 },
    resources: { requests: { cpu: '5m', memory: '32Mi' }, limits: { memory: '128Mi' } },
    // The folder belongs to root. As its owner root needs no capability to write there.
    securityContext: { runAsUser: 0, runAsGroup: 0, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true, seccompProfile: { type: 'RuntimeDefault' } },
    volumeMounts: [{ name: 'profile', mountPath: profilePaths.source, readOnly: true }, { name: 'target', mountPath: profilePaths.target }],
  };
}

export function profileDaemonSet(settings: InstallSettings, duty: ProfileDuty = 'write'): KubeObject {
  const { kubeletFolder, imagePullSecret } = settings;
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata,
    spec: {
      revisionHistoryLimit: 3,
      // The file stays while a pod is replaced, so that nothing is without it meanwhile.
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: nodeAccount,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 5,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          // Wherever workers may be put, the profile has to be.
          tolerations: [{ operator: 'Exists' }],
          ...(imagePullSecret === undefined ? {} : { imagePullSecrets: [{ name: imagePullSecret }] }),
          containers: [container(settings, duty)],
          volumes: [
            { name: 'profile', configMap: { name: nodeAccount, defaultMode: 0o444 } },
            { name: 'target', hostPath: { path: `${kubeletFolder}/seccomp/${folder}`, type: 'DirectoryOrCreate' } },
          ],
        },
      },
    },
  };
}

/** In the order in which they are needed. */
export const nodeProfileObjects = (settings: InstallSettings): readonly KubeObject[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [file]: workerProfileText() } },
  profileDaemonSet(settings),
];
