// Where every command ends: the table of exit codes, and the one place that turns an error into words.
import type { Writable } from 'node:stream';
import { printable } from './format/printable.ts';

/**
 * As kubectl: 0 or 1, also for a mistake on the command line; but for `diff`, where 1 says that something differs, everything
 * that goes wrong is `trouble`, as diff(1) has it. `timedOut` is that of timeout(1): what was asked for is done, and not yet in
 * effect. What a signal ended carries 128 plus its number, so that a script can tell an interrupted wait from a refused one.
 */
export const exitCodes = { ok: 0, failed: 1, different: 1, trouble: 2, timedOut: 124, interrupted: 130, brokenPipe: 141, terminated: 143 } as const;

/** What a person did or met: told without a stack. `message` is lower case without a full stop; hints name a command or a flag. */
export class UserError extends Error {
  readonly hints: readonly string[];
  /** Lines that come before the message, e.g. every mistake found in a manifest. */
  readonly lines: readonly string[];
  /** Where it ends the command with another code than the usual one. */
  readonly code: number | undefined;

  constructor(message: string, hints: readonly string[] = [], extra: { readonly lines?: readonly string[]; readonly cause?: unknown; readonly code?: number } = {}) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.name = 'UserError';
    this.hints = hints;
    this.lines = extra.lines ?? [];
    this.code = extra.code;
  }
}

/** The reason of an abort that a signal asked for: ends the command without a word. */
export class Interrupted extends Error {
  readonly code: number;

  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'EPIPE') {
    super(`ended by ${signal}`);
    this.name = 'Interrupted';
    this.code = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated, SIGHUP: exitCodes.terminated, EPIPE: exitCodes.brokenPipe }[signal];
  }
}

interface Explanation {
  readonly message: string;
  readonly hints: readonly string[];
  readonly lines: readonly string[];
  readonly code?: number;
}

interface SystemError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
  readonly syscall?: string;
  readonly path?: string;
}

/** Errors of the operating system that mean something to a person, by their code. Those of connections are sorted by the client. */
const systemErrors: Readonly<Record<string, (error: SystemError) => readonly [message: string, ...hints: string[]]>> = {
  EACCES: (error) => [`no permission for ${place(error)}`, 'check who owns it'],
  EPERM: (error) => [`not permitted: ${place(error)}`, 'check who owns it'],
  ENOSPC: () => ['the disk is full', 'make room, then try again'],
  EROFS: (error) => [`${place(error)} is on a read-only file system`, 'choose a writable folder with --clrk-dir'],
  EMFILE: () => ['too many open files', 'raise the limit with `ulimit -n`'],
  EADDRINUSE: (error) => [`${place(error)} is in use`, '`ss -ltnp` shows by whom'],
};

const place = (error: SystemError): string => error.path ?? (error.address === undefined ? error.syscall ?? 'a system call' : `${error.address}${error.port === undefined ? '' : `:${error.port}`}`);

/** Every cause below an error, itself first; of an AggregateError (one try per address) the first one. */
function* causes(error: unknown): Generator<Error> {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; depth++) {
    yield at;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
}

/** Sorts an error once: the person's own, the system's, the API server's, else a fault of ours. */
export function explain(error: unknown): Explanation {
  for (const cause of causes(error)) {
    if (cause instanceof UserError) return { message: cause.message, hints: cause.hints, lines: cause.lines, ...(cause.code === undefined ? {} : { code: cause.code }) };
    // By name: the single executable's own loader says so before any of this is there.
    if (cause.name === 'UserError') return { message: cause.message, hints: (cause as { readonly hints?: readonly string[] }).hints ?? [], lines: [] };
    // By name: the command line that only prints help must not load the Kubernetes client to recognise its errors.
    if (cause.name === 'KubeError') return fromServer(cause as Error & { readonly reason?: string; readonly hints?: readonly string[] });
    const known = systemErrors[(cause as SystemError).code ?? ''];
    if (known !== undefined) {
      const [message, ...hints] = known(cause as SystemError);
      const context = cause !== error && error instanceof Error ? `${error.message}: ` : '';
      return { message: context + message, hints, lines: [] };
    }
  }
  const message = error instanceof Error ? error.message || error.name : String(error);
  return { message: `unexpected: ${message}`, hints: ['run it again with --log-level debug to see where it comes from'], lines: [] };
}

const serverHints: Readonly<Record<string, string>> = {
  Unauthorized: 'choose another context with --context, or log in again',
  Forbidden: 'ask whoever runs the cluster for this permission; `kubectl auth can-i --list` shows yours',
};

function fromServer(error: Error & { readonly reason?: string; readonly hints?: readonly string[] }): Explanation {
  const hint = serverHints[error.reason ?? ''];
  return { message: error.message, hints: [...(error.hints ?? []), ...(hint === undefined || error.hints?.length ? [] : [hint])], lines: [] };
}

/** Tells an error on stderr; the answer is the exit code, `usual` where the error has none of its own. */
export function report(error: unknown, stderr: Writable, debug: boolean, usual: number = exitCodes.failed): number {
  for (const cause of causes(error)) if (cause instanceof Interrupted) return cause.code;
  const { message, hints, lines, code = usual } = explain(error);
  const stack = debug && error instanceof Error ? [error.stack ?? ''] : [];
  const said = [...lines, `error: ${message}`, ...hints.map((hint) => `hint: ${hint}`)].flatMap((text) => text.split('\n'));
  // File names, fields and what a server answers are others' words: none of them may move the cursor.
  stderr.write([...said.map((line) => printable(line, line.length)), ...stack].join('\n') + '\n');
  return code;
}
