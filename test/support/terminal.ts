// A real terminal that a test can look at and type into, by tmux.
import type { ExecutionContext } from 'ava';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** One terminal of 80x24 with a shell that runs `script`, which holds no single quote. */
export class Tmux {
  readonly #folder = mkdtempSync(join(tmpdir(), 'clrk-tmux-'));
  readonly #socket = join(this.#folder, 'socket');

  constructor(t: ExecutionContext, script: string) {
    this.#tmux('-u', 'new-session', '-d', '-x', '80', '-y', '24', `sh -c '${script}'`);
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

  /** Of what the shell runs. */
  pid(): number {
    const shell = this.#tmux('display-message', '-p', '#{pane_pid}').trim();
    return Number(execFileSync('ps', ['-o', 'pid=', '--ppid', shell], { encoding: 'utf8' }).trim().split('\n')[0]);
  }

  async until(pattern: RegExp, tries = 200): Promise<string> {
    for (let n = 0; n < tries; n += 1) {
      const text = this.text();
      if (pattern.test(text)) return text;
      await sleep(50);
    }
    throw new Error(`no ${pattern} in:\n${this.text()}`);
  }
}
