// Enrolling and reading in a cluster: the real API server makes the tokens and says whose they are.
import test, { type ExecutionContext } from 'ava';
import { connect } from '../../operator/kube/connect.ts';
import type { Kube } from '../../operator/kube/kube.ts';
import { audiences, readerAccount, readerTokenHeader } from '../../operator/install/names.ts';
import { pods, serviceaccounts } from '../../operator/kube/resources.ts';
import { openReaderDoor } from '../../operator/serve/readers.ts';
import { telemetryStore } from '../../operator/serve/telemetry.ts';
import { clusterTokens } from '../../operator/trust/review.ts';
import { UserError } from '../../plugin/exit.ts';
import { readerToken } from '../../plugin/feeds/reader-token.ts';
import type { Policy } from '../../proxy/contract.ts';
import { startCluster } from '../support/cluster.ts';
import { onReal } from '../support/on-real.ts';
import { enrol, newKey, postEnrolment, silent } from '../support/enrolment.ts';
import { openDoors } from './newcomers.ts';
import { makePod, options, tokenFor, type Asked } from './pod-tokens.ts';
import { call, follow } from './rig.ts';


onReal('the token of a worker pod gives a certificate for that pod, and other tokens give none', async (t) => {
  t.timeout(90_000);
  const { address, ca, cluster } = await openDoors(t, { kind: 'real', tokensOf: ({ kube }) => clusterTokens(kube, silent) });
  const { kube } = cluster;
  const body = JSON.stringify({ publicKey: newKey().publicKey });
  const post = async (token: string): Promise<readonly [number, string]> => {
    const { status, text } = await postEnrolment(address, { ca, token, body });
    return [status, status === 200 ? '' : (JSON.parse(text) as { error: string }).error];
  };
  const refused = async (asked: Asked, status: number, why: RegExp): Promise<void> => {
    const [code, text] = await post(await tokenFor(kube, asked));
    t.is(code, status, text);
    t.regex(text, why);
  };
  const pod = await makePod(kube, 'main-workers-7d9f-abcde');
  const token = await tokenFor(kube, { audience: audiences.worker, pod });
  const worker = await enrol(address, { ca, token });
  const proxy = await enrol(address, { ca, token: await tokenFor(kube, { audience: audiences.proxy, pod }) });
  const policy = follow<Policy>(t, `${address}/v1/policy`, { ca, client: { cert: proxy.cert, key: proxy.key } });
  t.deepEqual((await policy.until(() => true)).gateways, []);
  t.is((await call(`${address}/v1/policy`, { ca, client: { cert: worker.cert, key: worker.key } })).status, 403);

  await refused({ audience: 'https://kubernetes.default.svc', pod }, 401, /bearer token/);
  await refused({ audience: audiences.reader, pod }, 401, /bearer token/);
  await refused({ audience: '', pod, all: [audiences.worker, audiences.proxy] }, 403, /one audience/);
  await refused({ audience: audiences.worker }, 403, /bound to a pod/);
  const other = await makePod(kube, 'somebody', { account: 'somebody' });
  await refused({ audience: audiences.worker, account: 'somebody', pod: other }, 403, /account clrk-worker/);
  const made = await makePod(kube, 'by-hand', { owner: 'by-hand-1' });
  await refused({ audience: audiences.worker, pod: made }, 403, /none of a WorkerPool/);
  const unlabelled = await makePod(kube, 'no-pool', { pool: '' });
  await refused({ audience: audiences.worker, pod: unlabelled }, 403, /none of a WorkerPool/);
  t.is((await post(`${token.slice(0, -4)}AAAA`))[0], 401, 'a signature that is not the API server’s');
  t.is((await post('not-even-a-token'))[0], 401);

  // A pod of the same name is another pod. The API server forgets a token with its pod, though not in the first seconds.
  await kube.remove(pods, { namespace: 'default', name: pod.name });
  await makePod(kube, pod.name);
  const [status, why] = await post(token);
  t.true(status === 401 || (status === 403 && /the pod of the token is gone/.test(why)), why);
});

onReal('a reader sees the agents of the namespace that its token is of, and no other', async (t) => {
  t.timeout(90_000);
  const { trust, ca, cluster } = await openDoors(t, { kind: 'real' });
  const { kube } = cluster;
  const store = telemetryStore(undefined);
  const door = await openReaderDoor({ host: '127.0.0.1', port: 0, trust, tokens: clusterTokens(kube, silent), store, log: silent });
  t.teardown(door.close);
  store.logs.add('DaemonAgent/default/echo-bot', { timeUnixMs: 1, iostream: 'stdout', json: '{"body":"hello"}' });
  const read = (token?: string, namespace = 'default') => call(`${door.address}/v1/agents/DaemonAgent/${namespace}/echo-bot/logs`, { ca, headers: token === undefined ? {} : { [readerTokenHeader]: token } });

  const noPool = await t.throwsAsync(readerToken(kube, 'default'), { instanceOf: UserError });
  t.regex(noPool?.message ?? '', /there is no WorkerPool in namespace default.*serviceaccounts "clrk-reader" not found/);
  await kube.apply(serviceaccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: readerAccount, namespace: 'default' } }, options);
  const token = await readerToken(kube, 'default');
  t.deepEqual(await read(token), { status: 200, text: '{"body":"hello"}\n' });
  t.is((await read(token, 'kube-system')).status, 403);
  t.is((await read()).status, 401);
  t.is((await read('nonsense')).status, 401);
  const pod = await makePod(kube, 'main-workers-7d9f-abcde');
  t.is((await read(await tokenFor(kube, { audience: audiences.worker, pod }))).status, 401, 'a worker is no reader');
  t.is((await read(await tokenFor(kube, { audience: audiences.reader, pod }))).status, 403, 'nor is its account with the audience of one');
});

onReal('who may not ask for a token to read is told which permission is missing', async (t) => {
  t.timeout(90_000);
  const { kube, kubeconfig } = await startCluster(t, { kind: 'real' });
  await kube.apply(serviceaccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: readerAccount, namespace: 'default' } }, options);
  const as = await asNobody(t, kube, kubeconfig);
  const error = await t.throwsAsync(readerToken(as, 'default'), { instanceOf: UserError });
  t.regex((error as UserError).hints.join('\n'), /create serviceaccounts\/token for clrk-reader in namespace default/);
});

/** The administrator's connection, acting for somebody without any right. */
async function asNobody(t: ExecutionContext, { server }: Kube, kubeconfig: string): Promise<Kube> {
  const { kube } = await connect({ kubeconfig });
  t.teardown(() => kube.close());
  t.is(kube.server, server);
  return { ...kube, request: (method, path, request = {}) => kube.request(method, path, { ...request, headers: { ...request.headers, 'impersonate-user': 'nobody' } }) };
}

test('an API server that makes no tokens is asked without one', async (t) => {
  const { kube } = await startCluster(t);
  t.is(await readerToken(kube, 'default'), undefined);
});
