// The list of kinds. A new kind is a file beside this one and a line here.
import { agentSandboxRevision } from './agent-sandbox-revision.ts';
import { aiProviderRoute } from './ai-provider-route.ts';
import { credentialInjectionPolicy } from './credential-injection-policy.ts';
import { daemonAgent } from './daemon-agent.ts';
import { egressGateway } from './egress-gateway.ts';
import type { KindDefinition } from './object.ts';
import { workerPool } from './worker-pool.ts';

/** `kubectl get clrk` lists all of them. */
export const category = 'clrk';

export const kinds: readonly KindDefinition[] = [daemonAgent, workerPool, egressGateway, aiProviderRoute, credentialInjectionPolicy, agentSandboxRevision];

export const kindNamed = (kind: string): KindDefinition | undefined => kinds.find((known) => known.kind === kind);
