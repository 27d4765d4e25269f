// Lists in pages, selectors, and watches that resume.
import test from 'ava';
import { configMaps, startCluster, type Cluster } from '../cluster.ts';

let cluster: Cluster;
test.before(async () => {
  cluster = await startCluster();
});
test.after.always(() => cluster.stop());

const merge = { 'content-type': 'application/merge-patch+json' };
const names = (items: unknown): readonly string[] => (items as readonly { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
/** Secrets, because a new namespace has none of them. */
async function folder(name: string): Promise<string> {
  await cluster.call('POST', '/api/v1/namespaces', { metadata: { name } });
  return `/api/v1/namespaces/${name}/secrets`;
}

const secret = (name: string, metadata: object = {}): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, ...metadata } });

test('a list comes in pages that all show the moment of the first', async (t) => {
  const at = await folder('pages');
  for (const name of ['a', 'b', 'c', 'd', 'e']) await cluster.call('POST', at, secret(name));
  const first = await cluster.call('GET', `${at}?limit=2`);
  t.deepEqual(names(first.body['items']), ['a', 'b']);
  t.is(first.body['metadata']?.['remainingItemCount'], 3 as never);
  await cluster.call('DELETE', `${at}/d`);
  await cluster.call('POST', at, secret('bb'));
  await cluster.call('PATCH', `${at}/e`, { data: { new: 'eWVz' } }, merge);
  const second = await cluster.call('GET', `${at}?limit=10&continue=${first.body['metadata']?.['continue']}`);
  t.deepEqual(names(second.body['items']), ['c', 'd', 'e']);
  t.is(second.body['items']?.[2]?.['data']?.['new'], undefined);
  t.is(second.body['metadata']?.['resourceVersion'], first.body['metadata']?.['resourceVersion']);
  t.deepEqual(names((await cluster.call('GET', at)).body['items']), ['a', 'b', 'bb', 'c', 'e']);
});

test('label and field selectors select', async (t) => {
  const at = await folder('selected');
  await cluster.call('POST', at, secret('one', { labels: { app: 'x', tier: 'front' } }));
  await cluster.call('POST', at, secret('two', { labels: { app: 'y' } }));
  await cluster.call('POST', at, secret('three'));
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['labelSelector=app=x', ['one']], ['labelSelector=app', ['one', 'two']], ['labelSelector=!app', ['three']], ['labelSelector=app!=x', ['three', 'two']],
    ['labelSelector=app in (x, y),tier', ['one']], ['labelSelector=app notin (x)', ['three', 'two']], ['fieldSelector=metadata.name=two', ['two']], ['fieldSelector=metadata.name!=two,metadata.namespace=selected', ['one', 'three']],
  ];
  for (const [query, expected] of rows) t.deepEqual(names((await cluster.call('GET', `${at}?${encodeURI(query)}`)).body['items']), expected, query);
});

test('deleting a collection takes what the selector matches', async (t) => {
  const at = await folder('swept');
  await cluster.call('POST', at, secret('one', { labels: { go: 'yes' } }));
  await cluster.call('POST', at, secret('two'));
  await cluster.call('DELETE', `${at}?labelSelector=go=yes`);
  t.deepEqual(names((await cluster.call('GET', at)).body['items']), ['two']);
});

test('a watch tells what happened since a revision, then what happens', async (t) => {
  const at = await folder('watched');
  const made = await cluster.call('POST', at, secret('one'));
  const since = made.body['metadata']?.['resourceVersion'];
  await cluster.call('PATCH', `${at}/one`, { data: { a: 'MQ==' } }, merge);
  const watching = cluster.lines(`${at}?watch=true&resourceVersion=${since}`, (event) => {
    if ((event['type'] as unknown) === 'MODIFIED') void cluster.call('DELETE', `${at}/one`);
    return (event['type'] as unknown) === 'DELETED';
  });
  const events = await watching;
  t.deepEqual(events.map((event) => event['type']) as unknown, ['MODIFIED', 'DELETED']);
  t.true(Number(events[1]?.['object']?.['metadata']?.['resourceVersion']) > Number(events[0]?.['object']?.['metadata']?.['resourceVersion']));
});

test('a watch with a selector sees objects come into it and leave it', async (t) => {
  const at = await folder('filtered');
  const { body } = await cluster.call('GET', at);
  const watching = cluster.lines(`${at}?watch=true&labelSelector=on=yes&timeoutSeconds=5&resourceVersion=${body['metadata']?.['resourceVersion']}`, (event) => (event['type'] as unknown) === 'DELETED');
  await cluster.call('POST', at, secret('one'));
  await cluster.call('PATCH', `${at}/one`, { metadata: { labels: { on: 'yes' } } }, merge);
  await cluster.call('PATCH', `${at}/one`, { metadata: { labels: { on: null } } }, merge);
  t.deepEqual((await watching).map((event) => event['type']) as unknown, ['ADDED', 'DELETED']);
});

test('a watch can begin with the present state and mark its end', async (t) => {
  const at = await folder('streamed');
  await cluster.call('POST', at, secret('one'));
  const events = await cluster.lines(`${at}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`, (event) => (event['type'] as unknown) === 'BOOKMARK');
  t.deepEqual(events.map((event) => event['type']) as unknown, ['ADDED', 'BOOKMARK']);
  t.is(events[1]?.['object']?.['metadata']?.['annotations']?.['k8s.io/initial-events-end'], 'true' as never);
});

test('a watch that begins with more than may wait for one client sends it all, and what happens meanwhile behind it', async (t) => {
  const at = await folder('large');
  const names = Array.from({ length: 12 }, (_, index) => `big-${10 + index}`);
  await Promise.all(names.map((name) => cluster.call('POST', at, { ...secret(name), data: { text: 'x'.repeat(900_000) } })));
  let changed: Promise<unknown> | undefined;
  const events = await cluster.lines(`${at}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`, (event) => {
    changed ??= cluster.call('PATCH', `${at}/big-10`, { data: { text: 'MQ==' } }, merge);
    return (event['type'] as unknown) === 'MODIFIED';
  });
  await changed;
  t.deepEqual(events.map((event) => event['type']) as unknown, [...names.map(() => 'ADDED'), 'BOOKMARK', 'MODIFIED']);
});

test('a watch ends when its time is over', async (t) => {
  const events = await cluster.lines(`${configMaps}?watch=1&timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion=0&fieldSelector=metadata.name=nobody`, () => {});
  t.is(events.at(-1)?.['type'], 'BOOKMARK' as never);
});

test.serial('a watch resumes across a restart, and one from a version that is to come is told so', async (t) => {
  const at = await folder('restarted');
  const { body } = await cluster.call('GET', at);
  await cluster.call('POST', at, secret('one'));
  await cluster.restart();
  const events = await cluster.lines(`${at}?watch=1&resourceVersion=${body['metadata']?.['resourceVersion']}`, () => true);
  t.is(events[0]?.['object']?.['metadata']?.['name'], 'one' as never);
  const [future] = await cluster.lines(`${at}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=99999999`, () => true);
  t.is(future?.['type'], 'ERROR' as never);
  t.is(future?.['object']?.['code'], 504 as never);
});
