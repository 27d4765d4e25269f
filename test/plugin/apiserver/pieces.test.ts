// Long lists go out in pieces: whole for who reads them, harmless from who does not.
import test from 'ava';
import { request } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { isLong, piecesOf } from '../../../plugin/apiserver/pieces.ts';
import { configMap, configMaps, startCluster } from './cluster.ts';

const many = 700;

test('a list in pieces is the list', (t) => {
  const body = { kind: 'List', metadata: { resourceVersion: '1' }, items: Array.from({ length: many }, (_, index) => ({ index, text: 'x'.repeat(1000) })) };
  t.true(isLong(body));
  const pieces = [...piecesOf(body)];
  t.true(pieces.length > 1, 'it takes more than one piece');
  t.deepEqual(JSON.parse(pieces.join('')), body);
  t.false(isLong({ items: [1, 2] }), 'a short list goes out in one go');
});

test('a long list arrives whole, packed or not, and one that nobody reads to its end holds up nobody', async (t) => {
  const cluster = await startCluster();
  t.teardown(() => cluster.stop());
  const names = Array.from({ length: many }, (_, index) => `map-${String(index).padStart(4, '0')}`);
  await Promise.all(names.map((name) => cluster.call('POST', configMaps, configMap(name, { a: 'x'.repeat(2000) }))));
  const plain = await cluster.call('GET', configMaps);
  t.deepEqual((plain.body['items'] as unknown as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name).filter((name) => name.startsWith('map-')), names);

  const agent = cluster.agentFor('reader', 'system:masters');
  const packed = await new Promise<Buffer>((resolve, reject) => {
    request(cluster.address() + configMaps, { agent, headers: { 'accept-encoding': 'gzip' } }, (answer) => {
      t.is(answer.headers['content-encoding'], 'gzip');
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject).on('end', () => resolve(Buffer.concat(chunks)));
    }).on('error', reject).end();
  });
  t.is(gunzipSync(packed).toString('utf8'), plain.text);

  await new Promise<void>((resolve, reject) => {
    const sent = request(cluster.address() + configMaps, { agent }, (answer) => {
      answer.once('data', () => {
        sent.destroy();
        resolve();
      }).on('error', () => undefined);
    });
    sent.on('error', (error) => (sent.destroyed ? undefined : reject(error))).end();
  });
  t.is((await cluster.call('GET', `${configMaps}/map-0000`)).status, 200);
  t.deepEqual(cluster.log.filter((line) => line.includes('"error"')), []);
});
