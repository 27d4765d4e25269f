// The operator's door against certificates that are not, or no longer, good, and against enrolments that give none.
import test from 'ava';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Newest } from '../../operator/trust/newest.ts';
import type { Certified } from '../../operator/trust/identity.ts';
import { enrolPath, maxEnrolmentBytes } from '../../proxy/identity/enrolment.ts';
import { issueCertificate } from '../../proxy/x509/issue.ts';
import type { Policy } from '../../proxy/contract.ts';
import { authority, clientOf, openDoors, podOf } from './newcomers.ts';
import { call, follow, tokens } from './rig.ts';
import { enrol, newKey, postEnrolment } from '../support/enrolment.ts';

const uri = 'clrk://worker/default/default/worker-0/uid/1700000000000';

test('only a certificate of this operator, for a worker or proxy, that has not ended, opens the door', async (t) => {
  t.timeout(60_000);
  let now = new Date();
  const { address, ca, trust } = await openDoors(t, { now: () => now });
  const status = async (client?: { cert: string; key: string }, path = '/v1/policy/status'): Promise<number> => (await call(address + path, { ca, ...(client ? { client } : {}), method: 'PUT', body: '{"version":"x"}' })).status;
  const issued = (about: Partial<Parameters<typeof issueCertificate>[0]>) => {
    const { certificate: cert, key } = issueCertificate({ subject: 'clrk-worker', altNames: [uri], usage: 'client', days: 1, issuer: authority, ...about });
    return { cert, key };
  };
  const stranger = issueCertificate({ subject: 'clrk-operator-ca', organization: 'clrk', usage: 'ca', days: 1 });
  const good = clientOf(trust, 'proxy', podOf('worker-0'));
  t.is(await status(good), 400, 'let in: nobody of this name follows the policy');
  t.is(await status(), 401);
  t.is(await status(issued({ issuer: stranger })), 401, 'of another authority with the same name');
  const { certificate: cert, key } = issueCertificate({ subject: 'clrk-worker', altNames: [uri], usage: 'client', days: 1 });
  t.is(await status({ cert, key }), 401, 'signed by itself');
  t.is(await status({ cert: authority.certificate, key: authority.key }), 401, 'the authority itself is nobody here');
  t.is(await status(issued({ usage: 'server' })), 401, 'for serving');
  t.is(await status(issued({ altNames: ['worker-0'] })), 401, 'for nobody');
  t.is(await status(issued({ altNames: [uri, 'clrk://proxy/default/default/worker-0/uid/1700000000000'] })), 401, 'for two');
  t.is(await status(issued({ altNames: [uri.replace('worker/', 'operator/')] })), 401, 'for a role that there is not');
  t.is(await status(issued({ altNames: ['clrk://worker/a/../default/worker-0/1700000000000'] })), 401);
  t.is(await status(clientOf(trust, 'worker', podOf('worker-0'))), 403, 'a worker asks for what is the proxy’s');
  t.is(await status(good, '/v1/status'), 403, 'a proxy reports what is the worker’s');
  now = new Date(Date.now() + 3_601_000);
  t.is(await status(good), 401, 'by the clock of the operator it has ended');
});

test('a certificate ends with the first use of the next one, and takes its streams along', async (t) => {
  t.timeout(60_000);
  let now = new Date();
  const { address, ca, trust } = await openDoors(t, { now: () => now });
  const [older, other] = [clientOf(trust, 'proxy', podOf('pod-a')), clientOf(trust, 'proxy', podOf('pod-b'))];
  const open = async (client: typeof older) => {
    const stream = follow<Policy>(t, `${address}/v1/policy`, { ca, client });
    await stream.until(() => true);
    return stream;
  };
  const [first, beside] = [await open(older), await open(other)];
  now = new Date(now.getTime() + 1000);
  const newer = clientOf(trust, 'proxy', podOf('pod-a'));
  const reply = (client: typeof older) => call(`${address}/v1/policy/status`, { ca, client, method: 'PUT', body: '{"version":"x"}' });
  t.is((await reply(older)).status, 204, 'the next one was given and not used: it may not have arrived');
  t.is((await reply(newer)).status, 204);
  await first.ended;
  const replayed = await reply(older);
  t.is(replayed.status, 401);
  t.regex(replayed.text, /another has taken its place/);
  t.is((await reply(other)).status, 204, 'another pod is not concerned');
  beside.close();
});

