// Durations of flags: which are taken, and how the others are refused.
import test from 'ava';
import { UserError } from '../../plugin/exit.ts';
import { waitMs } from '../../plugin/go-duration.ts';

const durations: readonly (readonly [string, number | RegExp])[] = [
  ['90s', 90_000], ['2m', 120_000], ['1m30s', 90_000], ['500ms', 500], ['1.5s', 1500], ['1h', 3_600_000],
  ...['', '90', '-1s', '1d', 's'].map((text): [string, RegExp] => [text, /^--timeout ".*" is no duration$/]),
  ...['0', '0s', '9999999h'].map((text): [string, RegExp] => [text, /^--timeout ".*" is no duration that a wait may take$/]),
];
for (const [text, expected] of durations) {
  test(`the duration ${JSON.stringify(text)} is ${typeof expected === 'number' ? `${expected} ms` : 'refused for a wait that must have a length'}`, (t) => {
    if (typeof expected === 'number') t.is(waitMs('--timeout', text, 1), expected);
    else t.regex(t.throws(() => waitMs('--timeout', text, 1), { instanceOf: UserError })?.message ?? '', expected);
  });
}

test('a wait that only looks once takes no time at all', (t) => {
  t.is(waitMs('--timeout', '0'), 0);
});
