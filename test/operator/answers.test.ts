// What is remembered of answers about tokens, and how much is asked at once.
import test from 'ava';
import { Answers, TooBusy } from '../../operator/trust/answers.ts';

test('an answer is given again for as long as it counts, and then asked for anew', async (t) => {
  let now = 0;
  let asked = 0;
  const answers = new Answers<number>(() => new Date(now));
  const ask = async () => ({ answer: ++asked, forMs: 100 });
  t.is(await answers.remember('a', ask), 1);
  now = 99;
  t.is(await answers.remember('a', ask), 1);
  t.is(await answers.remember('b', ask), 2);
  now = 100;
  t.is(await answers.remember('a', ask), 3);
});

test('ten thousand strangers are remembered up to a bound, and not all are asked about at once', async (t) => {
  const answers = new Answers<number>(() => new Date(0), { burst: 20_000, everyMs: 1 });
  for (let count = 0; count < 10_000; count++) await answers.remember(String(count), async () => ({ answer: count, forMs: 1000 }));
  t.is(answers.size, 1024);
  const { promise, resolve } = Promise.withResolvers<{ answer: number }>();
  const waiting = Array.from({ length: 32 }, (_, count) => answers.remember(`slow ${count}`, () => promise));
  const again = answers.remember('slow 0', () => Promise.reject(new Error('it is under way already')));
  await t.throwsAsync(answers.remember('one more', () => promise), { instanceOf: TooBusy });
  resolve({ answer: 7 });
  t.deepEqual(await Promise.all([...waiting, again]), Array.from({ length: 33 }, () => 7));
  t.is(await answers.remember('one more', () => promise), 7);
});

test('a flood of made-up tokens becomes no flood of questions', async (t) => {
  let now = 0;
  let asked = 0;
  const answers = new Answers<number>(() => new Date(now));
  const flood = async (from: number): Promise<void> => {
    for (let count = 0; count < 2000; count++) await answers.remember(String(from + count), async () => ({ answer: ++asked, forMs: 10_000 })).catch((error: unknown) => t.true(error instanceof TooBusy));
  };
  await flood(0);
  t.is(asked, 512);
  now = 1000;
  await flood(2000);
  t.is(asked, 562, 'fifty more in each second');
  t.is(await answers.remember('0', () => Promise.reject(new Error('it is known'))), 1);
});

test('a question that fails is forgotten', async (t) => {
  const answers = new Answers<number>(() => new Date(0));
  await t.throwsAsync(answers.remember('a', () => Promise.reject(new Error('away'))), { message: 'away' });
  t.is(await answers.remember('a', async () => ({ answer: 1 })), 1);
});
