// The operator's authority over years: made once, moved on with an overlap, kept in a Secret; and its own certificate, exchanged while it serves.
import test, { type ExecutionContext } from 'ava';
import type { TLSSocket } from 'node:tls';
import { secrets } from '../../operator/kube/resources.ts';
import { listen } from '../../operator/serve/listener.ts';
import { advance, bundleOf, usualTimes, type AuthorityState } from '../../operator/trust/authority.ts';
import { authorityInSecret, type AuthorityStore } from '../../operator/trust/authority-store.ts';
import { openTrust } from '../../operator/trust/trust.ts';
import { issueCertificate, type Issued } from '../../proxy/x509/issue.ts';
import { clusterKinds, startCluster } from '../support/cluster.ts';
import { newKey, silent, type Client } from '../support/enrolment.ts';
import { call } from './rig.ts';

const dayMs = 86_400_000;

function memory(): AuthorityStore & { kept: AuthorityState | undefined } {
  const store = {
    kept: undefined as AuthorityState | undefined,
    read: async () => store.kept,
    write: async (state: AuthorityState) => (store.kept = state),
  };
  return store;
}

test('an authority is told to everybody before it signs, and trusted for a while after it has stopped', (t) => {
  let now = new Date('2030-01-01T00:00:00Z');
  const make = () => issueCertificate({ subject: 'clrk-operator-ca', usage: 'ca', days: usualTimes.lifeDays, now });
  const step = (state: AuthorityState | undefined, days: number): AuthorityState => {
    now = new Date(now.getTime() + days * dayMs);
    return advance(state, now, usualTimes, make);
  };
  const first = step(undefined, 0);
  t.is(step(first, 243), first, 'for two thirds of its life nothing happens');
  const told = step(first, 1);
  t.is(told.current, first.current, 'it signs still');
  t.is(bundleOf(told).match(/BEGIN/g)?.length, 2);
  t.is(step(told, 1), told);
  const moved = step(told, 1);
  t.is<Issued | undefined, Issued | undefined>(moved.current, told.next);
  t.is(moved.previous?.certificate, first.current.certificate);
  t.is(bundleOf(moved).match(/BEGIN/g)?.length, 2);
  t.is(step(moved, 1), moved);
  const settled = step(moved, 1);
  t.deepEqual(settled, { current: moved.current });
  const late = step(settled, 1000);
  t.not(late.current.certificate, settled.current.certificate, 'one that ended while nobody looked is replaced at once');
});

/** An operator whose years have gone by so that it is today that many days after the next authority was told; OpenSSL goes by the real clock. */
async function years(t: ExecutionContext, daysAfter: number) {
  let now = new Date(Date.now() - (2434 + daysAfter) * dayMs);
  const trust = await openTrust({ store: memory(), log: silent, now: () => now, certificateSeconds: 10 * 86_400, times: { lifeDays: 3650, spreadMs: 2 * dayMs, overlapMs: 2 * dayMs } });
  t.teardown(trust.close);
  const listener = await listen({ host: '127.0.0.1', port: 0, trust, asksClients: true, log: silent, answer: ({ request, response }) => void response.end(String((request.socket as TLSSocket).authorized)) });
  t.teardown(listener.close);
  return {
    trust,
    enrolled: () => {
      const { publicKey, key } = newKey();
      const { certificate, authority } = trust.enrol({ role: 'worker', namespace: 'a', pool: 'b', pod: 'c', uid: 'd' }, publicKey);
      return { ca: authority, client: { cert: certificate, key } };
    },
    travel: async (days: number): Promise<void> => {
      now = new Date(now.getTime() + days * dayMs);
      await trust.tick();
    },
    ask: async (ca: string, client: Client): Promise<string> => (await call(listener.address, { ca, client })).text,
  };
}

test('a rotation shuts out nobody: who enrolled before, in and after it is let in, without a restart', async (t) => {
  const { trust, enrolled, travel, ask } = await years(t, 2);
  await travel(2433);
  const before = enrolled();
  t.is(before.ca.match(/BEGIN/g)?.length, 1);
  await travel(1);
  const within = enrolled();
  t.is(within.ca.match(/BEGIN/g)?.length, 2);
  await travel(2);
  const after = enrolled();
  t.not(trust.bundle(), within.ca, 'the second comes first now');
  t.is(await ask(trust.bundle(), before.client), 'true');
  t.is(await ask(within.ca, within.client), 'true', 'with what it was told then');
  t.is(await ask(after.ca, after.client), 'true');
  await t.throwsAsync(ask(before.ca, before.client), { message: /certificate/ }, 'who was never told of the second does not take it for the operator');
});

test('when a rotation is over, what the old authority signed opens nothing', async (t) => {
  const { trust, enrolled, travel, ask } = await years(t, 4);
  await travel(2433);
  const before = enrolled();
  await travel(1);
  await travel(2);
  const after = enrolled();
  await travel(2);
  t.is(trust.bundle().match(/BEGIN/g)?.length, 1);
  t.is(await ask(trust.bundle(), before.client), 'false');
  t.is(await ask(trust.bundle(), after.client), 'true');
});

for (const kind of clusterKinds) {
  test.serial(`${kind}: the authority is made once, survives the operator, and one that is spoilt is made anew`, async (t) => {
    t.timeout(60_000);
    const { kube } = await startCluster(t, { kind });
    const open = async () => {
      const trust = await openTrust({ store: authorityInSecret(kube, silent), log: silent });
      t.teardown(trust.close);
      return trust.bundle();
    };
    const first = await open();
    t.is(await open(), first);
    const ref = { namespace: 'clrk', name: 'clrk-operator-ca' };
    const secret = await kube.get(secrets, ref);
    if (!secret) return t.fail();
    t.deepEqual(Object.keys(secret['data'] as object).toSorted(), ['tls.crt', 'tls.key']);
    await kube.replace(secrets, { ...secret, data: { 'tls.crt': Buffer.from('x').toString('base64'), 'tls.key': '' } });
    const second = await open();
    t.not(second, first);
    t.is(await open(), second);

    // In the middle of a rotation another operator goes on where this one was.
    const store = authorityInSecret(kube, silent);
    const state = await store.read();
    if (!state) return t.fail();
    const next = issueCertificate({ subject: 'clrk-operator-ca', usage: 'ca', days: 365 });
    const previous = { certificate: first, until: new Date('2099-01-01T00:00:00.000Z') };
    t.deepEqual(await store.write({ ...state, next, previous }), { ...state, next, previous });
    t.deepEqual(await authorityInSecret(kube, silent).read(), { ...state, next, previous });
    const other = authorityInSecret(kube, silent);
    await other.read();
    t.deepEqual(await store.write({ current: next }), { current: next }, 'what was is taken away, too');
    await t.throwsAsync(other.write(state), { message: /modified|conflict/i }, 'who read before the other wrote does not undo it');
  });
}
