// The operator against a real API server: objects in, orders and policy out, conditions that tell what is missing.
import test from 'ava';
import type { Condition } from '../../operator/api/conditions.ts';
import type { DaemonAgent } from '../../operator/api/daemon-agent.ts';
import type { KubeObject } from '../../operator/api/object.ts';
import type { Kube, Ref, Resource } from '../../operator/kube/kube.ts';
import { agentSandboxRevisions, aiProviderRoutes, credentialInjectionPolicies, daemonAgents, egressGateways, events, resourceOf, secrets, workerPools } from '../../operator/kube/resources.ts';
import { parsePolicy, type Policy } from '../../proxy/contract.ts';
import { parseWorkOrders, type WorkerStatus, type WorkOrders } from '../../sandbox/contract.ts';
import { agent, gateway, madeUpKey, policy, pool, route, secret } from './echo-bot.ts';
import { clusterKinds } from '../support/cluster.ts';
import type { Client } from '../support/enrolment.ts';
import { call, clients, end, eventually, follow, rig, type Rig, type Running } from './rig.ts';

const echoBot = { namespace: 'default', name: 'echo-bot' };

async function put(kube: Kube, ...objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const resource = resourceOf(object);
    if (!resource) throw new Error(object.kind);
    await kube.apply(resource, object, { fieldManager: 'test', force: true });
  }
}

const conditionsOf = (object: KubeObject | undefined): readonly Condition[] => {
  const status = (object?.['status'] ?? {}) as { conditions?: Condition[]; parents?: { conditions: Condition[] }[]; ancestors?: { conditions: Condition[] }[] };
  return [...(status.conditions ?? []), ...(status.parents ?? []).flatMap((one) => one.conditions), ...(status.ancestors ?? []).flatMap((one) => one.conditions)];
};

/** Waits until a condition says so, and returns its message. */
async function conditionIs(kube: Kube, resource: Resource, ref: Ref, type: string, reason: string): Promise<string> {
  const object = await eventually(() => kube.get(resource, ref), (found) => conditionsOf(found).some((one) => one.type === type && one.reason === reason));
  return conditionsOf(object).find((one) => one.type === type)?.message ?? '';
}

