// The thread that lives inside the sandboxes' world: it makes their networks, opens sockets in them and starts processes in them.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { bringUpLoopback, routeEverythingToLoopback } from './netlink.ts';
import { inNetwork, leaveHostNetwork, newNetworkNamespace, startProcessTree } from './namespace.ts';
import { isSteered, openSockets, type Interception } from './sockets.ts';

/** What the main thread may ask. Descriptors are numbers that both threads share. */
export type Request =
  | { readonly kind: 'network'; readonly hasEgress: boolean }
  | { readonly kind: 'sockets'; readonly network: number; readonly interception: Interception }
  | { readonly kind: 'steers'; readonly network: number }
  | { readonly kind: 'spawn'; readonly network: number; readonly program: Program };

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Descriptors 0, 1, 2, ... of the process; every other one is closed for it. */
  readonly stdio: readonly ('ignore' | number)[];
}

/**
 * `own`: the sandboxes are in a process namespace that the worker makes, each with a /proc of its own.
 * `container`: they are in the container's, whose first process the worker is: its end is the end of all just as well, and the numbers
 * that runsc looks up under /proc are right.
 */
export type ProcessTree = 'own' | 'container';

/** What the thread is started with. */
export interface ThreadOptions {
  readonly tree: ProcessTree;
}

/** Answers carry the number of their request; `exited` and `ended` come by themselves. */
export type Answer =
  | { readonly to: number; readonly value: unknown }
  | { readonly to: number; readonly error: string }
  | { readonly exited: number; readonly code: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly ended: true };

/** Serves the main thread until the process ends. */
export function serveInside(port: MessagePort | null = parentPort): void {
  if (port === null) throw new Error('this is not the thread of a worker');
  const post = (answer: Answer): void => port.postMessage(answer);
  const home = leaveHostNetwork();
  if ((workerData as ThreadOptions).tree === 'own') startProcessTree(() => post({ ended: true }));
  port.on('message', ({ id, request }: { id: number; request: Request }) => {
    try {
      const value = serve(request, home, (pid, code, signal) => post({ exited: pid, code, signal }));
      if (value instanceof Promise) {
        value.then((v: unknown) => post({ to: id, value: v })).catch((error: unknown) => post({ to: id, error: String((error as Error).message) }));
      } else post({ to: id, value });
    } catch (error) {
      post({ to: id, error: error instanceof Error ? error.message : String(error) });
    }
  });
  post({ to: 0, value: 'ready' });
}

type Exited = (pid: number, code: number | null, signal: NodeJS.Signals | null) => void;

function serve(request: Request, home: number, exited: Exited): unknown {
  switch (request.kind) {
    case 'network':
      return newNetworkNamespace(home, request.hasEgress ? routeEverythingToLoopback : bringUpLoopback);
    case 'sockets':
      return inNetwork(request.network, home, () => openSockets(request.interception));
    case 'steers':
      return inNetwork(request.network, home, isSteered);
    case 'spawn':
      return start(request.program, request.network, home, exited);
  }
}

function start(program: Program, network: number, home: number, exited: Exited): Promise<number> {
  const { file, args, env, stdio } = program;
  let child: ChildProcess;
  try {
    child = inNetwork(network, home, () => spawn(file, args, { env, cwd: '/', stdio: [...stdio], detached: true }));
  } finally {
    // The process has its own copies now; ours would keep a pipe open after the process has ended.
    for (const fd of stdio) if (typeof fd === 'number') closeSync(fd);
  }
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(new Error(`starting ${file}: ${error.code ?? error.message}`)));
    const { pid } = child;
    if (pid === undefined) return;
    child.once('exit', (code, signal) => exited(pid, code, signal));
    resolve(pid);
  });
}
