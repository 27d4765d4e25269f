// CredentialInjectionPolicy: tells for each target whether it exists, and whether the Secret is there.
import { conditions } from '../api/conditions.ts';
import { policyController, type CredentialInjectionPolicy, type PolicyTarget } from '../api/credential-injection-policy.ts';
import { credentialInjectionPolicies } from '../kube/resources.ts';
import { credential, distinctTargets, hostless, policyVerdicts } from '../plan/credential.ts';
import type { World } from './world.ts';
import { writeStatus } from './write.ts';

export async function reconcileCredentialPolicy(world: World, { namespace }: { namespace: string }, policy: CredentialInjectionPolicy | undefined): Promise<void> {
  if (!policy || policy.metadata.deletionTimestamp) return;
  const secret = world.secrets.get(namespace, policy.spec.secretRef.name);
  // Nothing is known yet; the watch of the Secret brings us back in a moment.
  if (secret.state === 'unknown' && !secret.why) return;
  const found = credential(policy, secret);
  const observation = { generation: policy.metadata.generation ?? 1, now: new Date() };
  const routes = world.routes.list(namespace);
  const ancestors = distinctTargets(policy).map(({ group, kind, name }) => {
    const before = policy.status?.ancestors?.find((known) => known.ancestorRef.kind === kind && known.ancestorRef.name === name);
    const verdicts = policyVerdicts(policy, { group, kind, name }, { exists: exists(world, namespace, { group, kind, name }), credential: found, hostless: hostless({ kind, name }, routes) });
    return { ancestorRef: { group, kind, name }, controllerName: policyController, conditions: conditions(before?.conditions, verdicts, observation) };
  });
  await writeStatus(world, credentialInjectionPolicies, policy, { ancestors });
}

function exists(world: World, namespace: string, { kind, name }: PolicyTarget): boolean {
  const found = kind === 'EgressGateway' ? world.gateways.get(namespace, name) : world.routes.get(namespace, name);
  return found !== undefined;
}
