// Long lists go out in pieces: whole for who reads them, harmless from who does not.
import test from 'ava';
import { request } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { forms, piecesOf } from '../../../plugin/apiserver/pieces.ts';
import type { JsonObject } from '../../../plugin/apiserver/json.ts';
import { configMap, configMaps, startCluster } from './cluster.ts';

const many = 700;

function inPieces(body: JsonObject, form: keyof typeof forms): readonly string[] {
  const pieces = piecesOf(body, forms[form]);
  for (const made: string[] = []; ; ) {
    const { done, value } = pieces.next();
    made.push(value);
    if (done) return made;
  }
}

for (const form of ['line', 'pretty', 'yaml'] as const) {
  test(`a list or a table in pieces is the same, written as ${form}`, (t) => {
    const items = Array.from({ length: 700 }, (_, index) => ({ metadata: { name: `n${index}`, labels: {} }, list: ['a\nb', { c: [] }], text: 'x'.repeat(1000) }));
    for (const body of [{ kind: 'List', metadata: { resourceVersion: '1' }, items }, { kind: 'Table', columnDefinitions: [], rows: items }, { kind: 'List', items: Array(3).fill('x'.repeat(1_000_000)) }]) {
      const pieces = inPieces(body, form);
      t.true(pieces.length > 1, 'it takes more than one piece');
      t.true(pieces.every(({ length }) => length < 1_500_000), 'few long items are no one piece either');
      t.is(pieces.join(''), forms[form].whole(body));
    }
    for (const body of [{ kind: 'List', items: [1, { a: 2 }] }, { kind: 'List', items: [] }, { kind: 'Table', rows: [] }, { kind: 'Status' }]) t.deepEqual(inPieces(body, form), [forms[form].whole(body)], 'what is short goes out in one go');
  });
}

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
