// What one pod gets of all there is: its own orders, the policy of the gateways that they use, and nobody else's credentials.
import test from 'ava';
import type { KubeObject } from '../../operator/api/object.ts';
import { Uses } from '../../operator/controllers/uses.ts';
import { resourceOf } from '../../operator/kube/resources.ts';
import type { Policy } from '../../proxy/contract.ts';
import type { WorkOrders } from '../../sandbox/contract.ts';
import { agent, gateway, policy, pool, route, secret } from './echo-bot.ts';
import { clientOf, openDoors, podOf, type Doors } from './newcomers.ts';
import { call, eventually, follow } from './rig.ts';

/** The echo-bot and everything of it under another name, with another key. */
function renamed(name: string, key: string): readonly KubeObject[] {
  const text = JSON.stringify([gateway, route, policy, secret, agent]).replaceAll('echo-bot', name).replaceAll('anthropic-', `${name}-`).replaceAll('"name":"anthropic"', `"name":"${name}"`);
  return (JSON.parse(text) as KubeObject[]).map((object) => (object.kind === 'Secret' ? { ...object, data: undefined, stringData: { 'api-key': key } } : object)) as readonly KubeObject[];
}

async function put({ cluster: { kube } }: Doors, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const resource = resourceOf(object);
    if (!resource) throw new Error(object.kind);
    await kube.apply(resource, JSON.parse(JSON.stringify(object)) as KubeObject, { fieldManager: 'test', force: true });
  }
}

test('a pod gets the orders that are placed on it and the credentials that they use, and never those of another pod', async (t) => {
  t.timeout(60_000);
  const doors = await openDoors(t);
  const { address, ca, trust } = doors;
  const pods = ['pod-a', 'pod-b'].map((name) => podOf(name));
  const streams = pods.map((pod) => {
    const seen: string[] = [];
    return {
      seen,
      orders: follow<WorkOrders>(t, `${address}/v1/orders`, { ca, client: clientOf(trust, 'worker', pod) }),
      policy: follow<Policy>(t, `${address}/v1/policy`, { ca, client: clientOf(trust, 'proxy', pod) }, (line) => seen.push(line)),
    };
  });
  const [a, b] = streams;
  if (!a || !b) return t.fail();
  await Promise.all(streams.map(({ orders }) => orders.until(() => true)));
  await put(doors, [{ ...pool, spec: { ...(pool['spec'] as object), replicas: 2, maxExecutionsPerWorker: 1 } }, ...renamed('first', 'key-of-the-first'), ...renamed('second', 'key-of-the-second')]);

  const ofA = await a.orders.until(({ orders }) => orders.length === 1);
  const ofB = await b.orders.until(({ orders }) => orders.length === 1);
  const [mine, theirs] = [ofA.orders[0]?.agent.name, ofB.orders[0]?.agent.name];
  t.deepEqual(new Set([mine, theirs]), new Set(['first', 'second']));
  const isComplete = (name: string | undefined) => ({ gateways }: Policy) => gateways.length === 1 && gateways[0]?.gateway === `default/${name}` && gateways[0].credentials[0]?.secret.state === 'present';
  await a.policy.until(isComplete(mine));
  await b.policy.until(isComplete(theirs));
  t.true(a.seen.join('').includes(`key-of-the-${mine}`));
  t.false(a.seen.join('').includes(`key-of-the-${theirs}`), 'in no policy that was ever sent to the proxy of this pod');
  t.false(b.seen.join('').includes(`key-of-the-${mine}`));

  // A pod of another pool, and one of another namespace with the same names, get nothing at all.
  for (const stranger of [podOf('pod-a', { pool: 'other' }), podOf('pod-a', { namespace: 'elsewhere' })]) {
    const empty = follow<Policy>(t, `${address}/v1/policy`, { ca, client: clientOf(trust, 'proxy', stranger) });
    t.deepEqual((await empty.until(() => true)).gateways, []);
    const none = follow<WorkOrders>(t, `${address}/v1/orders`, { ca, client: clientOf(trust, 'worker', stranger) });
    t.deepEqual((await none.until(() => true)).orders, []);
  }
});

test('a query cannot ask for the orders or the policy of another pod, and a report cannot speak for one', async (t) => {
  t.timeout(60_000);
  const doors = await openDoors(t);
  const { address, ca, trust, controllers } = doors;
  const orders = follow<WorkOrders>(t, `${address}/v1/orders?pool=default%2Fdefault&worker=pod-b`, { ca, client: clientOf(trust, 'worker', podOf('pod-a')) });
  await orders.until(() => true);
  const status = { worker: 'pod-b', runtime: { name: 'bubblewrap', detail: 'x', interception: 'ports', missing: [] }, sandboxes: [] };
  const report = (worker: string) => call(`${address}/v1/status`, { ca, client: clientOf(trust, 'worker', podOf('pod-a')), method: 'PUT', body: JSON.stringify({ ...status, worker }) });
  t.is((await report('pod-b')).status, 403);
  t.is((await report('pod-a')).status, 204);
  const known = await eventually(async () => controllers.world.workers.list(), (list) => list.length > 0);
  t.deepEqual(known.map(({ key }) => key), ['default/default/pod-a']);
});

test('a gateway is given up by a pod a moment after its last sandbox, and at once by nobody who still uses it', (t) => {
  let now = 1000;
  const uses = new Uses(() => undefined, () => now);
  t.teardown(() => uses.close());
  uses.update([{ pod: 'a', gateway: 'x' }, { pod: 'a', gateway: 'y' }, { pod: 'b', gateway: 'x' }]);
  t.deepEqual([...uses.of('a')], ['x', 'y']);
  t.deepEqual([...(uses.update([{ pod: 'b', gateway: 'x' }]).get('x') ?? [])], ['b']);
  t.deepEqual([...uses.of('a')], ['x', 'y'], 'its sandbox may be ending');
  now += 9_999;
  uses.update([{ pod: 'b', gateway: 'x' }, { pod: 'a', gateway: 'y' }]);
  t.deepEqual([...uses.of('a')].toSorted(), ['x', 'y']);
  now += 1;
  uses.update([{ pod: 'b', gateway: 'x' }, { pod: 'a', gateway: 'y' }]);
  t.deepEqual([...uses.of('a')], ['y']);
  t.deepEqual([...uses.of('b')], ['x']);
  t.deepEqual([...uses.of('c')], []);
});
