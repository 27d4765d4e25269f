import test from 'ava';
import type { AIProviderRoute } from '../../operator/api/ai-provider-route.ts';
import type { CredentialInjectionPolicy } from '../../operator/api/credential-injection-policy.ts';
import type { DaemonAgent } from '../../operator/api/daemon-agent.ts';
import { refusing } from '../../plugin/agent-policies.ts';

const apiVersion = 'clrk.apoxy.dev/v1alpha1';
const group = 'clrk.apoxy.dev';
const agent: DaemonAgent = { apiVersion, kind: 'DaemonAgent', metadata: { name: 'a' }, spec: { workerPoolRef: 'default', restartPolicy: 'Always', template: { spec: { image: 'i' } }, egressRefs: [{ gatewayRef: 'ours' }] } };
const route = (name: string, gateway: string): AIProviderRoute => ({ apiVersion, kind: 'AIProviderRoute', metadata: { name }, spec: { parentRefs: [{ group, kind: 'EgressGateway', name: gateway }], rules: [] } });
const policy = (name: string, kind: 'AIProviderRoute' | 'EgressGateway', target: string, status: 'True' | 'False'): CredentialInjectionPolicy => ({
  apiVersion,
  kind: 'CredentialInjectionPolicy',
  metadata: { name },
  spec: { targetRefs: [{ group, kind, name: target }], secretRef: { name: 's' }, secretKey: 'k', target: 'Header', headerName: 'x' },
  status: { ancestors: [{ ancestorRef: { group, kind, name: target }, controllerName: 'c', conditions: [{ type: 'ResolvedRefs', status, reason: 'SecretNotFound', message: 'Secret s does not exist', lastTransitionTime: '2026-01-02T00:00:00Z' }] }] },
});

test('policies without their Secret are named when they lie on the way of the agent, by gateway or by route', (t) => {
  const policies = [
    policy('by-route', 'AIProviderRoute', 'way', 'False'),
    policy('by-gateway', 'EgressGateway', 'ours', 'False'),
    policy('resolved', 'AIProviderRoute', 'way', 'True'),
    policy('other-route', 'AIProviderRoute', 'elsewhere', 'False'),
    policy('other-gateway', 'EgressGateway', 'theirs', 'False'),
  ];
  t.deepEqual(refusing(agent, policies, [route('way', 'ours'), route('elsewhere', 'theirs')]), [
    'credentialinjectionpolicy/by-route: SecretNotFound: Secret s does not exist',
    'credentialinjectionpolicy/by-gateway: SecretNotFound: Secret s does not exist',
  ]);
});
