// Puts the dev screen on a terminal and takes it off again, whatever happens; the only place that loads ink.
import type { ReadStream, WriteStream } from 'node:tty';
import type { DevStore } from '../feeds/store.ts';

export interface ShowOptions {
  readonly store: DevStore;
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly title: string;
  readonly colours: boolean;
  /** Aborted: the screen is taken off. */
  readonly signal: AbortSignal;
}

/** Left by what is put in place of ink's layout engine in the single executable. */
const layoutEngine: unique symbol = Symbol.for('clrk.layoutEngine');

/** Whether there is a terminal on both sides that a screen can be drawn on. */
export function canShow(stdin: { readonly isTTY?: boolean }, stdout: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stdin.isTTY === true && stdout.isTTY === true && env.TERM !== 'dumb';
}

/** Resolves when the person quits or the signal aborts; rejects when drawing went wrong. The terminal is itself again by then. */
export async function showDev({ store, stdin, stdout, title, colours, signal }: ShowOptions): Promise<'quit'> {
  if (signal.aborted) return 'quit';
  // React's development build keeps an entry for every render for ever. The bundles have this fixed; sources do not.
  // No JSX in this file: its runtime would be loaded before this line, and the two builds do not go together.
  Object.assign(process.env, { NODE_ENV: 'production' });
  const [{ mount }, { theme }] = await Promise.all([import('./dev/mount.tsx'), import('./theme.ts')]);
  store.flush();
  // A single executable cannot wait while it loads ink, which does so for its layout engine.
  await (globalThis as { readonly [layoutEngine]?: Promise<void> })[layoutEngine];
  const ink = mount({ stdin, stdout, theme: theme(colours) }, { store, title, quit: () => ink.unmount(), suspend: stopped });
  const abort = (): void => ink.unmount();
  signal.addEventListener('abort', abort);
  try {
    await ink.waitUntilExit();
    return 'quit';
  } finally {
    signal.removeEventListener('abort', abort);
    ink.unmount();
  }
}

/**
 * Stops the whole foreground job, as Ctrl-Z does everywhere else: `npm run` and a shell script wait for us in the same one.
 * Resolves once the shell continues it, and at once where no shell could: the system does not stop an orphaned group.
 */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    // A stopped process runs no timers, so this one fires after it goes on.
    setTimeout(resolve, 50);
    process.kill(0, 'SIGTSTP');
  });
}
