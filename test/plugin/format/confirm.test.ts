// The question before something is changed: a yes is a yes, everything else is none.
import test from 'ava';
import { PassThrough } from 'node:stream';
import { Interrupted, UserError } from '../../../plugin/exit.ts';
import { confirm } from '../../../plugin/format/confirm.ts';

const terminal = (): PassThrough => Object.assign(new PassThrough(), { isTTY: true });

for (const [typed, agreed] of [['y\r', true], ['YES\r', true], ['\r', false], ['n\r', false], ['yep\r', false]] as const) {
  test(`${JSON.stringify(typed)} is ${agreed ? 'a yes' : 'no yes'}`, async (t) => {
    const [stdin, stderr] = [terminal(), terminal()];
    const answer = confirm('install it?', { stdin, stderr, signal: new AbortController().signal });
    stdin.write(typed);
    t.is(await answer, agreed);
    t.regex(String(stderr.read()), /install it\? \[y\/N\] /);
  });
}

test('a terminal that closes has not agreed', async (t) => {
  const stdin = terminal();
  const answer = confirm('install it?', { stdin, stderr: terminal(), signal: new AbortController().signal });
  stdin.end();
  t.false(await answer);
});

test('Ctrl-C ends the question with its own reason', async (t) => {
  const ctrlC = new AbortController();
  const answer = confirm('install it?', { stdin: terminal(), stderr: terminal(), signal: ctrlC.signal });
  ctrlC.abort(new Interrupted('SIGINT'));
  await t.throwsAsync(answer, { instanceOf: Interrupted });
});

test('without a terminal nobody is asked', async (t) => {
  const error = await t.throwsAsync(confirm('install it?', { stdin: new PassThrough(), stderr: terminal(), signal: new AbortController().signal }), { instanceOf: UserError });
  t.deepEqual(error?.hints[0], 'agree beforehand: --yes');
});
