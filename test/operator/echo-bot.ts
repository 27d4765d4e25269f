// The four objects of the first agent, with their pool and their Secret, as tests apply them.
import type { KubeObject } from '../../operator/api/object.ts';
import { apiVersion } from '../../operator/api/group.ts';

const metadata = (name: string) => ({ name, namespace: 'default' });

export const madeUpKey = 'sk-ant-made-up-0011223344';

export const pool: KubeObject = { apiVersion, kind: 'WorkerPool', metadata: metadata('default'), spec: { replicas: 1, template: { image: 'clrk/worker:1' } } };
export const secret: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: metadata('anthropic-credentials'), type: 'Opaque', data: { 'api-key': Buffer.from(madeUpKey).toString('base64') } };
export const gateway: KubeObject = {
  apiVersion, kind: 'EgressGateway', metadata: metadata('echo-bot'),
  spec: { listeners: [{ name: 'tls', protocol: 'TLS', tls: { mode: 'Terminate' } }, { name: 'http', protocol: 'HTTP', port: 80 }], otlp: { captureBody: { maxBytes: 65536 } } },
};
export const route: KubeObject = {
  apiVersion, kind: 'AIProviderRoute', metadata: metadata('anthropic'),
  spec: { parentRefs: [{ group: 'clrk.apoxy.dev', kind: 'EgressGateway', name: 'echo-bot' }], rules: [{ matches: [{ provider: 'anthropic', endpoints: ['/v1/messages'] }] }] },
};
export const policy: KubeObject = {
  apiVersion, kind: 'CredentialInjectionPolicy', metadata: metadata('anthropic-key'),
  spec: { targetRefs: [{ group: 'clrk.apoxy.dev', kind: 'AIProviderRoute', name: 'anthropic' }], secretRef: { name: 'anthropic-credentials' }, secretKey: 'api-key', target: 'Header', headerName: 'X-Api-Key' },
};
export const agent: KubeObject = {
  apiVersion, kind: 'DaemonAgent', metadata: metadata('echo-bot'),
  spec: { workerPoolRef: 'default', egressRefs: [{ gatewayRef: 'echo-bot' }], resources: { cpu: '500m', memory: '256Mi' }, template: { metadata: { annotations: { purpose: 'echo' } }, spec: { image: 'curlimages/curl:8.10.1', command: ['sh', '-c'], args: ['sleep 5'] } } },
};
