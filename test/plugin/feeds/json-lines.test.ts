import test from 'ava';
import { jsonLines } from '../../../plugin/feeds/json-lines.ts';

async function read(...chunks: readonly string[]): Promise<unknown[]> {
  const values: unknown[] = [];
  const body = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  for await (const value of jsonLines(body)) values.push(value);
  return values;
}

test('values are read across chunks, and the last one needs no line end', async (t) => {
  t.deepEqual(await read('{"a":', '1}\n{"b', '":2}\n\n{"c":3}'), [{ a: 1 }, { b: 2 }, undefined, { c: 3 }]);
});

test('a character that is split between two chunks stays whole', async (t) => {
  const bytes = Buffer.from('"é"\n');
  const values: unknown[] = [];
  const body = (async function* () {
    yield bytes.subarray(0, 2);
    yield bytes.subarray(2);
  })();
  for await (const value of jsonLines(body)) values.push(value);
  t.deepEqual(values, ['é']);
});

test('a line that is no JSON is passed over', async (t) => {
  t.deepEqual(await read('{"a":1\n{"b":2}\n'), [undefined, { b: 2 }]);
});

test('a line without an end is not kept, and the next one is read', async (t) => {
  const flood = 'x'.repeat(1024 * 1024);
  t.deepEqual(await read('"', ...Array<string>(10).fill(flood), '"\n', '{"b":2}\n'), [undefined, { b: 2 }]);
});
