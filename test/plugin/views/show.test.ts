// The dev screen on a real terminal (tmux, or a pty by script): drawn, used, and gone without a trace on every way out.
import test, { type ExecutionContext } from 'ava';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { canShow } from '../../../plugin/views/show.tsx';

const demo = join(import.meta.dirname, '../../support/demo.js');
const hasTmux = spawnSync('tmux', ['-V']).status === 0;
const onTmux = hasTmux ? test : test.skip; // tmux is the terminal that is looked at; .ci/run installs it

/** One terminal of 80x24 with a shell that runs the demo and then says how the terminal was left. */
class Terminal {
  readonly #folder = mkdtempSync(join(tmpdir(), 'clrk-tmux-'));
  readonly #socket = join(this.#folder, 'socket');

  constructor(t: ExecutionContext, args = '', typed = false) {
    const script = typed ? 'exec sh -i' : `before=$(stty -g); ${process.execPath} ${demo} ${args}; echo "code $?"; [ "$before" = "$(stty -g)" ] && echo restored; sleep 30`;
    this.#tmux('-u', 'new-session', '-d', '-x', '80', '-y', '24', `sh -c '${script}'`);
    if (typed) this.keys(`${process.execPath} ${demo} ${args}`, 'Enter');
    t.teardown(() => {
      this.#tmux('kill-server');
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  #tmux(...args: string[]): string {
    const { CI: _ci, ...env } = process.env;
    return execFileSync('tmux', ['-S', this.#socket, '-f', '/dev/null', ...args], { encoding: 'utf8', env: { ...env, LANG: 'C.UTF-8' }, timeout: 10_000 });
  }

  keys(...names: string[]): void {
    this.#tmux('send-keys', ...names);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  text(): string {
    return this.#tmux('-u', 'capture-pane', '-p');
  }

  /** Whether the pane shows the alternate screen. */
  alternate(): boolean {
    return this.#tmux('display-message', '-p', '#{alternate_on}').trim() === '1';
  }

  pid(): number {
    const shell = this.#tmux('display-message', '-p', '#{pane_pid}').trim();
    return Number(execFileSync('ps', ['-o', 'pid=', '--ppid', shell], { encoding: 'utf8' }).trim().split('\n')[0]);
  }

  async until(pattern: RegExp): Promise<string> {
    for (let n = 0; n < 200; n += 1) {
      const text = this.text();
      if (pattern.test(text)) return text;
      await sleep(50);
    }
    throw new Error(`no ${pattern} in:\n${this.text()}`);
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
