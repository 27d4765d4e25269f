// When a child is started again.
import test from 'ava';
import { restart, type Run } from '../../../plugin/dev/restart.ts';

const crash: Run = { ranMs: 50, wasReady: false, code: 1, hung: false };
const rows: readonly (readonly [string, Run, number, ReturnType<typeof restart>])[] = [
  ['the first crash is tried again at once', crash, 0, { delayMs: 100, failures: 1, isError: false }],
  ['the second waits twice as long', crash, 1, { delayMs: 200, failures: 2, isError: false }],
  ['the third in a row is an error', crash, 2, { delayMs: 400, failures: 3, isError: true }],
  ['no wait is longer than five seconds', crash, 40, { delayMs: 5000, failures: 41, isError: true }],
  ['wrong settings are an error at once', { ...crash, code: 2 }, 0, { delayMs: 5000, failures: 1, isError: true }],
  ['one that hung is an error at once', { ...crash, hung: true }, 0, { delayMs: 5000, failures: 1, isError: true }],
  ['one that served for long begins anew', { ...crash, ranMs: 60_000, wasReady: true }, 7, { delayMs: 100, failures: 1, isError: false }],
  ['one that served for a moment only does not', { ...crash, ranMs: 500, wasReady: true }, 3, { delayMs: 800, failures: 4, isError: false }],
];

for (const [title, run, failures, expected] of rows) {
  test(title, (t) => {
    t.deepEqual(restart(run, failures), expected);
  });
}
