// The operator under exactly the account that an installation gives it: pools become pods, Secrets are granted one by one, nothing more is needed.
import test from 'ava';
import type { Condition } from '../../operator/api/conditions.ts';
import { startControllers } from '../../operator/controllers/controllers.ts';
import type { Kube, KubeObject } from '../../operator/kube/kube.ts';
import { configmaps, credentialInjectionPolicies, daemonAgents, deployments, egressGateways, networkpolicies, poddisruptionbudgets, rolebindings, roles, secrets, serviceaccounts, workerPools } from '../../operator/kube/resources.ts';
import { logger } from '../../proxy/telemetry/log.ts';
import { clusterKinds } from '../support/cluster.ts';
import { clientOf, namespace, operatorAccountIn, put, type Account } from './account.ts';
import { agent, gateway, policy, pool, route, secret } from './echo-bot.ts';
import { eventually } from './rig.ts';

const settings = { proxyImage: 'ghcr.io/apoxy-dev/clrk-proxy:1', doorUrl: 'https://clrk-operator.clrk.svc:8443', imagePullSecrets: [] };
const within = (object: KubeObject, name: string): KubeObject => ({ ...object, metadata: { ...object.metadata, namespace: name } });
const team = 'team-a';

interface Running {
  readonly close: () => Promise<void>;
  readonly lines: string[];
  readonly rotate: (pem: string) => void;
}

/** As the process runs them, with the account's own client. */
async function run(t: { teardown: (fn: () => Promise<void>) => void }, { operator }: Pick<Account, 'operator'>): Promise<Running> {
  const lines: string[] = [];
  let authority = 'first';
  let changed = (): void => undefined;
  const controllers = startControllers(operator, logger('operator', { write: (line) => lines.push(line) }, 'info'), { settings, authority: () => authority, onAuthority: (listener) => (changed = listener) });
  t.teardown(() => controllers.close());
  await controllers.ready;
  return { lines, close: () => controllers.close(), rotate: (pem) => ((authority = pem), changed()) };
}

const rulesOf = (role: KubeObject | undefined): readonly { readonly verbs: readonly string[]; readonly resourceNames: readonly string[] }[] => (role?.['rules'] ?? []) as [];
const conditionsOf = (object: KubeObject | undefined): readonly Condition[] => {
  const { conditions = [], ancestors = [] } = (object?.['status'] ?? {}) as { conditions?: Condition[]; ancestors?: { conditions: Condition[] }[] };
  return [...conditions, ...ancestors.flatMap((one) => one.conditions)];
};
const role = { namespace: team, name: 'clrk-operator-secrets' };
const conditionOf = async (kube: Kube, resource: typeof workerPools, name: string, type: string): Promise<Condition | undefined> => conditionsOf(await kube.get(resource, { namespace: team, name })).find((one) => one.type === type);

