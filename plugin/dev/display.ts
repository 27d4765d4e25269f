// Shows a session: the terminal interface, or plain lines where there is no terminal.
import type { PluginContext } from '../context.ts';
import { coloured, type ColourMode } from '../format/colour.ts';
import type { DevStore } from '../feeds/store.ts';

export interface Display {
  /** Ends the terminal interface; what happens from then on is printed as plain lines. */
  leaveTerminal(): Promise<void>;
  /** Shows nothing more. */
  close(): void;
}

export interface DisplayOptions {
  readonly store: DevStore;
  readonly context: PluginContext;
  readonly tui: boolean;
  readonly colour: ColourMode;
  readonly title: string;
  /** Called when the person asks to end. */
  readonly onQuit: () => void;
}

const colours = ({ colour, context }: DisplayOptions): boolean => coloured(colour, context.stdout, context.env);

/** Prints changes from now on; returns how to stop it. */
async function printLines(options: DisplayOptions): Promise<() => void> {
  const [{ printChanges }, { painter }] = await Promise.all([import('../feeds/plain.ts'), import('../format/colour.ts')]);
  return printChanges(options.store, options.context.stdout, painter(colours(options)));
}

async function showInterface(options: DisplayOptions): Promise<Display> {
  const { showDev } = await import('../views/show.tsx');
  const { store, context, title, onQuit } = options;
  const leaving = new AbortController();
  let stop: (() => void) | undefined;
  const shown = showDev({ store, stdin: context.stdin as NodeJS.ReadStream, stdout: context.stdout as NodeJS.WriteStream, title, colours: colours(options), signal: leaving.signal })
    .then(onQuit, (error: unknown) => store.notice(`the terminal interface ended: ${String(error)}`))
    .then(async () => { stop = await printLines(options); });
  return {
    async leaveTerminal() {
      leaving.abort();
      await shown;
    },
    close: () => stop?.(),
  };
}

export async function openDisplay(options: DisplayOptions): Promise<Display> {
  if (options.tui) return showInterface(options);
  const stop = await printLines(options);
  return { leaveTerminal: async () => undefined, close: stop };
}
