// The certificate of a pod that was removed: whoever has it is let go, though it has not ended.
import { audiences } from '../../operator/install/names.ts';
import { pods } from '../../operator/kube/resources.ts';
import { clusterTokens } from '../../operator/trust/review.ts';
import type { Policy } from '../../proxy/contract.ts';
import { onReal } from '../support/on-real.ts';
import { enrol, newKey, postEnrolment, silent } from '../support/enrolment.ts';
import { openDoors } from './newcomers.ts';
import { makePod, tokenFor } from './pod-tokens.ts';
import { call, eventually, follow } from './rig.ts';


onReal('the certificate of a pod that was removed or evicted opens nothing, and closes what was open', async (t) => {
  t.timeout(90_000);
  const { address, ca, cluster } = await openDoors(t, { kind: 'real', tokensOf: ({ kube }) => clusterTokens(kube, silent, { livingMs: 300 }) });
  const { kube } = cluster;
  const start = async (name: string) => {
    const pod = await makePod(kube, name);
    const token = await tokenFor(kube, { audience: audiences.proxy, pod });
    const { cert, key } = await enrol(address, { ca, token });
    const stream = follow<Policy>(t, `${address}/v1/policy`, { ca, client: { cert, key } });
    await stream.until(() => true);
    return { stream, token, ask: () => call(`${address}/v1/policy/status`, { ca, client: { cert, key }, method: 'PUT', body: '{"version":"x"}' }) };
  };
  const [removed, evicted, well] = [await start('main-workers-7d9f-aaaaa'), await start('main-workers-7d9f-bbbbb'), await start('main-workers-7d9f-ccccc')];
  await kube.remove(pods, { namespace: 'default', name: 'main-workers-7d9f-aaaaa' });
  await removed.stream.ended;
  const answer = await eventually(removed.ask, ({ status }) => status === 401);
  t.regex(answer.text, /the pod of this certificate is gone/);

  // A pod of its name is another one.
  await makePod(kube, 'main-workers-7d9f-aaaaa');
  t.is((await eventually(removed.ask, ({ status }) => status === 401)).status, 401);
  await new Promise((resolve) => setTimeout(resolve, 500));
  t.is((await removed.ask()).status, 401);

  await kube.apply(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'main-workers-7d9f-bbbbb', namespace: 'default' }, status: { phase: 'Failed', reason: 'Evicted' } }, { fieldManager: 'kubelet', force: true, subresource: 'status' });
  await evicted.stream.ended;
  t.is((await postEnrolment(address, { ca, token: evicted.token, body: JSON.stringify({ publicKey: newKey().publicKey }) })).status, 403);
  t.is((await well.ask()).status, 204);
  cluster.process().kill('SIGSTOP');
  t.teardown(() => void cluster.process().kill('SIGCONT'));
  t.is((await well.ask()).status, 204, 'an API server that is away is no reason');
});
