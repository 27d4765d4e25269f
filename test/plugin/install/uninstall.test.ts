// After an uninstall a real API server holds what it held before the installation, and nothing of anybody else is gone.
import { madeLabels } from '../../../operator/install/names.ts';
import { onReal } from '../../support/on-real.ts';
import { outcomes, rig } from './rig.ts';

const object = (value: object) => JSON.stringify(value);
const pool = object({ apiVersion: 'clrk.apoxy.dev/v1alpha1', kind: 'WorkerPool', metadata: { name: 'p', namespace: 'default' }, spec: { replicas: 1, template: { image: 'x' } } });
const made = object({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'clrk-operator-ca', namespace: 'default', labels: madeLabels } });

onReal('uninstall leaves what was there before, with the same uids, and a second time finds nothing', async (t) => {
  const { clrk, kubectl, everything } = await rig(t);
  const before = await everything();
  await clrk('install --yes --no-wait');
  await kubectl(['apply', '-f', '-'], `${pool}\n---\n${made}`);
  await kubectl(['create', 'secret', 'generic', 'clrk-operator-ca', '-n', 'clrk']);
  t.true((await everything()).length > before.length);
  const { code, stderr } = await clrk('uninstall --yes --delete-data');
  t.is(code, 0, stderr);
  t.deepEqual(await everything(), before);
  const again = await clrk('uninstall --yes');
  t.like(again, { code: 0, stdout: '' });
  t.regex(again.stderr, /there is nothing of an installation in this cluster/);
});

onReal('without --delete-data pools stay with their definitions, workers go, and an install takes them up again', async (t) => {
  const { clrk, kubectl } = await rig(t);
  await clrk('install --yes --no-wait');
  await kubectl(['apply', '-f', '-'], `${pool}\n---\n${made}`);
  const uid = async () => (await kubectl(['get', 'workerpool', 'p', '-o', 'jsonpath={.metadata.uid}'])).stdout;
  const before = await uid();
  const { code, stderr } = await clrk('uninstall --yes');
  t.is(code, 0, stderr);
  t.regex(stderr, /kept \S+\/workerpools\.clrk\.apoxy\.dev: 1 object of it is there, and would go with it; --delete-data takes both/);
  t.is(await uid(), before);
  t.is((await kubectl(['get', 'configmap', 'clrk-operator-ca'])).code, 1, 'what the operator made for workers is gone');
  t.is((await clrk('install --yes --no-wait')).code, 0);
  t.is(await uid(), before);
});

onReal('a namespace in which somebody else has something stays, and a dry run takes nothing away', async (t) => {
  const { clrk, kubectl, everything } = await rig(t);
  await clrk('install --yes --no-wait');
  await kubectl(['create', 'secret', 'generic', 'registry-login', '-n', 'clrk']);
  const before = await everything();
  t.is((await clrk('uninstall --dry-run --delete-data')).code, 0);
  t.is((await clrk('uninstall')).code, 1);
  t.deepEqual(await everything(), before);
  const { code, stderr } = await clrk('uninstall --yes');
  t.is(code, 0, stderr);
  t.regex(stderr, /kept namespace\/clrk: it holds what install did not make: Secret clrk\/registry-login/);
  t.is((await kubectl(['get', 'secret', 'registry-login', '-n', 'clrk'])).code, 0);
  t.is((await kubectl(['get', 'lease,deployment,sa/clrk-operator', '-n', 'clrk', '-o', 'name'])).stdout, '');
});

onReal('what a finalizer holds is named when the time is over, and the same command goes on', async (t) => {
  const { clrk, kubectl } = await rig(t);
  await clrk('install --yes --no-wait');
  await kubectl(['apply', '-f', '-'], pool);
  await kubectl(['patch', 'workerpool', 'p', '--type=merge', '-p', '{"metadata":{"finalizers":["example.com/hold"]}}']);
  const held = await clrk('uninstall --yes --delete-data --timeout 2s');
  t.is(held.code, 124);
  t.regex(held.stderr, /stopped: 1 object is deleted; the same command goes on from here/);
  t.regex(held.stderr, /workerpool\.clrk\.apoxy\.dev\/p is held by finalizers: example\.com\/hold\n/);
  await kubectl(['patch', 'workerpool', 'p', '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
  const done = await clrk('uninstall --yes --delete-data');
  t.is(done.code, 0, done.stderr);
  t.true((outcomes(done)['deleted'] ?? 0) > 20);
});
