// The main thread's side of the thread inside: asks it, and keeps track of the processes it started.
import { once } from 'node:events';
import type { Answer, Program, Request, ThreadOptions } from './inside.ts';
import type { Own } from './own.ts';
import type { Interception, OpenSockets } from './sockets.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Started {
  /** As this process counts, which is outside the sandboxes' process namespace. */
  readonly pid: number;
  readonly exited: Promise<Exit>;
}

export interface Inside {
  readonly network: (hasEgress: boolean) => Promise<number>;
  readonly sockets: (network: number, interception: Interception) => Promise<OpenSockets>;
  /** Whether a connection to any port of the network reaches a transparent listener. */
  readonly steers: (network: number) => Promise<boolean>;
  readonly spawn: (network: number, program: Program) => Promise<Started>;
  /** Rejects when the thread or the sandboxes' process tree is gone: nothing can run any more. */
  readonly lost: Promise<never>;
  readonly close: () => Promise<void>;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The program calls `serveInside` when it is not the main thread. */
export async function openInside(own: Own, workerData: ThreadOptions): Promise<Inside> {
  const thread = own.thread({ workerData, trackUnmanagedFds: false, resourceLimits: { maxOldGenerationSizeMb: 64 } });
  const waiting = new Map<number, Waiting>();
  const exits = new Map<number, (exit: Exit) => void>();
  const early = new Map<number, Exit>();
  let last = 0;
  let isClosing = false;
  const gone = Promise.withResolvers<never>();
  gone.promise.catch(() => undefined);
  const lose = (error: Error): void => {
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
    if (!isClosing) gone.reject(error);
  };
  thread.on('message', (answer: Answer) => {
    if ('ended' in answer) lose(new Error('the first process of the sandboxes was killed'));
    else if ('exited' in answer) {
      const exit = { code: answer.code, signal: answer.signal };
      const tell = exits.get(answer.exited);
      exits.delete(answer.exited);
      if (tell) tell(exit);
      else early.set(answer.exited, exit);
    } else {
      const one = waiting.get(answer.to);
      waiting.delete(answer.to);
      if ('error' in answer) one?.reject(new Error(answer.error));
      else one?.resolve(answer.value);
    }
  });
  thread.on('error', (error: Error) => lose(error));
  thread.on('exit', () => lose(new Error('the thread of the sandboxes has ended')));
  const answered = (id: number): Promise<unknown> => new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  const ask = async (request: Request): Promise<unknown> => {
    const id = ++last;
    const answer = answered(id);
    thread.postMessage({ id, request });
    return await answer;
  };
  await answered(0);
  return {
    network: async (hasEgress) => (await ask({ kind: 'network', hasEgress })) as number,
    sockets: async (network, interception) => (await ask({ kind: 'sockets', network, interception })) as OpenSockets,
    steers: async (network) => (await ask({ kind: 'steers', network })) === true,
    spawn: async (network, program) => {
      const pid = (await ask({ kind: 'spawn', network, program })) as number;
      const known = early.get(pid);
      early.delete(pid);
      return { pid, exited: known ? Promise.resolve(known) : new Promise((resolve) => exits.set(pid, resolve)) };
    },
    lost: gone.promise,
    close: async () => {
      isClosing = true;
      const ended = once(thread, 'exit');
      await thread.terminate();
      await ended.catch(() => undefined);
    },
  };
}
