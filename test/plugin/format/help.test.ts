// The rows of flags in a command's help.
import test from 'ava';
import { commands } from '../../../plugin/commands.ts';
import { hear } from '../../support/transcript.ts';

test('the flags of dev name their values, and a switch both of its sides', async (t) => {
  const { stdout } = await hear('kubectl clrk dev --help', { home: '/', env: {} });
  t.regex(stdout, /^ +--exit-after-records N {2,}End with 0 after N calls$/m);
  t.regex(stdout, /^ +--timeout DURATION {2,}The DURATION that/m);
  t.regex(stdout, /^ +--tui, --no-tui {2,}Show/m);
});

test('every paragraph of a command\'s help is a whole one: a line that begins with a flag would be taken for an item of a list', async (t) => {
  for (const { paths = [] } of commands) {
    const { stdout } = await hear(`kubectl clrk ${(paths[0] ?? []).join(' ')} --help`, { home: '/', env: {} });
    const details = stdout.split(/\n\n(?=Examples:|Flags:|Global flags:)/)[0] ?? '';
    t.deepEqual(details.split('\n\n').filter((paragraph) => !paragraph.trim().endsWith('.')), [], paths[0]?.join(' '));
  }
});
