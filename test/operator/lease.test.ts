// A Lease has one holder: taken, renewed, taken back, lost and given back, on both kinds of server.
import test from 'ava';
import type { Kube } from '../../operator/kube/kube.ts';
import { heldBy, isGone, Lease, LeaseTaken, looksExpired } from '../../operator/kube/lease.ts';
import { leases } from '../../operator/kube/resources.ts';
import { clusterKinds, startCluster } from '../support/cluster.ts';

const ref = { namespace: 'clrk', name: 'one' };
const never = new AbortController().signal;
const holder = async (kube: Kube): Promise<string | undefined> => heldBy(await kube.get(leases, ref))?.identity;

for (const kind of clusterKinds) {
  test(`${kind}: two who want it at once get it one after the other`, async (t) => {
    const { kube } = await startCluster(t, { kind });
    const [first, second] = [new Lease(kube, ref, { identity: 'first' }), new Lease(kube, ref, { identity: 'second', annotations: { a: 'b' } })];
    t.true(await isGone(kube, ref, () => false, never), 'nobody has it');
    const taken = await Promise.allSettled([first.take(), second.take()]);
    t.is(taken.filter(({ status }) => status === 'fulfilled').length, 1);
    const early = heldBy(await kube.get(leases, ref));
    await t.throwsAsync(new Lease(kube, ref, { identity: 'third' }).take(), { instanceOf: LeaseTaken }, 'it was free a moment ago, and is not any more');
    await first.take(early);
    await t.throwsAsync(second.take(early), { instanceOf: LeaseTaken }, 'another has it by now than the one who was gone');
    t.is(await holder(kube), 'first');
    t.false(await isGone(kube, ref, () => false, never), 'it is fresh');
    t.true(await isGone(kube, ref, ({ identity }) => identity === 'first', never), 'who knows better is believed');

    const before = heldBy(await kube.get(leases, ref))?.renewedAt ?? '';
    await first.renew();
    t.true(Date.parse(heldBy(await kube.get(leases, ref))?.renewedAt ?? '') > Date.parse(before));

    await kube.apply(leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...ref, labels: { touched: 'yes' } } }, { fieldManager: 'somebody' });
    await first.renew();
    t.is(await holder(kube), 'first', 'whoever writes into it does not take it');
    await kube.remove(leases, ref);
    await first.renew();
    t.is(await holder(kube), 'first', 'whoever removes it does not take it');

    await second.take(heldBy(await kube.get(leases, ref)));
    const lost = await t.throwsAsync(first.renew(), { instanceOf: LeaseTaken });
    t.is(lost.by.identity, 'second');
    t.deepEqual(lost.by.annotations, { a: 'b' });
    await first.release();
    t.is(await holder(kube), 'second', 'nobody gives back what another has');
    await second.release();
    await second.renew();
    t.is(await kube.get(leases, ref), undefined, 'what was given back is not renewed');
  });
}

test('an old lease is watched before its holder counts as gone, since clocks differ', async (t) => {
  const { kube } = await startCluster(t);
  const lease = (renewTime: string) => ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: ref, spec: { holderIdentity: 'slow clock', leaseDurationSeconds: 2, renewTime } });
  await kube.create(leases, lease('2020-01-01T00:00:00.000000Z'));
  const watching = isGone(kube, ref, () => false, never);
  await kube.apply(leases, lease('2020-01-01T00:00:05.000000Z'), { fieldManager: 'holder', force: true });
  t.false(await watching, 'it was renewed meanwhile');
  t.true(await isGone(kube, ref, () => false, never), 'it was not renewed');
  t.true(looksExpired({ identity: 'x', annotations: {}, renewedAt: 'nonsense', seconds: 15 }, new Date()));
});
