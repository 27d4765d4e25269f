// Ties the controllers to the world: who is reconciled when what changes.
import { controller } from '../kube/controller.ts';
import type { KubeObject, Kube } from '../kube/kube.ts';
import type { Logger } from '../../proxy/telemetry/log.ts';
import { reconcileRoute } from './ai-provider-route.ts';
import { reconcileCredentialPolicy } from './credential-injection-policy.ts';
import { reconcileDaemonAgent } from './daemon-agent.ts';
import { Delivery } from './deliver.ts';
import { reconcileEgressGateway } from './egress-gateway.ts';
import { PoolObjects, type InCluster } from './pool-objects.ts';
import { PolicyHistory } from './policy-history.ts';
import { reconcileWorkerPool } from './worker-pool.ts';
import { caches, comeBackMs, openWorld, poolOfWorker, watchNamedSecrets, workerKey, type World } from './world.ts';
import { labels } from '../api/group.ts';

export interface Controllers {
  readonly world: World;
  readonly delivery: Delivery;
  /** Resolves when everything that exists has been seen. */
  readonly ready: Promise<void>;
  readonly isReady: () => boolean;
  readonly close: () => Promise<void>;
}

/** `inCluster`: pools become pods, and Secrets are granted one by one. */
export function startControllers(kube: Kube, log: Logger, inCluster?: InCluster): Controllers {
  const stop = new AbortController();
  const history = new PolicyHistory();
  const { signal } = stop;
  const world = openWorld(kube, log, { signal, secretChanged: (namespace) => secretChanged(namespace), inCluster: inCluster !== undefined });
  const objects = inCluster && new PoolObjects({ kube, log, signal, pools: world.pools, inCluster, onChange: (namespace, name) => whenStarted(pools.enqueue)({ apiVersion: '', kind: '', metadata: { namespace, name } }) });
  const delivery = new Delivery(world, history, () => delivered());
  const agents = controller({ cache: world.agents, log, reconcile: (ref, agent) => reconcileDaemonAgent(world, ref, agent) });
  const pools = controller({ cache: world.pools, log, reconcile: (_ref, pool) => reconcileWorkerPool(world, objects, pool) });
  const gateways = controller({ cache: world.gateways, log, reconcile: (ref, gateway) => reconcileEgressGateway(world, history, ref, gateway) });
  const routes = controller({ cache: world.routes, log, reconcile: (ref, route) => reconcileRoute(world, ref, route) });
  const policies = controller({ cache: world.policies, log, reconcile: (ref, policy) => reconcileCredentialPolicy(world, ref, policy) });
  const all = [agents, pools, gateways, routes, policies];
  let started = false;
  let settling: NodeJS.Timeout | undefined;

  /** Until all is known, absence means nothing: nothing is reconciled before. */
  const whenStarted = (act: (namespace: string, name: string) => void) => ({ metadata }: KubeObject): void => {
    if (started) act(metadata.namespace ?? 'default', metadata.name);
  };
  world.agents.onChange(whenStarted(agents.enqueue));
  world.pools.onChange(whenStarted((namespace, name) => (objects?.enqueue(namespace), pools.enqueue(namespace, name), agents.enqueueAll(namespace))));
  world.gateways.onChange(whenStarted((namespace, name) => (watchNamedSecrets(world), gateways.enqueue(namespace, name), [agents, routes, policies].forEach((one) => one.enqueueAll(namespace)))));
  world.routes.onChange(whenStarted((namespace, name) => (routes.enqueue(namespace, name), [gateways, policies].forEach((one) => one.enqueueAll(namespace)))));
  world.policies.onChange(whenStarted((namespace, name) => (watchNamedSecrets(world), policies.enqueue(namespace, name))));
  world.revisions.onChange(({ metadata }) => {
    const agent = metadata.labels?.[labels.agent];
    if (started && agent) agents.enqueue(metadata.namespace ?? 'default', agent);
  });
  for (const cache of caches(world)) cache.onChange(() => delivery.schedule());

  const secretChanged = (namespace: string): void => {
    for (const one of [gateways, policies, agents]) one.enqueueAll(namespace);
    delivery.schedule();
  };
  world.workers.onChange((key) => {
    const [namespace = '', pool = ''] = poolOfWorker(key).split('/');
    pools.enqueue(namespace, pool);
    agents.enqueueAll(namespace);
    delivery.schedule();
  });
  world.proxies.onChange(() => gateways.enqueueAll());
  const delivered = (): void => [agents, pools, gateways].forEach((one) => one.enqueueAll());

  for (const cache of caches(world)) void cache.run();
  const ready = Promise.all([...caches(world).map((cache) => cache.ready()), objects?.open()]).then(() => {
    started = true;
    objects?.enqueueAll();
    watchNamedSecrets(world);
    // Stands for whichever proxies were there before we started; it goes after their time of grace.
    world.proxies.expect('earlier');
    for (const { metadata, spec, status } of world.agents.list()) if (status?.worker) world.workers.expect(workerKey(metadata.namespace ?? 'default', spec.workerPoolRef, status.worker));
    settling = setTimeout(() => {
      world.settled = true;
      agents.enqueueAll();
    }, comeBackMs);
    sweep();
    all.forEach((one) => one.enqueueAll());
    delivery.schedule();
  });

  /** Revisions whose agent went while nobody looked. */
  const sweep = (): void => {
    for (const { metadata } of world.revisions.list()) {
      const agent = metadata.labels?.[labels.agent];
      if (agent) agents.enqueue(metadata.namespace ?? 'default', agent);
    }
  };

  return {
    world,
    delivery,
    ready,
    isReady: () => started,
    close: async () => {
      stop.abort();
      clearTimeout(settling);
      delivery.close();
      world.secrets.close();
      world.workers.close();
      world.proxies.close();
      await Promise.all([...all.map((one) => one.close()), objects?.close(), world.grants?.close()]);
      kube.close();
    },
  };
}
