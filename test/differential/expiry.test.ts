// What is forgotten: pages, versions and watches that are too old, on servers that forget fast.
import test from 'ava';
import { wantedAssets } from '../kubernetes/assets.ts';
import type { Case } from './case.ts';
import { compare } from './compare.ts';
import { configMap, configMapsPath, widgetsPath } from './fixtures.ts';
import { startPair } from './pair.ts';
import { put } from './put.ts';

const patched = { headers: { 'content-type': 'application/merge-patch+json' } };

const forgotten: Case = {
  title: 'a page, a version and a watch that are too old are refused with what to do instead',
  async run(server) {
    for (const name of ['a', 'b', 'c']) await server.request('POST', configMapsPath, { body: configMap(name) });
    const { body } = await server.request('GET', `${configMapsPath}?limit=1`);
    const token = body['metadata']?.['continue'] ?? '';
    const version = body['metadata']?.['resourceVersion'] ?? '';
    // The embedded server forgets by the bytes of what happened, etcd by the time.
    await server.quietly(async () => {
      for (let n = 0; n < 45; n++) await server.request('PATCH', `${configMapsPath}/c`, { ...patched, body: { data: { large: `${n}`.padEnd(900_000, 'x') } } });
      await server.request('PATCH', `${configMapsPath}/c`, { ...patched, body: { data: { large: null } } });
    });
    const { body: refused } = await server.until('GET', `${configMapsPath}?limit=1&continue=${token}`, ({ status }) => status === 410);
    const next = refused['metadata']?.['continue'] ?? '';
    // Where it goes on is the server's own word, but it is of no moment.
    server.note('the new token', (JSON.parse(Buffer.from(next, 'base64url').toString('utf8')) as { readonly rv: number }).rv);
    await server.request('GET', `${configMapsPath}?limit=5&continue=${next}`);
    await server.request('GET', `${configMapsPath}?resourceVersionMatch=Exact&resourceVersion=${version}`);
    // The definition of the kind is younger than that version.
    await server.watch(`${widgetsPath}?watch=1&resourceVersion=1`, (events) => events.length > 0);
    await server.kubectl(['get', '--raw', `/api/v1/namespaces/${server.namespace}/configmaps?limit=1&continue=${token}`]);
  },
  vague: [/too old resource version: 1 \(\d+\)/g],
};

const assets = wantedAssets();

if (assets) {
  test(forgotten.title, async (t) => {
    t.timeout(180_000);
    const { embedded, real, stop } = await startPair(assets, ['--etcd-compaction-interval=2s']);
    try {
      t.deepEqual(compare(await put(forgotten, embedded, 1), await put(forgotten, real, 1)), []);
    } finally {
      await stop();
    }
  });
} else {
  test('what is forgotten was not compared: the programs of a real control plane are missing', (t) => t.pass());
}
