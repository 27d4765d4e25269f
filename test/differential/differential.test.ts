// Every case is put to the embedded API server and to a real kube-apiserver; both must answer the same.
import test from 'ava';
import { howToGet, wantedAssets } from '../kubernetes/assets.ts';
import { topics } from './cases.ts';
import { compare } from './compare.ts';
import { onPurpose } from './differences.ts';
import { startPair, type Pair } from './pair.ts';
import { put } from './put.ts';

/** Both servers share two cores with the tests: more at once only waits. */
const atOnce = 4;
const fewest = 250;
/** One more difference is a decision: it is counted here too. */
const differencesOnPurpose = 16;

const assets = wantedAssets();
let pair: Promise<Pair>;
const waiting: (() => void)[] = [];
let free = atOnce;

/** One of the few places; the answer gives it back. */
async function place(): Promise<() => void> {
  if (free > 0) free--;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  return () => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
}

const cases = Object.entries(topics).flatMap(([topic, of]) => of.map((one) => ({ ...one, topic })));

if (assets) {
  test.before('both servers are up', (t) => {
    t.timeout(300_000);
    pair = startPair(assets);
    return pair.then(() => t.pass());
  });
  test.after.always('both servers are down', async (t) => {
    await pair.then(({ stop }) => stop(), () => undefined);
    t.pass();
  });
  cases.forEach((one, number) => {
    test(`${one.topic}: ${one.title}`, async (t) => {
      t.timeout(600_000);
      const { embedded, real } = await pair;
      const done = await place();
      try {
        const lines = compare(await put(one, embedded, number), await put(one, real, number));
        const meant = onPurpose[one.title];
        t.deepEqual(lines.filter((line) => !meant?.where.test(line)), []);
        if (meant) t.true(lines.length > 0, 'it differs no longer: take it out of differences.ts');
      } finally {
        done();
      }
    });
  });
} else {
  test('the cases against a real kube-apiserver were not run', (t) => {
    t.log(howToGet);
    t.pass();
  });
}

test('the table is whole: every case has one title, every difference on purpose has a case and a reason', (t) => {
  const titles = cases.map(({ title }) => title);
  t.deepEqual(titles.filter((title, index) => titles.indexOf(title) !== index), []);
  t.deepEqual(Object.keys(onPurpose).filter((title) => !titles.includes(title)), []);
  t.log(`${cases.length} cases: ${cases.length - Object.keys(onPurpose).length} the same, ${Object.keys(onPurpose).length} different on purpose`);
  t.true(cases.length >= fewest);
  t.is(Object.keys(onPurpose).length, differencesOnPurpose);
});
