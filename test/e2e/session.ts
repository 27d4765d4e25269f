// Runs `kubectl clrk dev` as a person would, in a home of its own, and reads what it prints.
import { spawn, execFile, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const root = join(import.meta.dirname, '../../..');
export const plugin = join(root, 'dist/kubectl-clrk');
export const manifests = join(root, '_examples/echo-bot/manifests');
const run = promisify(execFile);

/** A machine that runs the tests may have a Docker engine, which dev would make its cluster in. */
const noEngine = 'unix:///nonexistent/docker.sock';

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A home folder that is thrown away, and the commands run in it. */
export class Home {
  readonly path = mkdtempSync(join(tmpdir(), 'clrk-home-'));
  readonly clrk = join(this.path, '.clrk');
  readonly kubeconfig = join(this.clrk, 'kubeconfig.host');

  env(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const { PATH } = process.env;
    return { PATH: `${join(root, 'dist')}:${PATH ?? ''}`, HOME: this.path, LANG: 'C.UTF-8', DOCKER_HOST: noEngine, ...extra };
  }

  async command(file: string, args: readonly string[], extra: NodeJS.ProcessEnv = {}): Promise<Output> {
    try {
      const { stdout, stderr } = await run(file, args, { env: this.env(extra), cwd: root, timeout: 60_000, maxBuffer: 64 << 20 });
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout = '', stderr = '' } = error as { code?: number | string; stdout?: string; stderr?: string };
      return { code: typeof code === 'number' ? code : -1, stdout, stderr: `${stderr}${typeof code === 'number' ? '' : String(error)}` };
    }
  }

  clrkCommand(...args: string[]): Promise<Output> {
    return this.command(plugin, args);
  }

  kubectl(...args: string[]): Promise<Output> {
    return this.command('kubectl', args, { KUBECONFIG: this.kubeconfig });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** One running `dev`: its lines as they come, and its end. */
export class Session {
  readonly process: ChildProcess;
  readonly exit: Promise<number>;
  #text = '';
  readonly #waiting = new Set<() => void>();

  /** `through` is a program that starts the command, with its arguments. */
  constructor(home: Home, args: readonly string[], extra: NodeJS.ProcessEnv = {}, through: readonly string[] = []) {
    const [file = plugin, ...rest] = [...through, plugin, 'dev', '--no-tui', ...args];
    this.process = spawn(file, rest, { cwd: root, env: home.env(extra), stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => this.#take(chunk));
    }
    this.exit = new Promise((resolve) => {
      this.process.on('exit', (code, signal) => {
        this.#take(`\n[exit ${code ?? signal}]\n`);
        resolve(code ?? -1);
      });
    });
  }

  get text(): string {
    return this.#text;
  }

  #take(chunk: string): void {
    this.#text += chunk;
    for (const look of this.#waiting) look();
  }

  /** Waits until the output after `from` matches; fails with all that was printed when it ends or the time has gone. */
  until(pattern: RegExp, from = 0, withinMs = 60_000): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      const done = (act: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        act();
      };
      const look = (): void => {
        const found = this.#text.slice(from).match(pattern);
        if (found) done(() => resolve(found));
        else if (/\n\[exit /.test(this.#text)) done(() => reject(new Error(`ended before ${pattern}:\n${this.#text}`)));
      };
      const timer = setTimeout(() => done(() => reject(new Error(`no ${pattern} within ${withinMs / 1000} s:\n${this.#text}`))), withinMs);
      this.#waiting.add(look);
      look();
    });
  }

  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number> {
    this.process.kill(signal);
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 30_000);
    const code = await this.exit;
    clearTimeout(timer);
    return code;
  }
}
