// EgressGateway: keeps its certificate authority, and tells whether a proxy obeys it.
import { conditions, findCondition } from '../api/conditions.ts';
import { egressGateway, type EgressGateway, type EgressGatewayVerdict } from '../api/egress-gateway.ts';
import { authoritySecretName, fieldManagers } from '../api/group.ts';
import { describe } from '../api/object.ts';
import { egressGateways, secrets } from '../kube/resources.ts';
import { newAuthoritySecret } from '../plan/authority.ts';
import { attachesTo, isValidRoute, qualified } from '../plan/route.ts';
import type { PolicyHistory } from './policy-history.ts';
import { authorityOf, nameOfWorker, type World } from './world.ts';
import { writeStatus } from './write.ts';

interface Ref {
  readonly namespace: string;
  readonly name: string;
}

export async function reconcileEgressGateway(world: World, history: PolicyHistory, ref: Ref, gateway: EgressGateway | undefined): Promise<void> {
  // Its authority goes with it: the cluster collects what belongs to a gateway that is gone.
  if (!gateway || gateway.metadata.deletionTimestamp) return;
  await keepAuthority(world, gateway);
  const generation = gateway.metadata.generation ?? 1;
  const attachedRoutes = world.routes.list(ref.namespace).filter((route) => attachesTo(route, ref.name) && isValidRoute(route)).length;
  await writeStatus(world, egressGateways, gateway, {
    conditions: conditions(gateway.status?.conditions, [readyVerdict(world, history, gateway)], { generation, now: new Date() }),
    listenerCount: gateway.spec.listeners.length,
    listeners: gateway.spec.listeners.map(({ name, port }) => ({ name, ...(port === undefined ? {} : { port }), attachedRoutes })),
    observedGeneration: generation,
  });
}

async function keepAuthority(world: World, gateway: EgressGateway): Promise<void> {
  const authority = authorityOf(world, gateway);
  const ref = { namespace: gateway.metadata.namespace ?? 'default', name: authoritySecretName(gateway.metadata.name) };
  // Its deletion comes back as an event, and then a new one is made.
  if (authority.state === 'foreign') await world.kube.remove(secrets, ref);
  if (authority.state !== 'absent' || egressGateway.check(gateway).length > 0) return;
  // It may be there already, and the watch has not said so yet: the one that is there counts.
  if (await world.kube.get(secrets, ref)) return;
  // An apply and no create: only of an apply is the name known before it is allowed.
  await world.kube.apply(secrets, newAuthoritySecret(gateway), { fieldManager: fieldManagers.operator });
  world.log.info(`made a certificate authority for EgressGateway ${qualified(gateway)}`);
}

function readyVerdict(world: World, history: PolicyHistory, gateway: EgressGateway): EgressGatewayVerdict {
  const type = 'Ready';
  const key = qualified(gateway);
  const problems = egressGateway.check(gateway);
  if (problems.length > 0) return { type, status: 'False', reason: 'InvalidSpec', message: describe(problems) };
  const leftOut = history.leftOut(key);
  if (leftOut !== undefined) return { type, status: 'False', reason: 'GatewayNotProgrammed', message: leftOut };
  const proxies = world.proxies.list();
  const before = findCondition(gateway.status?.conditions, type);
  const wasReady = before?.status === 'True' && before.observedGeneration === gateway.metadata.generation;
  if (proxies.length === 0) return { type, status: 'False', reason: 'GatewayMissing', message: 'no egress proxy is connected' };
  // Before the first decision nobody uses anything, and what the last operator wrote is nearer to the truth.
  if (wasReady && !world.placement) return { type, status: 'True', reason: 'GatewayProgrammed', message: before.message };
  const pods = world.gatewayPods.get(key);
  // Its policy goes to proxies that need it, and none does.
  if (!pods) return { type, status: 'True', reason: 'GatewayProgrammed', message: 'no sandbox uses it now; the first that does finds it in effect' };
  const wanted = proxies.filter((proxy) => pods.has(proxy.key));
  const programmed = wanted.filter(({ state }) => state !== undefined && history.holds(state, key, gateway.metadata.generation ?? 1));
  // A proxy that may be back in a moment (or has not told us yet after our restart) is no news.
  if (wasReady && programmed.length === 0 && (wanted.length === 0 || proxies.some((proxy) => !proxy.connected))) return { type, status: 'True', reason: 'GatewayProgrammed', message: before.message };
  if (programmed.length === 0) return { type, status: 'False', reason: 'GatewayNotProgrammed', message: 'no egress proxy has taken the policy yet' };
  return { type, status: 'True', reason: 'GatewayProgrammed', message: `in effect at ${programmed.map((proxy) => nameOfWorker(proxy.key)).toSorted().slice(0, 5).join(', ')}` };
}