async function streams(t: Parameters<typeof follow>[0], { ca }: Rig, operator: Running) {
  const { worker, proxy } = await clients(operator, ca);
  const put = (client: Client, path: string, body: unknown) => call(operator.address + path, { ca, client, method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return {
    orders: follow<WorkOrders>(t, `${operator.address}/v1/orders`, { ca, client: worker }),
    policy: follow<Policy>(t, `${operator.address}/v1/policy`, { ca, client: proxy }),
    report: (status: WorkerStatus) => put(worker, '/v1/status', status),
    taken: (version: string) => put(proxy, '/v1/policy/status', { version }),
  };
}

/** Every object of ours with its version: what somebody wrote differs. */
async function versions(kube: Kube): Promise<readonly string[]> {
  const lists = await Promise.all([daemonAgents, workerPools, egressGateways, aiProviderRoutes, credentialInjectionPolicies, agentSandboxRevisions, secrets].map((resource) => kube.list(resource, { namespace: 'default' })));
  return lists.flatMap(({ items }) => items.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion}`));
}

function report(orders: WorkOrders): WorkerStatus {
  const sandboxes = orders.orders.map(({ id, agent: identity }) => ({ id, agent: identity, imageReady: true, phase: 'Running' as const, restartCount: 2, upSince: '2026-01-02T15:04:05Z' }));
  return { worker: 'worker-0', runtime: { name: 'bubblewrap', detail: 'bwrap 0.8.0', interception: 'ports', missing: [] }, sandboxes };
}

for (const kind of clusterKinds) {
  test.serial(`${kind}: the first agent is ordered and its policy compiled, and both survive a killed operator`, async (t) => {
    t.timeout(60_000);
    const world = await rig(t, kind);
    const { kube } = world;
    const operator = await world.startOperator();

    // In the worst order: the agent first, so that everything that it names is missing.
    await put(kube, agent, policy, route);
    t.regex(await conditionIs(kube, daemonAgents, echoBot, 'WorkerPoolReady', 'WorkerPoolNotFound'), /WorkerPool default does not exist/);
    t.regex(await conditionIs(kube, daemonAgents, echoBot, 'EgressConfigured', 'EgressRefsNotFound'), /EgressGateway echo-bot does not exist/);
    t.regex(await conditionIs(kube, aiProviderRoutes, { namespace: 'default', name: 'anthropic' }, 'Accepted', 'NoMatchingParent'), /EgressGateway echo-bot/);
    const missing = await conditionIs(kube, credentialInjectionPolicies, { namespace: 'default', name: 'anthropic-key' }, 'ResolvedRefs', 'SecretNotFound');
    t.regex(missing, /Secret default\/anthropic-credentials does not exist; make it with `kubectl clrk secrets set anthropic-credentials -n default --from-env api-key=/);

    const { orders, policy: policies, ...first } = await streams(t, world, operator);
    await put(kube, pool, gateway);
    const ordered = await orders.until((value) => value.orders.length === 1);
    t.deepEqual(parseWorkOrders(ordered), ordered);
    const [order] = ordered.orders;
    t.like(order, { id: 'da-default-echo-bot-1', image: 'curlimages/curl:8.10.1', command: ['sh', '-c'], args: ['sleep 5'], restartPolicy: 'Always', limits: { cpuMillis: 500, memoryBytes: 268435456 } });
    t.regex(order?.egress?.authority ?? '', /BEGIN CERTIFICATE/);
    const refusing = await policies.until((value) => value.gateways[0]?.credentials[0]?.secret.state === 'missing');
    t.deepEqual(parsePolicy(refusing), refusing);
    t.is(refusing.gateways[0]?.authority.certificate, order?.egress?.authority);

    await put(kube, secret);
    const complete = await policies.until((value) => value.gateways[0]?.credentials[0]?.secret.state === 'present');
    t.like(complete.gateways[0], { gateway: 'default/echo-bot', defaultPolicy: 'deny-all', requestTimeoutMs: 300_000, routes: [{ route: 'default/anthropic', provider: 'anthropic', endpoints: ['/v1/messages'] }], listeners: [{ name: 'tls', shape: 'tls-terminate' }, { name: 'http', shape: 'http', port: 80 }] });
    t.deepEqual(complete.gateways[0]?.credentials[0], { policy: 'default/anthropic-key', scope: { kind: 'route', route: 'default/anthropic' }, header: 'x-api-key', secret: { state: 'present', value: madeUpKey } });
    await conditionIs(kube, credentialInjectionPolicies, { namespace: 'default', name: 'anthropic-key' }, 'ResolvedRefs', 'ResolvedRefs');

    await conditionIs(kube, egressGateways, echoBot, 'Ready', 'GatewayNotProgrammed');
    t.is((await first.taken(complete.version)).status, 204);
    await conditionIs(kube, egressGateways, echoBot, 'Ready', 'GatewayProgrammed');
    t.is((await first.report(report(ordered))).status, 204);
    await conditionIs(kube, daemonAgents, echoBot, 'RevisionReady', 'RevisionReady');
    const running = (await kube.get(daemonAgents, echoBot)) as DaemonAgent | undefined;
    t.like(running?.status, { phase: 'Running', restartCount: 2, worker: 'worker-0', runtime: 'bubblewrap', upSince: '2026-01-02T15:04:05Z', latestCreatedRevisionName: 'echo-bot-00001', latestReadyRevisionName: 'echo-bot-00001' });
    const settledPool = await eventually(() => kube.get(workerPools, { namespace: 'default', name: 'default' }), (found) => (found?.['status'] as { activeExecutions?: number } | undefined)?.activeExecutions === 1);
    t.like(settledPool?.['status'], { readyReplicas: 1, capacity: { maxExecutions: 10, availableExecutions: 9 } });
    t.true((await kube.list(events, { namespace: 'default' })).items.some((event) => event['reason'] === 'SecretNotFound'));

    const counted = await orders.until((value) => value.orders[0]?.restartCount === 2);

    // Killed in the middle: the next one says the same and writes nothing.
    await end(operator.child, 'SIGKILL');
    const before = await versions(kube);
    const second = await world.startOperator();
    const again = await streams(t, world, second);
    t.deepEqual((await again.orders.until((value) => value.orders.length === 1)), counted);
    t.deepEqual((await again.policy.until((value) => value.gateways.length === 1)), complete);
    await again.report(report(ordered));
    await again.taken(complete.version);

    await new Promise((resolve) => setTimeout(resolve, 300));
    t.deepEqual(await versions(kube), before);

    await kube.remove(secrets, { namespace: 'default', name: 'anthropic-credentials' });
    await again.policy.until((value) => value.gateways[0]?.credentials[0]?.secret.state === 'missing');
    await conditionIs(kube, credentialInjectionPolicies, { namespace: 'default', name: 'anthropic-key' }, 'ResolvedRefs', 'SecretNotFound');

    // A new authority: made at once, and the sandbox is told to trust it.
    await kube.remove(secrets, { namespace: 'default', name: 'clrk-egressgateway-ca-echo-bot' });
    const rotated = await again.orders.until((value) => value.orders[0]?.egress !== undefined && value.orders[0].egress.authority !== order?.egress?.authority);
    t.is(rotated.orders.length, 1);

    // A new generation is a new revision and a new order; an agent that goes takes its order and revisions along.
    const spec = agent['spec'] as object;
    await put(kube, { ...agent, spec: { ...spec, restartPolicy: 'Never' } });
    const changed = await again.orders.until((value) => value.orders[0]?.id === 'da-default-echo-bot-2');
    t.like(changed.orders[0], { restartPolicy: 'Never', agent: { revision: 'echo-bot-00002' } });
    await kube.remove(daemonAgents, echoBot);
    await again.orders.until((value) => value.orders.length === 0);
    await eventually(() => kube.list(agentSandboxRevisions, { namespace: 'default' }), ({ items }) => items.length === 0);

    t.is(await end(second.child, 'SIGTERM'), 0);
    t.false(`${operator.stderr()}${second.stderr()}`.includes(madeUpKey));
  });
}

