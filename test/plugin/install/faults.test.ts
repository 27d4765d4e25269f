// What goes wrong with an installation: each is told clearly, and the same command goes on where it was stopped.
import test, { type ExecutionContext } from 'ava';
import { installationObjects } from '../../../operator/install/objects.ts';
import { installLease, systemNamespace } from '../../../operator/install/names.ts';
import { installSettings } from '../../../operator/install/settings.ts';
import type { KubeObject } from '../../../operator/kube/kube.ts';
import { leases } from '../../../operator/kube/resources.ts';
import { Interrupted } from '../../../plugin/exit.ts';
import { onReal } from '../../support/on-real.ts';
import { outcomes, rig, type Rig } from './rig.ts';

const total = installationObjects(installSettings()).length;
const lease = { namespace: systemNamespace, name: installLease };

/** Resolves when an installation has begun to write. */
async function begun({ kube }: Rig): Promise<void> {
  while ((await kube.get(leases, lease).catch(() => undefined)) === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function account({ kubectl, kubeconfigWith }: Rig, name: string, rules: readonly object[]): Promise<string> {
  await kubectl(['create', 'serviceaccount', name]);
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules }));
  await kubectl(['create', 'clusterrolebinding', name, `--clusterrole=${name}`, `--serviceaccount=default:${name}`]);
  const { stdout } = await kubectl(['create', 'token', name]);
  return kubeconfigWith(`${name}.config`, { user: { token: stdout.trim() } });
}

const everyRight = { apiGroups: ['', 'apps', 'apiextensions.k8s.io', 'rbac.authorization.k8s.io', 'admissionregistration.k8s.io', 'networking.k8s.io', 'coordination.k8s.io'], resources: ['*'], verbs: ['get', 'list', 'create', 'patch', 'update', 'delete'] };

onReal('who may not do what is needed is told each right that lacks, and nothing is changed', async (t) => {
  const site = await rig(t);
  const { clrk, everything } = site;
  const reader = await account(site, 'reader', [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }]);
  const halfway = await account(site, 'halfway', [everyRight]);
  const nobody = await account(site, 'nobody', []);
  const before = await everything();
  const refused = await clrk('install --yes', { kubeconfig: reader });
  t.is(refused.code, 1);
  t.regex(refused.stderr, /× rights +you may not do everything that is needed\n +not allowed: create, patch namespaces\n/);
  t.regex(refused.stderr, /not allowed: create, patch deployments\.apps in namespace clrk\n/);
  t.regex(refused.stderr, /error: one thing is in the way, and nothing was changed\n/);
  const blind = await clrk('install --yes', { kubeconfig: nobody });
  t.is(blind.code, 1);
  t.regex(blind.stderr, /! kinds +you may not look at their definitions\n[\s\S]*× rights +you may not do everything that is needed\n +not allowed: get, create, patch namespaces\n/);
  const handing = await clrk('install --yes', { kubeconfig: halfway });
  t.is(handing.code, 1);
  t.regex(handing.stderr, /× dry run +the server would not take every object\n +clusterrole\S+\/clrk-\w+: .*(attempting to grant RBAC permissions not currently held|forbidden)/);
  t.regex(handing.stderr, /hint: a Role may only hand on what you may do yourself/);
  t.deepEqual(await everything(), before);
  t.is((await clrk('install --yes --no-wait')).code, 0);
  const kept = await clrk('uninstall --yes', { kubeconfig: reader });
  t.is(kept.code, 1);
  t.regex(kept.stderr, /not allowed: delete deployments\.apps\n[\s\S]*nothing was changed/);
});

