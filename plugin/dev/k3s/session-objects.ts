// What a session lays over an installation: where the operator sends telemetry on to, and the stand-ins of --offline. Pure.
import { createHash } from 'node:crypto';
import { operatorService } from '../../../operator/api/group.ts';
import { installationObjects } from '../../../operator/install/objects.ts';
import { systemNamespace } from '../../../operator/install/names.ts';
import { installSettings } from '../../../operator/install/settings.ts';
import type { KubeObject } from '../../../operator/kube/kube.ts';

export interface SessionFacts {
  /** Base URL of the session's receiver, as pods reach it. */
  readonly telemetry: string;
  readonly telemetryToken: string;
  readonly offline?: {
    /** `host=address:port`, as pods reach it. */
    readonly upstreams: string;
    /** PEM of who vouches for the stand-ins. */
    readonly authority: string;
  };
}

const telemetryName = 'clrk-dev-telemetry';
const offlineName = 'clrk-dev-offline';
const folders = { telemetry: '/etc/clrk/telemetry', offline: '/etc/clrk/offline' } as const;

interface PodSpec {
  readonly containers: readonly { readonly env?: readonly unknown[]; readonly volumeMounts?: readonly unknown[] }[];
  readonly volumes?: readonly unknown[];
}
interface DeploymentSpec {
  readonly template: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> }; readonly spec: PodSpec };
}

/** The operator's Deployment with the session's settings; they are read at its start, so that another content means another pod. */
function withSession(deployment: KubeObject, { telemetry, telemetryToken, offline }: SessionFacts): KubeObject {
  const spec = deployment['spec'] as DeploymentSpec;
  const { template } = spec;
  const variable = (name: string, value: string): unknown => ({ name, value });
  const env = [
    variable('CLRK_OTLP_FORWARD', telemetry),
    variable('CLRK_OTLP_FORWARD_TOKEN_FILE', `${folders.telemetry}/token`),
    ...(offline ? [variable('CLRK_OFFLINE_UPSTREAMS', offline.upstreams), variable('CLRK_OFFLINE_CA_FILE', `${folders.offline}/ca.crt`)] : []),
  ];
  const volumeMounts = [{ name: 'telemetry', mountPath: folders.telemetry, readOnly: true }, ...(offline ? [{ name: 'offline', mountPath: folders.offline, readOnly: true }] : [])];
  const volumes = [{ name: 'telemetry', secret: { secretName: telemetryName } }, ...(offline ? [{ name: 'offline', configMap: { name: offlineName } }] : [])];
  const contents = createHash('sha256').update([telemetryToken, offline?.authority ?? ''].join('\0')).digest('hex').slice(0, 16);
  const containers = template.spec.containers.map((container) => ({ ...container, env: [...(container.env ?? []), ...env], volumeMounts: [...(container.volumeMounts ?? []), ...volumeMounts] }));
  return {
    ...deployment,
    spec: {
      ...spec,
      template: {
        ...template,
        metadata: { ...template.metadata, annotations: { ...template.metadata.annotations, 'clrk.apoxy.dev/session': contents } },
        spec: { ...template.spec, containers, volumes: [...(template.spec.volumes ?? []), ...volumes] },
      },
    },
  };
}

const isOperator = ({ kind, metadata }: KubeObject): boolean => kind === 'Deployment' && metadata.namespace === systemNamespace && metadata.name === operatorService.name;

/** All of an installation but the kinds, with the session's settings; in the order in which it is applied. */
export function sessionObjects(facts: SessionFacts): readonly KubeObject[] {
  const { telemetryToken, offline } = facts;
  const metadata = (name: string): KubeObject['metadata'] => ({ namespace: systemNamespace, name });
  const extra: readonly KubeObject[] = [
    { apiVersion: 'v1', kind: 'Secret', metadata: metadata(telemetryName), type: 'Opaque', data: { token: Buffer.from(telemetryToken).toString('base64') } },
    ...(offline ? [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(offlineName), data: { 'ca.crt': offline.authority } }] : []),
  ];
  const all = installationObjects(installSettings()).filter(({ kind }) => kind !== 'CustomResourceDefinition');
  const spaces = all.filter(({ kind }) => kind === 'Namespace');
  return [...spaces, ...extra, ...all.filter(({ kind }) => kind !== 'Namespace').map((object) => (isOperator(object) ? withSession(object, facts) : object))];
}
