// What a person who may view a namespace can do with the account that reads logs there: nothing but that, and not for long.
import { audiences, readerAccount, userRoles } from '../../operator/install/names.ts';
import { serviceaccounts } from '../../operator/kube/resources.ts';
import { readText } from '../../operator/kube/transport.ts';
import { readerToken } from '../../plugin/feeds/reader-token.ts';
import { onReal } from '../support/on-real.ts';
import { namespace, operatorAccountIn, put } from './account.ts';
import { eventually } from './rig.ts';

const team = 'team-a';

onReal('who may view a namespace gets tokens for reading logs, and none for the API server or for a year', async (t) => {
  t.timeout(120_000);
  const { admin } = await operatorAccountIn(t);
  const binding = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'viewers', namespace: team }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: userRoles.view }, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'viewer' }] };
  await put(admin, namespace(team), binding);
  for (const name of [readerAccount, 'other']) await admin.apply(serviceaccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: team } }, { fieldManager: 'test' });
  const viewer = { ...admin, request: ((method, path, request = {}) => admin.request(method, path, { ...request, headers: { ...request.headers, 'impersonate-user': 'viewer' } })) as typeof admin.request };
  const ask = async (kube: typeof admin, spec: object, account: string = readerAccount): Promise<{ readonly status: number; readonly text: string }> => {
    const answer = await kube.request('POST', `/api/v1/namespaces/${team}/serviceaccounts/${account}/token`, { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec }) });
    return { status: answer.status, text: await readText(kube.server, answer) };
  };
  t.is(typeof (await eventually(() => readerToken(viewer, team).catch(() => undefined), (token) => token !== undefined)), 'string');
  // In force a moment after it is there.
  const forServer = await eventually(() => ask(viewer, { audiences: ['https://kubernetes.default.svc'] }), ({ status }) => status !== 201);
  t.regex(forServer.text, /its one audience is/);
  t.regex((await ask(viewer, {})).text, /its one audience is/, 'the audience that a server fills in is its own');
  t.regex((await ask(viewer, { audiences: [audiences.reader, audiences.worker] })).text, /its one audience is/);
  t.regex((await ask(viewer, { audiences: [audiences.reader], expirationSeconds: 31_536_000 })).text, /an hour at most/);
  t.is((await ask(viewer, { audiences: [audiences.worker] }, 'clrk-worker')).status, 403);
  t.is((await ask(admin, {}, 'other')).status, 201, 'other accounts are not concerned');
});