onReal('a definition of our name that somebody else made is left alone', async (t) => {
  const { clrk, kubectl, everything } = await rig(t);
  const names = { kind: 'Tank', listKind: 'TankList', plural: 'workerpools', singular: 'tank' };
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }];
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'workerpools.clrk.apoxy.dev' }, spec: { group: 'clrk.apoxy.dev', scope: 'Cluster', names, versions } }));
  const before = await everything();
  const refused = await clrk('install --yes');
  t.is(refused.code, 1);
  t.regex(refused.stderr, /× kinds +1 of 1 must not be changed\n +CustomResourceDefinition workerpools\.clrk\.apoxy\.dev was not made by CLRK\n/);
  t.deepEqual(await everything(), before);
  const checked = await clrk('check');
  t.is(checked.code, 1);
  t.regex(checked.stdout, /× installation +nothing of CLRK is installed here/);
});

const stopped = (t: ExecutionContext, text: string): void => {
  const [, applied] = /^stopped: (\d+) of \d+ objects are applied; the same command goes on from here, `kubectl clrk uninstall` takes them out$/m.exec(text) ?? [];
  t.true(Number(applied) >= 2 && Number(applied) < total, text);
};

onReal('a cluster that goes away in the middle is told with what is there, and the same command goes on', async (t) => {
  const site = await rig(t);
  const running = site.clrk('install --yes --no-wait');
  await begun(site);
  site.process().kill('SIGKILL');
  const cut = await running;
  t.is(cut.code, 1);
  stopped(t, cut.stderr);
  t.regex(cut.stderr, /\nerror: reaching the API server \S+: (nothing listens there|it closed the connection)\n/);
  const away = await site.clrk('check');
  t.is(away.code, 1);
  t.regex(away.stdout, /^cluster\n× connection {2}reaching the API server/);
  await site.restart();
  const again = await site.clrk('install --yes --no-wait');
  t.is(again.code, 0, again.stderr);
  t.is((outcomes(again)['created'] ?? 0) + (outcomes(again)['unchanged'] ?? 0), total);
});

onReal('Ctrl-C in the middle is told with what is there, leaves no lock, and the same command goes on', async (t) => {
  const site = await rig(t);
  const ctrlC = new AbortController();
  const running = site.clrk('install --yes --no-wait', { interruption: ctrlC.signal });
  await begun(site);
  ctrlC.abort(new Interrupted('SIGINT'));
  const cut = await running;
  t.is(cut.code, 130);
  stopped(t, cut.stderr);
  t.is(await site.kube.get(leases, lease), undefined);
  t.is((await site.clrk('install --yes --no-wait')).code, 0);
});

onReal('of two installations at once one is refused and names the other; one that went silent is waited for', async (t) => {
  const { clrk, kube } = await rig(t);
  await clrk('install --yes --no-wait');
  const held = (seconds: number): KubeObject => ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: lease, spec: { holderIdentity: 'kubectl clrk install of ann on desk', leaseDurationSeconds: seconds, renewTime: new Date().toISOString().replace('Z', '000Z') } });
  await kube.create(leases, held(15));
  const renewing = setInterval(() => void kube.apply(leases, held(15), { fieldManager: 'ann', force: true }), 200);
  for (const command of ['install --yes --no-wait', 'uninstall --yes']) {
    const second = await clrk(command);
    t.is(second.code, 1);
    t.regex(second.stderr, /error: somebody else changes this installation at this moment: kubectl clrk install of ann on desk, who said so at /);
  }
  clearInterval(renewing);
  await kube.apply(leases, held(1), { fieldManager: 'ann', force: true });
  const after = await clrk('install --yes --no-wait');
  t.is(after.code, 0, after.stderr);
  t.regex(after.stderr, /ann on desk has begun here and said so at \S+; waiting up to 1 s for another sign\n/);
  t.is(await kube.get(leases, lease), undefined);
});

test.serial('the embedded cluster of dev is no place for an installation, and says which kinds it lacks', async (t) => {
  const { clrk } = await rig(t, 'embedded');
  const refused = await clrk('install --yes');
  t.is(refused.code, 1);
  t.regex(refused.stderr, /× API +this server lacks ValidatingAdmissionPolicy of admissionregistration\.k8s\.io\/v1, .*Deployment of apps\/v1\n +hint: it is no full Kubernetes; the cluster that `kubectl clrk dev` brings has its own operator/);
  t.regex(refused.stderr, /nothing was changed/);
});
