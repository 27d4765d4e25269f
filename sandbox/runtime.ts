// What every runtime can do, and what it is asked to start.
import type { RuntimeChoice } from './contract.ts';
import type { Program } from './inside.ts';
import type { Bind } from './root.ts';
import type { Inside, Started } from './thread.ts';

export interface Launch {
  readonly id: string;
  /** This sandbox's own folder for what its runtime needs; gone with the worker. */
  readonly scratch: string;
  readonly root: string;
  /** Read-only, in this order. */
  readonly binds: readonly Bind[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  readonly user: { readonly uid: number; readonly gid: number };
  /** 0: none. */
  readonly memoryBytes: number;
}

/** A program to start with stdin closed, stdout and stderr given, and `fds` from 3 on. */
export interface Start {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Program['env'];
  readonly fds: readonly number[];
}

export interface Where {
  readonly launch: Launch;
  readonly inside: Inside;
  readonly network: number;
}

export interface Runtime {
  readonly name: RuntimeChoice['name'];
  readonly detail: string;
  /** It bounds open files and processes of the agent itself; resource limits would hit its own processes. */
  readonly hasOwnLimits: boolean;
  readonly start: (launch: Launch) => Start;
  /** Asks the sandbox's own process to end (SIGTERM). */
  readonly terminate: (started: Started, where: Where) => void;
  /** Removes what a start left behind; the processes are dead by then. */
  readonly clean: (launch: Launch) => void;
}

export const temporaryBytes = 100 * 1024 * 1024;
/** An empty file takes memory too; only the plain runtime can bound their number. */
export const temporaryFiles = 65_536;
export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Goes before a runtime that looks itself up under /proc by its number, as runsc and bwrap do: the worker's /proc counts from outside, and
 * another process would be found there. With its own first process gone, the kernel ends all that it started.
 */
export const ownProcesses: readonly string[] = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--'];
