// One operator acts at a time: who waits, who takes over, who gives back, and who finds out that it is too late.
import test from 'ava';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kube } from '../../operator/kube/kube.ts';
import { lead, type Leadership } from '../../operator/kube/leadership.ts';
import { heldBy } from '../../operator/kube/lease.ts';
import { configmaps, leases } from '../../operator/kube/resources.ts';
import { clusterKinds, startCluster } from '../support/cluster.ts';
import { eventually } from './rig.ts';

const ref = { namespace: 'clrk', name: 'clrk-operator' };
const never = new AbortController().signal;
const pace = { everyMs: 100, deadlineMs: 10_000 };
const neverLeads = (): Promise<Leadership> => new Promise(() => undefined);
const mark = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'clrk' } });
const contender = (kube: Kube, identity: string, more: object = {}): { readonly leading: Promise<Leadership>; readonly told: string[] } => {
  const told: string[] = [];
  return { told, leading: lead({ kube, ref, holder: { identity }, signal: never, waiting: (why) => told.push(why), pace, ...more }) };
};

for (const kind of clusterKinds) {
  test(`${kind}: the second waits, is told for whom, and leads as soon as the first gives back`, async (t) => {
    const { kube } = await startCluster(t, { kind });
    const first = await contender(kube, 'pod a').leading;
    const second = contender(kube, 'pod b');
    await eventually(async () => second.told, (told) => told.length > 0);
    t.deepEqual(second.told, ['pod a holds the Lease clrk/clrk-operator']);
    await first.kube.create(configmaps, mark('first'));
    await first.release();
    const leading = await second.leading;
    t.is(heldBy(await kube.get(leases, ref))?.identity, 'pod b');
    await leading.release();
    t.is(await kube.get(leases, ref), undefined, 'who comes next need not wait');
  });
}

test('of several that begin at once one leads', async (t) => {
  const { kube } = await startCluster(t);
  const all = ['a', 'b', 'c'].map((identity) => contender(kube, identity));
  const leading = await Promise.race(all.map((one) => one.leading));
  await eventually(async () => all.filter(({ told }) => told.length > 0).length, (waiting) => waiting === 2);
  t.regex(heldBy(await kube.get(leases, ref))?.identity ?? '', /^[abc]$/);
  await leading.release();
  const next = await Promise.race(all.map(async (one) => (await one.leading) === leading ? neverLeads() : one.leading));
  t.not(next, leading);
  await next.release();
  await Promise.all(all.map(async (one) => (await one.leading).release()));
});

test('who cannot renew stops writing before the time of the Lease is over, and only then another leads', async (t) => {
  t.timeout(60_000);
  const { kube } = await startCluster(t);
  let away = false;
  // A network that is cut: the API server lives, and this one does not reach it.
  const cut: Kube = { ...kube, replace: async (...given) => (away ? sleep(60_000, undefined, { ref: false }).then(() => kube.replace(...given)) : kube.replace(...given)) };
  const first = await contender(cut, 'cut off', { pace: { everyMs: 100, deadlineMs: 1500 } }).leading;
  await first.kube.create(configmaps, mark('before'));
  away = true;
  // Long enough for the deadline, short for a test.
  await kube.apply(leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: ref, spec: { leaseDurationSeconds: 4 } }, { fieldManager: 'test', force: true });
  const second = contender(kube, 'next');
  t.regex(await first.lost, /could not be renewed for 1\.5 s/);
  await t.throwsAsync(first.kube.create(configmaps, mark('after')), { message: /the Lease is not ours any more/ });
  t.is(heldBy(await kube.get(leases, ref))?.identity, 'cut off', 'nobody else acts yet');
  const leading = await second.leading;
  t.is(heldBy(await kube.get(leases, ref))?.identity, 'next');
  await leading.release();
});

test('a process that was stopped for a while writes nothing when it goes on', async (t) => {
  const { kube } = await startCluster(t);
  const leading = await contender(kube, 'sleeper', { pace: { everyMs: 10_000, deadlineMs: 300 } }).leading;
  // The whole process stands still, timers too.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
  await t.throwsAsync(leading.kube.apply(configmaps, mark('late'), { fieldManager: 'test' }), { message: /not ours any more/ });
  t.truthy(await leading.lost);
  t.is(await kube.get(configmaps, { namespace: 'clrk', name: 'late' }), undefined);
});

test('who has lost the Lease to somebody else is told by whom', async (t) => {
  const { kube } = await startCluster(t);
  const leading = await contender(kube, 'loser').leading;
  const live = await eventually(() => kube.get(leases, ref), (found) => found !== undefined);
  const take = async (): Promise<void> => {
    const found = (await kube.get(leases, ref)) ?? live;
    if (found) await kube.replace(leases, { ...found, spec: { ...(found['spec'] as object), holderIdentity: 'taker' } }).catch(take);
  };
  await take();
  t.is(await leading.lost, 'taker has taken it');
});