for (const kind of clusterKinds) {
  test.serial(`${kind}: an agent is not told as running when its worker did not come back with the operator`, async (t) => {
    t.timeout(60_000);
    const world = await rig(t, kind);
    const { kube } = world;
    await put(kube, pool, gateway, secret, agent);
    const operator = await world.startOperator();
    const { orders, report: send } = await streams(t, world, operator);
    const ordered = await orders.until((value) => value.orders.length === 1);
    await send(report(ordered));
    await conditionIs(kube, daemonAgents, echoBot, 'RevisionReady', 'RevisionReady');
    await end(operator.child, 'SIGKILL');
    await world.startOperator();
    const { status } = (await eventually(() => kube.get(daemonAgents, echoBot), (found) => (found as DaemonAgent | undefined)?.status?.phase !== 'Running')) as DaemonAgent;
    // The place stays until its time of grace is over: should the worker come back, the agent is not started a second time elsewhere.
    t.like(status, { phase: 'Pending', worker: 'worker-0', message: 'worker-0 has not been heard of since the operator started' });
    t.is(status?.runtime, undefined);
  });
}

for (const kind of clusterKinds) {
  test.serial(`${kind}: an operator that is killed again and again, and an API server that restarts, end in the same world`, async (t) => {
    t.timeout(60_000);
    const world = await rig(t, kind);
    const { kube } = world;
    for (const objects of [[agent, gateway], [pool, policy], [route, secret]]) {
      const operator = await world.startOperator();
      await put(kube, ...objects);
      await end(operator.child, 'SIGKILL');
    }
    const operator = await world.startOperator();
    const { orders, policy: policies } = await streams(t, world, operator);
    t.is((await orders.until((value) => value.orders.length === 1)).orders[0]?.id, 'da-default-echo-bot-1');
    await policies.until((value) => value.gateways[0]?.credentials[0]?.secret.state === 'present');
    t.is((await kube.list(agentSandboxRevisions, { namespace: 'default' })).items.length, 1);

    await world.restartApiServer();
    await put(kube, { ...pool, spec: { ...(pool['spec'] as object), maxExecutionsPerWorker: 3 } });
    await eventually(() => kube.get(workerPools, { namespace: 'default', name: 'default' }), (found) => (found?.['status'] as { capacity?: { maxExecutions: number } } | undefined)?.capacity?.maxExecutions === 3);
  });
}

for (const kind of clusterKinds) {
  test.serial(`${kind}: a credential whose route is open to any host is not given to the proxy, and is as soon as the route names its provider`, async (t) => {
    t.timeout(60_000);
    const world = await rig(t, kind);
    const { kube } = world;
    const spec = route['spec'] as object;
    await put(kube, pool, agent, gateway, secret, policy, { ...route, spec: { ...spec, rules: [{ matches: [{ provider: 'custom' }] }] } });
    const operator = await world.startOperator();
    const { policy: policies } = await streams(t, world, operator);
    const key = { namespace: 'default', name: 'anthropic-key' };
    t.regex(await conditionIs(kube, credentialInjectionPolicies, key, 'Accepted', 'HostNotNamed'), /^AIProviderRoute anthropic has a match for custom, where the agent chooses the host/);
    await policies.until((value) => value.gateways[0]?.credentials[0]?.secret.state === 'missing');
    await put(kube, route);
    await conditionIs(kube, credentialInjectionPolicies, key, 'Accepted', 'Accepted');
    await policies.until((value) => value.gateways[0]?.credentials[0]?.secret.state === 'present');
  });
}