test('a stream ends with its certificate', async (t) => {
  t.timeout(60_000);
  const { address, ca, trust } = await openDoors(t, { certificateSeconds: 2 });
  const stream = follow<Policy>(t, `${address}/v1/policy`, { ca, client: clientOf(trust, 'proxy', podOf('pod-a')) });
  await stream.until(() => true);
  await stream.ended;
  t.pass();
});

test('an enrolment that is not one gives no certificate', async (t) => {
  t.timeout(60_000);
  const { address, ca } = await openDoors(t);
  const post = async (body: string, token: string | undefined = tokens.worker): Promise<number> => (await postEnrolment(address, { ca, body, ...(token === undefined ? {} : { token }) })).status;
  const { publicKey, key } = newKey();
  const body = JSON.stringify({ publicKey });
  t.is(await post(body), 200);
  t.is(await post(body, `${tokens.worker}x`), 401);
  t.is(await post(body, tokens.reader), 401, 'a reader is nobody at this door');
  t.is((await postEnrolment(address, { ca, body })).status, 401);
  t.is(await post(body, 'x'.repeat(16_385)), 431);
  t.is(await post(JSON.stringify({ publicKey: key })), 400, 'a private key is not even read');
  t.is(await post(JSON.stringify({ publicKey: newKey('P-384').publicKey })), 400);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });
  t.is(await post(JSON.stringify({ publicKey: rsa })), 400);
  t.is(await post(JSON.stringify({ publicKey: publicKey.replace(/[A-Z]{3}/, '!!!') })), 400);
  t.is(await post('{"publicKey":'), 400);
  t.is(await post('null'), 400);
  t.is(await post(JSON.stringify({ publicKey: 'x'.repeat(maxEnrolmentBytes) })), 413);
  t.is((await call(address + enrolPath, { ca })).status, 405);
});

test('what a token of one role gives is that role, whatever else is asked', async (t) => {
  t.timeout(60_000);
  const { address, ca } = await openDoors(t);
  const { publicKey, key } = newKey();
  const { text } = await postEnrolment(`${address}`, { ca, token: tokens.worker, body: JSON.stringify({ publicKey, role: 'proxy', pod: 'pod-b' }) });
  const { certificate } = JSON.parse(text) as { certificate: string };
  t.is((await call(`${address}/v1/policy`, { ca, client: { cert: certificate, key } })).status, 403);
  const { cert, key: own } = await enrol(address, { ca, token: tokens.proxy });
  t.is((await call(`${address}/v1/orders`, { ca, client: { cert, key: own } })).status, 403);
});

test('ten thousand pods that come and go leave nothing behind, nor do ten thousand certificates of one pod', (t) => {
  let now = 1_700_000_000_000;
  const newest = new Newest(() => new Date(now));
  const who = (pod: string): Certified => ({ ...podOf(pod), role: 'worker', issuedAt: now, endsAt: now + 3_600_000 });
  for (let count = 0; count < 10_000; count++) {
    now += 1;
    t.true(newest.admit(who('one')));
  }
  t.is(newest.size, 1);
  for (let count = 0; count < 10_000; count++) {
    now += 1000;
    newest.hold(who(`pod-${randomBytes(4).toString('hex')}`), () => undefined)();
    t.true(newest.admit(who(`pod-${count}`)));
  }
  t.true(newest.size <= 3700, `${newest.size} pods of the last hour and a minute`);
});
