// An installation in a real API server: once, twice, by hand, from half, over an older one.
import { annotations } from '../../../operator/api/group.ts';
import { installationObjects } from '../../../operator/install/objects.ts';
import { installSettings } from '../../../operator/install/settings.ts';
import { version } from '../../../proxy/telemetry/version.ts';
import { onReal } from '../../support/on-real.ts';
import { outcomes, rig, written } from './rig.ts';

const total = installationObjects(installSettings()).length;

onReal('install brings every object, a second time it changes none, and kubectl finds no difference', async (t) => {
  const { clrk, kubectl, everything, home } = await rig(t);
  const first = await clrk('install --yes --no-wait');
  t.is(first.code, 0, first.stderr);
  t.deepEqual(outcomes(first), { created: total });
  const versions = async () => (await kubectl(['get', 'crd,ns,clusterrole,clusterrolebinding,validatingadmissionpolicy,validatingadmissionpolicybinding', '-o', 'jsonpath={.items[*].metadata.resourceVersion}'])).stdout + (await kubectl(['get', 'all,sa,cm,role,rolebinding,netpol', '-A', '-o', 'jsonpath={.items[*].metadata.resourceVersion}'])).stdout;
  const [before, inventory] = [await versions(), await everything()];
  const second = await clrk('install --no-wait');
  t.is(second.code, 0, 'nothing changes, so nobody is asked');
  t.deepEqual(outcomes(second), { unchanged: total });
  t.is(await versions(), before);
  t.deepEqual(await everything(), inventory);

  const manifests = written(home, 'i.yaml', (await clrk('install -o yaml')).stdout);
  for (const how of [['--server-side'], []]) t.like(await kubectl(['diff', ...how, '-f', manifests]), { code: 0, stdout: '' }, how.join());
  t.like(await clrk(`diff -f ${manifests}`), { code: 0, stdout: '' });
});

for (const [how, flags] of [['by server-side apply', ['--server-side']], ['by plain apply', []]] as const) {
  onReal(`what -o yaml prints is taken by kubectl ${how}, and install over it changes nothing`, async (t) => {
    const { clrk, kubectl } = await rig(t);
    const { stdout } = await clrk('install -o yaml');
    t.is(stdout, (await clrk('install -o yaml')).stdout, 'the same text every time');
    const applied = await kubectl(['apply', ...flags, '-f', '-'], stdout);
    t.is(applied.code, 0, applied.stderr);
    t.deepEqual(outcomes(await clrk('install --yes --no-wait')), { unchanged: total });
    t.deepEqual(outcomes(await clrk('uninstall --dry-run')), { 'run)': total });
  });
}

onReal('without a terminal nobody is taken to have agreed, and a dry run stores nothing', async (t) => {
  const { clrk, everything } = await rig(t);
  const before = await everything();
  const asked = await clrk('install');
  t.is(asked.code, 1);
  t.regex(asked.stderr, /error: nobody can be asked here, since this is no terminal\nhint: agree beforehand: --yes\n/);
  t.is((await clrk('install --dry-run=server')).code, 0);
  t.is((await clrk('upgrade --yes')).code, 1);
  t.deepEqual(await everything(), before);
});

onReal('half an installation is told and completed, and what was changed is put right', async (t) => {
  const { clrk, kubectl } = await rig(t);
  await clrk('install --yes --no-wait');
  await kubectl(['delete', 'deployment,service,sa', '--all', '-n', 'clrk']);
  await kubectl(['delete', 'crd', 'workerpools.clrk.apoxy.dev']);
  await kubectl(['patch', 'clusterrole', 'clrk-operator', '--type=json', '-p', '[{"op":"replace","path":"/rules","value":[]}]', '--field-manager=kubectl-clrk-dev']);
  const again = await clrk('install --yes --no-wait');
  t.is(again.code, 0, again.stderr);
  t.regex(again.stderr, new RegExp(`installation {2}${version.replaceAll('.', '\\.')} is there, ${total - 4} of ${total} objects of it`));
  t.deepEqual(outcomes(again), { created: 4, configured: 1, unchanged: total - 5 });
});

onReal('an older version is upgraded, and what only that one had goes; a later one is not touched', async (t) => {
  const { clrk, kubectl } = await rig(t);
  const older = (text: string) => text.replaceAll(`${annotations.version}: ${version}`, `${annotations.version}: 0.0.0-older`);
  await kubectl(['apply', '--server-side', '--field-manager=kubectl-clrk-install', '-f', '-'], older((await clrk('install -o yaml --image-registry registry.example.com/old')).stdout));
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'of-the-older-one', namespace: 'clrk', labels: { 'app.kubernetes.io/part-of': 'clrk', 'app.kubernetes.io/managed-by': 'kubectl-clrk' } } }));
  const upgraded = await clrk('upgrade --yes --no-wait');
  t.is(upgraded.code, 0, upgraded.stderr);
  t.regex(upgraded.stderr, /0\.0\.0-older is there; this brings/);
  t.deepEqual(outcomes(upgraded), { configured: total, deleted: 1 });

  await kubectl(['annotate', '--overwrite', 'crd,deploy', '--all', '-n', 'clrk', `${annotations.version}=99.0.0`]);
  const refused = await clrk('install --yes --no-wait --skip-preflight');
  t.is(refused.code, 1);
  t.regex(refused.stderr, /× installation {2}.*99\.0\.0.* is there, which is later than/);
  t.regex(refused.stderr, /nothing was changed/);
  const back = await clrk('install --yes --no-wait --allow-downgrade --force-conflicts');
  t.is(back.code, 0, back.stderr);
});
