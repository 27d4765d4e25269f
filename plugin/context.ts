// What a command may touch of the world: streams, environment, folders, clock, Ctrl-C. Handed in, so that a test can hand in its own.
import type { BaseContext } from 'clipanion';
import { userInfo } from 'node:os';
import { isAbsolute } from 'node:path';
import { explain, Interrupted, report, UserError } from './exit.ts';

export interface PluginContext extends BaseContext {
  readonly cwd: string;
  readonly home: string;
  readonly now: () => Date;
  /** From the first call on, Ctrl-C, SIGTERM and a closed stdout abort this signal (reason: {@link Interrupted}) instead of ending the process. */
  readonly interruption: () => AbortSignal;
}

/** The real one. Nothing is installed or read before a command asks. */
export function processContext(): PluginContext {
  let controller: AbortController | undefined;
  const interrupt = (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'EPIPE'): void => controller?.abort(new Interrupted(signal));
  // A reader that went away (`| head`) is no error: what still runs is told to stop, the rest ends as kubectl does on SIGPIPE.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') return unwritable(stream === process.stdout ? 'standard output' : 'standard error', error);
      if (controller === undefined) process.exit(new Interrupted('EPIPE').code);
      interrupt('EPIPE');
    });
  }
  // A full disk below a redirected output: what is written there is lost, so whatever runs is told to end.
  const unwritable = (name: string, cause: NodeJS.ErrnoException): void => {
    const { message, hints } = explain(cause);
    const error = new UserError(`writing to ${name}: ${message}`, hints, { cause });
    if (controller === undefined) process.exit(report(error, process.stderr, false));
    controller.abort(error);
  };
  return {
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    // The parser's own; ours are decided in format/colour.ts.
    colorDepth: 1,
    cwd: process.cwd(),
    home: homeOf(process.env),
    now: () => new Date(),
    interruption() {
      if (controller === undefined) {
        controller = new AbortController();
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt(signal));
      }
      return controller.signal;
    },
  };
}

/** $HOME; where it is empty, relative or missing, the one that the system has for the account: keys must not land in the root folder. */
export function homeOf(env: Readonly<Record<string, string | undefined>>): string {
  const { HOME = '' } = env;
  if (isAbsolute(HOME)) return HOME;
  try {
    return userInfo().homedir;
  } catch {
    // An account that the system does not know, as in some containers.
    return '/';
  }
}
