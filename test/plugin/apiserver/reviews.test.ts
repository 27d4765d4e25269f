// Who asks about themselves is answered, administrator or not; who shows no certificate may not ask.
import test from 'ava';
import { startCluster, type Cluster } from './cluster.ts';

let cluster: Cluster;
test.before(async () => {
  cluster = await startCluster();
});
test.after.always(() => cluster.stop());

const access = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const question = { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', spec: { resourceAttributes: { verb: 'get', resource: 'secrets' } } };

test('an administrator may do everything, somebody else nothing, and both are told', async (t) => {
  const own = await cluster.call('POST', access, question);
  t.is(own.status, 201);
  t.deepEqual(own.body['status'] as unknown, { allowed: true });
  t.deepEqual(own.body['spec'] as unknown, question.spec);
  const other = await cluster.call('POST', access, question, {}, cluster.agentFor('guest', 'visitors'));
  t.deepEqual(other.body['status'] as unknown, { allowed: false });
  const who = await cluster.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, {}, cluster.agentFor('guest', 'visitors'));
  t.deepEqual(who.body['status'] as unknown, { userInfo: { username: 'guest', groups: ['visitors', 'system:authenticated'] } });
});

test('nobody without a certificate may ask, and a review is only asked for', async (t) => {
  t.is((await cluster.call('POST', access, question, {}, cluster.anonymous())).status, 403);
  t.is((await cluster.call('GET', access)).status, 405);
  t.is((await cluster.call('POST', access, '[]')).status, 400);
});
