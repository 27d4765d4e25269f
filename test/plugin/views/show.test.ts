// The dev screen on a real terminal (tmux, or a pty by script): drawn, used, and gone without a trace on every way out.
import test, { type ExecutionContext } from 'ava';
import { join } from 'node:path';
import { canShow } from '../../../plugin/views/show.tsx';
import { hasTmux, Tmux } from '../../support/terminal.ts';

const demo = join(import.meta.dirname, '../../support/demo.js');
const onTmux = hasTmux ? test : test.skip; // tmux is the terminal that is looked at; .ci/run installs it

/** A terminal with a shell that runs the demo and then says how the terminal was left. */
class Terminal extends Tmux {
  constructor(t: ExecutionContext, args = '', typed = false) {
    super(t, typed ? 'exec sh -i' : `before=$(stty -g); ${process.execPath} ${demo} ${args}; echo "code $?"; [ "$before" = "$(stty -g)" ] && echo restored; sleep 30`);
    if (typed) this.keys(`${process.execPath} ${demo} ${args}`, 'Enter');
  }
}

onTmux('the screen answers keys, follows the size of the window, and q gives the terminal back', async (t) => {
  const terminal = new Terminal(t);
  await terminal.until(/4 otel-traces/);
  t.true(terminal.alternate());
  terminal.keys('Enter');
  t.regex(await terminal.until(/x-api-key/), /http\.request\.header\.x-api-key +\[redacted\]/);
  terminal.keys('Escape');
  await terminal.until(/3 otel-logs/);
  terminal.resize(120, 40);
  await terminal.until(/^┏.{118}┓$/m);
  terminal.resize(40, 10);
  await terminal.until(/terminal too small: 40x10/);
  terminal.resize(80, 24);
  await terminal.until(/3 otel-logs/);
  terminal.keys('q');
  const text = await terminal.until(/restored/);
  t.regex(text, /the screen is gone\s+code 0\s+restored/);
  t.false(terminal.alternate());
});

onTmux('ctrl-c and SIGTERM give the terminal back too', async (t) => {
  const byKey = new Terminal(t);
  await byKey.until(/4 otel-traces/);
  byKey.keys('C-c');
  t.regex(await byKey.until(/restored/), /the screen is gone\s+code 0/);
  const bySignal = new Terminal(t);
  await bySignal.until(/4 otel-traces/);
  process.kill(bySignal.pid(), 'SIGTERM');
  t.regex(await bySignal.until(/restored/), /the screen is gone\s+code 0/);
  t.false(bySignal.alternate());
});

onTmux('ctrl-z hands the terminal to the shell, and fg brings the screen back', async (t) => {
  const terminal = new Terminal(t, '', true);
  await terminal.until(/4 otel-traces/);
  terminal.keys('C-z');
  await terminal.until(/Stopped/);
  t.false(terminal.alternate());
  terminal.keys('fg', 'Enter');
  await terminal.until(/4 otel-traces/);
  t.true(terminal.alternate());
  terminal.keys('q');
  await terminal.until(/the screen is gone/);
});

onTmux('an exception nobody caught leaves its message on a restored terminal', async (t) => {
  const terminal = new Terminal(t, '12 crash');
  const text = await terminal.until(/restored/);
  t.regex(text, /made up/);
  t.false(terminal.alternate());
});

test('the screen is drawn on a terminal only', (t) => {
  t.true(canShow({ isTTY: true }, { isTTY: true }, {}));
  t.false(canShow({ isTTY: true }, {}, {}));
  t.false(canShow({}, { isTTY: true }, {}));
  t.false(canShow({ isTTY: true }, { isTTY: true }, { TERM: 'dumb' }));
});