if (clusterKinds.includes('real')) {
  test.serial('real: what policies name is granted before it is read, shrinks with them and is gone with the last', async (t) => {
    t.timeout(120_000);
    const account = await operatorAccountIn(t);
    const { admin } = account;
    await put(admin, namespace(team), within(secret, team), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'other', namespace: team } });
    // A leftover of an operator that was not there when the last policy went.
    await put(admin, namespace('left'), { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: role.name, namespace: 'left' }, rules: [] });
    const { lines, close } = await run(t, account);
    await eventually(() => admin.get(roles, { ...role, namespace: 'left' }), (found) => found === undefined);
    await put(admin, ...[gateway, route, policy, agent].map((object) => within(object, team)));

    await eventually(() => conditionOf(admin, credentialInjectionPolicies, 'anthropic-key', 'ResolvedRefs'), (found) => found?.status === 'True');
    t.deepEqual(rulesOf(await admin.get(roles, role)).map(({ verbs, resourceNames }) => ({ verbs, resourceNames })), [
      { verbs: ['get', 'list', 'watch'], resourceNames: ['anthropic-credentials', 'clrk-egressgateway-ca-echo-bot'] },
      { verbs: ['create', 'patch', 'delete'], resourceNames: ['clrk-egressgateway-ca-echo-bot'] },
    ]);
    await eventually(() => admin.get(secrets, { namespace: team, name: 'clrk-egressgateway-ca-echo-bot' }), (found) => found !== undefined);
    await eventually(() => conditionOf(admin, egressGateways, 'echo-bot', 'Ready'), (found) => found?.reason === 'GatewayMissing');
    await eventually(() => conditionOf(admin, daemonAgents, 'echo-bot', 'WorkerPoolReady'), (found) => found?.reason === 'WorkerPoolNotFound');

    // What somebody puts into the Role is taken out again, and a Role that is removed comes back.
    await put(admin, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: role, rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['other'] }] });
    await eventually(() => admin.get(roles, role), (found) => rulesOf(found).length === 2);
    await admin.remove(rolebindings, role);
    await eventually(() => admin.get(rolebindings, role), (found) => found !== undefined);

    // The next operator finds the Role and leaves it: it is not away for a moment, in which nothing could be read.
    const before = await admin.get(roles, role);
    await close();
    const next = await run(t, { operator: (await clientOf(t, account.cluster, 'clrk-operator', 'clrk')).kube });

    const spec = policy['spec'] as object;
    await put(admin, within({ ...policy, spec: { ...spec, secretRef: { name: 'other' }, secretKey: 'x' } }, team));
    await eventually(() => admin.get(roles, role), (found) => rulesOf(found)[0]?.resourceNames[0] === 'clrk-egressgateway-ca-echo-bot');
    await eventually(() => conditionOf(admin, credentialInjectionPolicies, 'anthropic-key', 'ResolvedRefs'), (found) => found?.reason === 'SecretKeyNotFound');

    t.is((await admin.get(roles, role))?.metadata.uid, before?.metadata.uid);
    for (const [resource, name] of [[credentialInjectionPolicies, 'anthropic-key'], [egressGateways, 'echo-bot'], [daemonAgents, 'echo-bot']] as const) await admin.remove(resource, { namespace: team, name });
    await eventually(() => admin.get(roles, role), (found) => found === undefined);
    await eventually(() => admin.get(rolebindings, role), (found) => found === undefined);
    await eventually(() => admin.get(secrets, { namespace: team, name: 'clrk-egressgateway-ca-echo-bot' }), (found) => found === undefined);
    t.deepEqual([...lines, ...next.lines].filter((line) => /"level":"(warn|error)"/.test(line)), [], 'nothing was refused on the way');
  });

  test.serial('real: a pool becomes its objects, which are put right, and go with it', async (t) => {
    t.timeout(120_000);
    const account = await operatorAccountIn(t, ['deployment-controller', 'replicaset-controller']);
    const { admin } = account;
    await put(admin, namespace(team), within(pool, team));
    const { lines, rotate } = await run(t, account);
    const ref = { namespace: team, name: 'default-workers' };
    const all = [[deployments, ref], [networkpolicies, ref], [poddisruptionbudgets, ref], [serviceaccounts, { namespace: team, name: 'clrk-worker' }], [serviceaccounts, { namespace: team, name: 'clrk-reader' }], [configmaps, { namespace: team, name: 'clrk-operator-ca' }]] as const;
    for (const [resource, name] of all) await eventually(() => admin.get(resource, name), (found) => found !== undefined);
    await eventually(() => conditionOf(admin, workerPools, 'default', 'Progressing'), (found) => found?.reason === 'DeploymentRollingOut');

    await admin.apply(deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: ref, spec: { template: { spec: { containers: [{ name: 'worker', image: 'evil' }] } } } }, { fieldManager: 'somebody', force: true });
    await eventually(() => admin.get(deployments, ref), (found) => JSON.stringify(found).includes('"image":"clrk/worker:1"'));
    for (const [resource, name] of all.slice(1)) {
      await admin.remove(resource, name);
      await eventually(() => admin.get(resource, name), (found) => found !== undefined);
    }
    rotate('second');
    await eventually(() => admin.get(configmaps, { namespace: team, name: 'clrk-operator-ca' }), (found) => (found?.['data'] as { 'ca.crt'?: string } | undefined)?.['ca.crt'] === 'second');

    // A second pool shares the accounts: the first that goes leaves them.
    await put(admin, within({ ...pool, metadata: { name: 'more', namespace: team }, spec: { replicas: 3, template: { image: 'clrk/worker:2', nodeSelector: { disk: 'fast' } } } }, team));
    const more = await eventually(() => admin.get(deployments, { namespace: team, name: 'more-workers' }), (found) => found !== undefined);
    t.like(more?.['spec'], { replicas: 3, template: { spec: { nodeSelector: { disk: 'fast' } } } });
    await admin.remove(workerPools, { namespace: team, name: 'default' });
    await eventually(() => admin.get(deployments, ref), (found) => found === undefined);
    await eventually(() => admin.get(serviceaccounts, { namespace: team, name: 'clrk-worker' }), (found) => found?.metadata.ownerReferences?.length === 1);
    await admin.remove(workerPools, { namespace: team, name: 'more' });
    for (const [resource, name] of all) await eventually(() => admin.get(resource, name), (found) => found === undefined);
    t.deepEqual(lines.filter((line) => /"level":"(warn|error)"/.test(line)), [], 'nothing was refused on the way');
  });
}
