// One session holds a cluster: who else comes is told who holds it, a dead holder is known, and a lost hold ends the session.
import test, { type ExecutionContext } from 'ava';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Held } from '../../../../operator/kube/lease.ts';
import type { Kube, KubeObject } from '../../../../operator/kube/kube.ts';
import { leases } from '../../../../operator/kube/resources.ts';
import { codeOf, Ending } from '../../../../plugin/dev/ending.ts';
import { operatorLease } from '../../../../operator/install/names.ts';
import { checkFree, holdCluster } from '../../../../plugin/dev/existing/hold.ts';
import { UserError } from '../../../../plugin/exit.ts';
import { DevStore } from '../../../../plugin/feeds/store.ts';
import { startCluster } from '../../../support/cluster.ts';

function session(kube: Kube, t: ExecutionContext) {
  const store = new DevStore();
  const ending = new Ending(new AbortController().signal, undefined, store);
  t.teardown(() => ending.dispose());
  return { kube, context: 'test', release: 'v1', store, ending };
}
const free = (kube: Kube, waiting = (_line: string): void => undefined): Promise<Held | undefined> => checkFree(kube, 'test', { signal: new AbortController().signal, waiting });

async function changed(kube: Kube, change: (lease: KubeObject) => KubeObject): Promise<void> {
  const lease = await kube.get(leases, operatorLease);
  if (lease) await kube.replace(leases, change(lease));
}

test('a cluster that is held is refused with its holder; a holder of this machine that is dead is known at once', async (t) => {
  const { kube } = await startCluster(t);
  await free(kube);
  const hold = await holdCluster(session(kube, t));
  const refused = await t.throwsAsync(free(kube), { instanceOf: UserError });
  t.regex(refused.message, new RegExp(`^the cluster of context test has an operator already: kubectl clrk dev of \\S+ on \\S+, process ${process.pid}, renewed at 20`));
  t.regex(refused.hints.join('\n'), /kubectl --context test -n clrk get lease clrk-operator -o yaml/);

  const dead = spawn('true');
  await once(dead, 'exit');
  const key = 'clrk.apoxy.dev/process';
  await changed(kube, (lease) => ({ ...lease, metadata: { ...lease.metadata, annotations: { [key]: JSON.stringify({ ...(JSON.parse(lease.metadata.annotations?.[key] ?? '{}') as object), pid: dead.pid }) } } }));
  const gone = await free(kube, () => t.fail('nobody has to wait for a dead one'));
  await t.throwsAsync(holdCluster(session(kube, t)), { message: /has an operator already/ }, 'whoever did not see it gone does not take it');
  const next = await holdCluster({ ...session(kube, t), gone });
  await t.throwsAsync(holdCluster({ ...session(kube, t), gone }), { message: /has an operator already/ }, 'of two who saw it gone one gets it');
  await next.release();
  await hold.release();
  t.is(await kube.get(leases, operatorLease), undefined);
  t.false(hold.lost.aborted);
});

test('a session whose cluster was taken over ends, and says by whom', async (t) => {
  const { kube } = await startCluster(t);
  const own = session(kube, t);
  const hold = await holdCluster(own);
  await changed(kube, (lease) => ({ ...lease, spec: { ...(lease['spec'] as object), holderIdentity: 'another operator' } }));
  await hold.confirm();
  t.true(hold.lost.aborted, 'known at once to whoever asks');
  const end = await own.ending.wait();
  t.deepEqual(end, { kind: 'lost', to: 'another operator' });
  const told = t.throws(() => codeOf(end, { waits: undefined, wasUp: true }), { instanceOf: UserError });
  t.is(told.message, 'another operator has taken the cluster over');
  await hold.release();
  t.truthy(await kube.get(leases, operatorLease), 'it is not ours to remove');
});
