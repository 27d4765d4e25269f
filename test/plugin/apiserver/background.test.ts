// What happens by itself: namespaces and kinds end with their content, dependents follow their owners.
import test from 'ava';
import { setTimeout as wait } from 'node:timers/promises';
import { configMap, configMaps, definitions, startCluster, widget, widgetDefinition, type Cluster } from './cluster.ts';

let cluster: Cluster;
test.before(async () => {
  cluster = await startCluster();
});
test.after.always(() => cluster.stop());

const merge = { 'content-type': 'application/merge-patch+json' };
const status = async (path: string): Promise<number> => (await cluster.call('GET', path)).status;
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await wait(20);
}
const gone = (path: string): Promise<void> => until(async () => (await status(path)) === 404);
async function owner(name: string): Promise<{ ref: object; at: string }> {
  const { body } = await cluster.call('POST', configMaps, configMap(name, {}));
  return { ref: { apiVersion: 'v1', kind: 'ConfigMap', name, uid: body['metadata']?.['uid'], blockOwnerDeletion: true }, at: `${configMaps}/${name}` };
}

test('a namespace ends when everything in it has gone, and takes nothing new meanwhile', async (t) => {
  await cluster.call('POST', '/api/v1/namespaces', { metadata: { name: 'ending' } });
  const at = '/api/v1/namespaces/ending/configmaps';
  await cluster.call('POST', at, configMap('plain', {}));
  await cluster.call('POST', at, configMap('held', {}, { finalizers: ['example.com/hold'] }));
  const ended = await cluster.call('DELETE', '/api/v1/namespaces/ending');
  t.is(ended.body['status']?.['phase'], 'Terminating' as never);
  await gone(`${at}/plain`);
  const refused = await cluster.call('POST', at, configMap('late', {}));
  t.is(refused.status, 403);
  t.is(refused.body['message'], 'configmaps "late" is forbidden: unable to create new content in namespace ending because it is being terminated' as never);
  t.is(await status('/api/v1/namespaces/ending'), 200);
  await cluster.call('PATCH', `${at}/held`, { metadata: { finalizers: null } }, merge);
  await gone('/api/v1/namespaces/ending');
  t.pass();
});

test('a kind ends with its objects', async (t) => {
  await cluster.call('POST', definitions, widgetDefinition);
  await cluster.call('POST', '/apis/example.com/v1/namespaces/default/widgets', widget('one', { size: 'small' }));
  await cluster.call('DELETE', `${definitions}/widgets.example.com`);
  await gone(`${definitions}/widgets.example.com`);
  t.is(await status('/apis/example.com/v1/namespaces/default/widgets'), 404);
  await cluster.call('POST', definitions, widgetDefinition);
  t.is((await cluster.call('GET', '/apis/example.com/v1/namespaces/default/widgets')).body['items']?.length, 0);
});

test('dependents go after their owner, down the whole line, and stay while another owner lives', async (t) => {
  const first = await owner('first');
  const second = await owner('second');
  const middle = await cluster.call('POST', configMaps, configMap('middle', {}, { ownerReferences: [first.ref] }));
  await cluster.call('POST', configMaps, configMap('last', {}, { ownerReferences: [{ ...first.ref, name: 'middle', uid: middle.body['metadata']?.['uid'] }] }));
  await cluster.call('POST', configMaps, configMap('both', {}, { ownerReferences: [first.ref, second.ref] }));
  await cluster.call('DELETE', first.at);
  await gone(`${configMaps}/last`);
  t.is(await status(`${configMaps}/both`), 200);
  await cluster.call('DELETE', second.at);
  await gone(`${configMaps}/both`);
});

test('a foreground deletion keeps the owner until its dependents are gone', async (t) => {
  const { ref, at } = await owner('front');
  await cluster.call('POST', configMaps, configMap('slow', {}, { ownerReferences: [ref], finalizers: ['example.com/hold'] }));
  const marked = await cluster.call('DELETE', `${at}?propagationPolicy=Foreground`);
  t.deepEqual(marked.body['metadata']?.['finalizers'] as unknown, ['foregroundDeletion']);
  await until(async () => (await cluster.call('GET', `${configMaps}/slow`)).body['metadata']?.['deletionTimestamp'] !== undefined);
  t.is(await status(at), 200);
  await cluster.call('PATCH', `${configMaps}/slow`, { metadata: { finalizers: null } }, merge);
  await gone(at);
});

test('an orphaning deletion leaves the dependents without the reference', async (t) => {
  const { ref, at } = await owner('parent');
  await cluster.call('POST', configMaps, configMap('orphan', {}, { ownerReferences: [ref] }));
  await cluster.call('DELETE', at, { propagationPolicy: 'Orphan' });
  await gone(at);
  t.is((await cluster.call('GET', `${configMaps}/orphan`)).body['metadata']?.['ownerReferences'], undefined);
});

test('an object whose owner never was is collected', async (t) => {
  await cluster.call('POST', configMaps, configMap('lost', {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'ghost', uid: 'no-such-uid' }] }));
  await gone(`${configMaps}/lost`);
  t.pass();
});
