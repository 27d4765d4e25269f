// The rows of flags in a command's help.
import test from 'ava';
import { hear } from '../../support/transcript.ts';

test('the flags of dev name their values, and a switch both of its sides', async (t) => {
  const { stdout } = await hear('kubectl clrk dev --help', { home: '/', env: {} });
  t.regex(stdout, /^ +--exit-after-records N {2,}End with 0 after N calls$/m);
  t.regex(stdout, /^ +--timeout DURATION {2,}The DURATION that/m);
  t.regex(stdout, /^ +--tui, --no-tui {2,}Show/m);
});
